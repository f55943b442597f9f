"""Cards of a trial: all of them, in both languages, with the numbers computed below them."""

import pytest

from hepatica.report.trials.trial_cards import trial_cards
from hepatica.trials.virtual.characteristics import characterise
from hepatica.trials.virtual.failure import Cause, FailureShares
from hepatica.trials.virtual.operating import Rate


@pytest.fixture
def found(make_trial, flat_bank):
    ends = [{"name": "death", "kind": "survival"}, {"name": "infection", "kind": "infection"}]
    trial = make_trial(
        look=[{"day": "60 d"}], reader=[{"name": "r", "no_effect": 0.5}], endpoint=ends, stopping={"futility": [0.0]}
    )
    return characterise(trial, flat_bank(trial, (0.01, 0.005)), trials=250, secondary=250)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cards_hold_what_was_computed(found, lang):
    shares = FailureShares("label_is_cells", Rate(0.6, 0.1), dict.fromkeys(Cause, 0.05), 0.0, 250)
    cards = {card.key: card for card in trial_cards(found, [shares], lang)}
    keys = (
        "answer endpoints estimates looks patients survival fates readers failure_label_is_cells protocol analysis_plan"
    )
    assert list(cards) == keys.split()
    assert all(card.note and card.title for card in cards.values())
    power = 100 * found.hypotheses[0].average.success.value
    assert f"{power:.1f}" in cards["answer"].text[0] and f"{power:.1f}" in cards["answer"].table.to_string()
    assert len(cards["looks"].table) == 2 and cards["looks"].table.iloc[0, 2] == "–"
    for card in cards.values():
        if card.figure is not None:
            assert card.figure().axes and card.alt
