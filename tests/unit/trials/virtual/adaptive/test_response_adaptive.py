"""Response-adaptive randomisation on the bank: knowledge at each update, shares of the better arm, error."""

import numpy as np
import pytest

from hepatica.trials.definition.adaptive_tables import AllocationRule, ResponseAdaptive
from hepatica.trials.virtual.adaptive.response_adaptive import adapted_arms, allocation_of
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import simulate_trial

AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
SLOW = {"patients": 120, "centre": [{"name": "a", "per_month": 10}]}


@pytest.mark.parametrize("rule", list(AllocationRule))
def test_the_better_arm_is_given_more(make_trial, flat_bank, rule):
    trial = make_trial(**SLOW, response_adaptive={"rule": rule.value, "every": 40, "test": "normal"})
    r = simulate_trial(trial, flat_bank(trial, (0.03, 0.004)), AVERAGE, 250)
    assert r.adapted["treated"].mean() > (0.53 if rule is not AllocationRule.NEYMAN else 0.3)
    assert r.adapted["successes"].mean() > (np.exp(-28 * 0.03) + np.exp(-28 * 0.004)) / 2 - 0.06
    assert allocation_of(ResponseAdaptive(rule=rule), 100) is not None


def test_nothing_is_adapted_before_outcomes_are_known(make_trial, flat_bank):
    trial = make_trial(patients=100, centre=[{"name": "a", "per_month": 50_000 / 10}], response_adaptive={})
    bank = flat_bank(trial, (0.03, 0.0))
    setting = Setting(trial, AVERAGE, bank, eligible_patients(bank, trial), 0, 50.0)
    arm = adapted_arms(setting)
    assert (arm[:, :40] == setting.data().block.arm[:, :40]).all()
    assert arm[:, 40:].mean() == pytest.approx(0.5, abs=0.02)  # all arrive within the first day


def test_critical_value_of_the_usual_statistic(make_trial, flat_bank):
    usual, strict = (
        make_trial(**SLOW, response_adaptive={"every": 40, "test": "normal"} | more) for more in ({}, {"critical": 2.5})
    )
    r, s = (simulate_trial(t, flat_bank(t, (0.012, 0.012)), NULL, 250) for t in (usual, strict))
    assert (s.success == (r.z[:, 0] >= 2.5)).all() and (r.success == (r.z[:, 0] >= 1.959964)).all()
