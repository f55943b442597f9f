"""Cards of a window."""

import pytest

from hepatica.report.window.cards import cards, terminal
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_card_has_its_parts_and_no_nan(found, lang):
    made = cards(found, lang)
    assert made[0].key == "answer" and len({c.key for c in made}) == len(made)
    assert {"window", "doses", "moves", "multiples-lung_only", "endpoints", "method"} <= {c.key for c in made}
    for card in made:
        assert "nan" not in card.markdown() and (card.alt or card.figure is None)
    assert [c.key for c in terminal(found, lang)] == ["answer", "doses", "moves"]


def test_the_table_of_doses_has_all_intervals_apart(found):
    table = next(c for c in cards(found, "en") if c.key == "doses").table
    assert {"Monte-Carlo error", "over parameters", "over patients", "never: draws, patients"} <= set(table)
    assert (table["outcome"] == "net quality-adjusted life days").sum() == 2 * 5
    assert "†" in next(c for c in cards(found, "en") if c.key == "doses").note


def test_what_changes_nothing_is_named_not_drawn(found):
    moves = next(c for c in cards(found, "en") if c.key == "moves")
    assert "passage 3" in moves.text[1] and "passage 3" not in set(moves.table["changed"])
