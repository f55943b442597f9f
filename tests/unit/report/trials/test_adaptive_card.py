"""Card and protocol sentence of every adaptive design, in both languages."""

import pytest

from hepatica.report.trials.adaptive_card import adaptive_sentence
from hepatica.report.trials.protocol import protocol_cards
from hepatica.report.trials.trial_cards import trial_cards
from hepatica.trials.definition.adaptive_tables import ADAPTIVE
from hepatica.trials.virtual.characteristics import characterise

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
GIVEN = {
    "re_estimation": {"look": [{"fraction": 0.5}], "re_estimation": {}},
    "blinded_re_estimation": {"blinded_re_estimation": {"first": 40, "effect": 0.4}},
    "mcp_mod": {"arm": THREE, "mcp_mod": {"model": [{"shape": "emax", "ed50": "5e5 cells/kg"}], "effect": 0.3}},
    "response_adaptive": {"response_adaptive": {"every": 30}},
    "bayesian": {"look": [{"fraction": 0.5}], "bayesian": {"prior_sd": 0.5}},
    "seamless": {"arm": THREE, "seamless": {"first": 30}},
    "enrichment": {"enrichment": {"subgroup": "meld >= 22", "first": 30}},
    "platform": {"arm": THREE, "platform": {"per_arm": 20}},
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ADAPTIVE)
def test_sentence_stands_in_the_protocol(make_trial, name, lang):
    trial = make_trial(patients=60, **GIVEN[name])
    sentence = adaptive_sentence(trial, lang)
    assert sentence in protocol_cards(trial, lang)[0].text and "{" not in sentence


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["re_estimation", "seamless", "enrichment"])
def test_card_of_the_changes_stands_second(make_trial, flat_bank, name, lang):
    trial = make_trial(patients=60, **GIVEN[name])
    bank = flat_bank(trial, [0.012] * len(trial.arm))
    cards = trial_cards(characterise(trial, bank, trials=60, secondary=0), (), lang)
    card = next(c for c in cards if c.key == "adaptation")
    assert cards[1].key == "adaptation" and len(card.table) >= 2 and "{" not in card.table.to_string()
