from __future__ import annotations

from dataclasses import replace

import pytest

from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.imaging.subject_cards import odds_words, subject_cards

KEYS = ["odds", "cells", "advice", "organs", "parts", "quantities", "images", "next_scan", "visibility", "notes"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cards_in_both_languages(found: SubjectAnalysis, lang: str) -> None:
    made = subject_cards(found, lang)
    assert [c.key for c in made] == KEYS
    for card in made:
        text = card.markdown()
        assert "nan" not in text.lower().replace("finance", "") and "Doe" not in text, card.key


def test_tables_hold_every_scan_and_organ(found: SubjectAnalysis) -> None:
    cards = {c.key: c for c in subject_cards(found, "en")}
    assert cards["cells"].table is not None and len(cards["cells"].table) == 6
    assert cards["organs"].table is not None and len(cards["organs"].table) == 7  # the kidney too
    least = cards["organs"].table.iloc[:, -1].tolist()
    assert least.count("–") == 1  # of the kidney, whose limit was not stated
    assert all(" / " in v for v in least if v != "–") and "mL" in cards["organs"].note
    assert cards["odds"].table is not None and len(cards["odds"].table) == 3
    assert ("contradicted by the scans" in cards["cells"].markdown()) == bool(found.contradicted)
    assert "kidney" in cards["notes"].markdown()
    assert "identify a person" in cards["notes"].markdown()


def test_without_images_there_is_no_card_of_them(found: SubjectAnalysis) -> None:
    bare = replace(found, scans=tuple(replace(s, views=(), slice=None) for s in found.scans), advice=None)
    assert [c.key for c in subject_cards(bare, "en")] == [k for k in KEYS if k not in ("images", "advice")]


def test_a_next_scan_that_says_nothing_on_homing_is_not_praised(found: SubjectAnalysis) -> None:
    plans = tuple(replace(p, homing_sd=0.997) for p in found.plans)
    card = {c.key: c for c in subject_cards(replace(found, plans=plans), "en")}["next_scan"]
    assert "no planned scan is expected to say more" in card.text[0]


def test_odds_are_never_certain() -> None:
    assert odds_words(5.0, "en") == "100,000 to 1"
    assert odds_words(-400.0, "en") == "more than a million to one"
