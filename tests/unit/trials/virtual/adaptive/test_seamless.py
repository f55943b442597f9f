"""Seamless 2/3 on the bank: familywise error for any selection, doses that go on, and who is recruited."""

import numpy as np
import pytest

from hepatica.trials.virtual.adaptive.seamless import seamless_design
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import simulate_trial

AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
ARMS = [{"name": "care"}, {"name": "low", "dose": "1e5 cells/kg"}, {"name": "high", "dose": "1e6 cells/kg"}]
PLAN = {"patients": 180, "centre": [{"name": "a", "per_month": 30}], "arm": ARMS}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"selection": "all", "futility": 0.0, "test": "simes"},
        {"selection": "within", "distance": 0.5, "by": "early"},
    ],
)
def test_error_over_all_doses_is_kept(make_trial, flat_bank, rule):
    early = {"name": "early", "kind": "proportion", "when": "alive == 1", "day": "14 d", "higher_is_better": True}
    endpoints = [{"name": "death", "kind": "survival", "primary": True}, early]
    trial = make_trial(**PLAN, seamless={"first": 90} | rule, endpoint=endpoints)
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012, 0.012)), NULL, 800)
    assert r.success.mean() <= 0.025 + 4 * np.sqrt(0.025 * 0.975 / 800)


def test_the_better_dose_goes_on_and_is_shown(make_trial, flat_bank):
    trial = make_trial(**PLAN, seamless={"first": 90})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012, 0.004)), AVERAGE, 500)
    assert r.adapted["goes_on:high"].mean() > 0.95 and (r.selected == 2).mean() > 0.9
    high = r.adapted["goes_on:high"] > 0
    assert r.randomised[high, 2].mean() > 70 and r.randomised[high, 1].mean() < 45
    assert (r.size == 180).all() and (r.randomised.sum(axis=1) == 180).all()


def test_a_trial_without_a_dose_stops_at_the_decision(make_trial, flat_bank):
    trial = make_trial(**PLAN, seamless={"first": 90, "lag": "14 d", "futility": 10.0})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012, 0.012)), NULL, 250)
    assert (r.adapted["stops"] == 1).all() and not r.success.any() and r.size.mean() < 120 and (r.look == 0).all()
    assert (r.randomised.sum(axis=1) == r.size).all() and (r.day < 200).all()


def test_correlation_follows_the_ratio(make_trial):
    uneven = [ARMS[0] | {"ratio": 2}, *ARMS[1:]]
    trial = make_trial(patients=180, arm=uneven, seamless={"first": 90})
    assert seamless_design(trial).test.correlation == pytest.approx(1 / 3)
