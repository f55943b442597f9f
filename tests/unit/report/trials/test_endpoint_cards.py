"""Estimates and endpoints by arm: readable rows, and the test over arms in words."""

import numpy as np
import pytest

from hepatica.report.trials.endpoint_cards import endpoints_card, estimates_card
from hepatica.trials.virtual.characteristics import characterise

ARMS = [{"name": "care"}, {"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]
ALIVE = {"name": "alive", "kind": "proportion", "when": "alive == 1", "higher_is_better": True}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_arm_has_a_row_and_the_test_over_arms_is_named(make_trial, flat_bank, lang):
    trial = make_trial(arm=ARMS, endpoint=[{"name": "death", "kind": "survival", "primary": True}, ALIVE])
    found = characterise(trial, flat_bank(trial, (0.01, 0.007, 0.004)), trials=250, secondary=250)
    estimates, endpoints = estimates_card(found, lang), endpoints_card(found, lang)
    assert estimates.table.iloc[:, 1].tolist() == ["low", "high"] and "death" in estimates.text[0]
    average = found.hypotheses[0].average
    assert estimates.table.iloc[:, 2].tolist() == [f"{v:.2f}" for v in np.exp(average.truth)]
    assert estimates.table.iloc[:, 4].tolist() == [f"× {v:.2f}" for v in np.exp(average.bias)]
    assert endpoints.table.shape == (2, 7) and "Bonferroni" in endpoints.table.iloc[0, 3] and len(endpoints.text) == 2


def test_differences_are_not_ratios_and_two_arms_need_no_test_over_arms(make_trial, flat_bank):
    trial = make_trial(endpoint=[ALIVE])
    found = characterise(trial, flat_bank(trial, (0.01, 0.005)), trials=250, secondary=250)
    row = estimates_card(found, "en").table.iloc[0]
    average = found.hypotheses[0].average
    assert row["True"] == f"{average.truth[0]:.3g}" and row["Bias"] == f"{average.bias[0]:+.2g}"
    card = endpoints_card(found, "en")
    assert card.table.shape[1] == 6 and len(card.text) == 1 and card.figure().axes
