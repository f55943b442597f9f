"""Re-estimation on the bank against the exact integrals of the design, and its error without effect."""

import numpy as np
import pytest

from hepatica.trials.confirmatory.adaptive.re_estimation import PromisingZone, ReEstimationDesign
from hepatica.trials.virtual.adaptive.re_estimation import second_statistic
from hepatica.trials.virtual.comparison import Compared
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.records import Stop
from hepatica.trials.virtual.simulate import Simulator, simulate_trial

AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
PLAN = {"patients": 160, "centre": [{"name": "a", "per_month": 25}], "look": [{"fraction": 0.5}]}


def test_second_stage_of_independent_increments():
    rng = np.random.default_rng(1)
    x = rng.normal(0.1, 1, (2000, 50))
    one = Compared(x[:, :20].sum(axis=1) / np.sqrt(20), np.zeros(2000), np.full(2000, 20.0))
    two = Compared(x.sum(axis=1) / np.sqrt(50), np.zeros(2000), np.full(2000, 50.0))
    assert second_statistic(one, two) == pytest.approx(x[:, 20:].sum(axis=1) / np.sqrt(30))


def test_power_growth_and_size_are_those_of_the_exact_design(make_trial, flat_bank):
    trial = make_trial(**PLAN, re_estimation={"least": 0.3, "max_increase": 1.75})
    bank = flat_bank(trial, (0.012, 0.0078))
    r = simulate_trial(trial, bank, AVERAGE, 1250)
    most = Simulator.of(trial, bank).most
    exact = ReEstimationDesign(0.5, 1.969, PromisingZone(0.3, 0.9, 1.75), early=2.963)
    c = exact.characteristics(np.log(0.012 / 0.0078) * np.sqrt(most / 4))
    assert r.success.mean() == pytest.approx(c.power, abs=0.04)
    assert r.adapted["enlarged"].mean() == pytest.approx(c.enlarged, abs=0.04)
    assert (r.stop[r.look == 0] == Stop.EFFICACY).all()
    grown = r.adapted["enlarged"] > 0
    assert (r.size[grown] > 160).all() and r.size.max() <= 280 and (r.size[(r.look == 1) & ~grown] == 160).all()


def test_error_without_effect_is_nominal_and_futility_stops(make_trial, flat_bank):
    trial = make_trial(**PLAN, re_estimation={}, stopping={"futility": [0.0]})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012)), NULL, 1250)
    assert r.success.mean() <= 0.025 + 4 * np.sqrt(0.025 * 0.975 / 1250)
    assert (r.stop == Stop.FUTILITY).mean() == pytest.approx(0.5, abs=0.05) and (r.size[r.stop == 2] <= 160).all()


def test_events_of_the_plan_grow_with_it(make_trial, flat_bank):
    trial = make_trial(**PLAN, re_estimation={"least": 0.1}, analysis={"events": 60})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.0075)), AVERAGE, 500)
    grown = (r.adapted["enlarged"] > 0) & (r.look == 1)
    needed = np.ceil(60 * (0.5 + r.adapted["second_stage"]))
    assert r.information[grown] == pytest.approx(needed[grown], abs=1) and grown.any()


def test_a_look_that_never_comes_leaves_a_plain_test(make_trial, flat_bank):
    trial = make_trial(**PLAN, re_estimation={})
    r = simulate_trial(trial, flat_bank(trial, (0.0, 0.0)), AVERAGE, 250)
    assert not r.success.any() and (r.look == 1).all() and (r.size == 160).all() and np.isfinite(r.day).all()
