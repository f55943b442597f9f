"""Cards of replays, searches and surveillance, in both languages."""

import pytest

from hepatica.report.trials.plan_cards import replay_cards, safety_card, search_card
from hepatica.trials.virtual.replay import Measure, PublishedTrial, Result, replay
from hepatica.trials.virtual.search import search_design
from hepatica.trials.virtual.simulated import EVENTS
from hepatica.trials.virtual.surveillance import TrialSurveillance, plan_surveillance


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cards(make_trial, flat_bank, lang):
    trial = make_trial(endpoint=[{"name": "m", "kind": "lab", "lab": "meld"}])
    bank = flat_bank(trial, (0.01, 0.005), labs={"meld": 20.0})
    results = tuple(
        Result(measure=m, arm=1, against=0, day="28 d", lab="meld", value=0.2, other=0.4, cite="x") for m in Measure
    )
    published = PublishedTrial("x", trial, results)
    (card,) = replay_cards(published, replay(published, bank, trials=250), lang)
    assert len(card.table) == 4 and len(card.text) == 3 and card.note
    plain = make_trial()
    for death in ((0.012, 0.004), (0.01, 0.01)):
        found = search_design(plain, flat_bank(plain, death), sizes=[120], trials=250)
        card = search_card(found, lang)
        assert len(card.table) == 3 and card.text[0]
    plans = [TrialSurveillance("lung_only", e, 0.02, plan_surveillance(0.01, 0.01)) for e in EVENTS]
    card = safety_card(plans, lang)
    assert len(card.table) == len(EVENTS) and "972" in card.table.to_string()
