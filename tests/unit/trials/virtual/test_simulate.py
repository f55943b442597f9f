"""Simulated trials: power and error against the theory of the log-rank test, early stops, threads, several arms."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.records import Stop
from hepatica.trials.virtual.simulate import Simulator, simulate_trial

AVERAGE, NULL = (Scenario("label_is_cells", t) for t in (Truth.AVERAGE, Truth.NULL))
FAST = {"centre": [{"name": "a", "per_month": 3000}], "patients": 200}
LOOKS = {"look": [{"fraction": 0.5}, {"fraction": 0.75}], "stopping": {"efficacy": "obrien_fleming"}}


def test_power_is_that_of_schoenfeld(make_trial, flat_bank):
    trial = make_trial(**FAST)
    r = simulate_trial(trial, flat_bank(trial, (0.01, 0.0055)), AVERAGE, 2000)
    events = 100 * ((1 - np.exp(-1)) + (1 - np.exp(-0.55)))
    power = ndtr(np.sqrt(events / 4) * abs(np.log(0.55)) - 1.96)
    assert r.information.mean() == pytest.approx(events, rel=0.01)
    assert r.success.mean() == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / 2000) + 0.01)
    assert np.nanmean(r.estimate) == pytest.approx(np.log(0.55), abs=0.02)


@pytest.mark.parametrize("futility", [(), (0.0, 0.5)])
def test_error_of_looks_is_nominal_and_futility_lowers_it(make_trial, flat_bank, futility):
    stopping = LOOKS["stopping"] | {"futility": list(futility)}
    trial = make_trial(**FAST, **LOOKS | {"stopping": stopping})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012)), NULL, 4000)
    error = 4 * np.sqrt(0.025 * 0.975 / 4000)
    assert r.success.mean() <= 0.025 + error and (bool(futility) or r.success.mean() >= 0.025 - error)
    assert ((r.stop == Stop.FUTILITY).mean() > 0.3) == bool(futility)


def test_expected_information_is_that_of_the_design(make_trial, flat_bank):
    trial = make_trial(**FAST, **LOOKS, analysis={"events": 80})
    r = simulate_trial(trial, flat_bank(trial, (0.015, 0.009)), AVERAGE, 1500)
    design = design_group_sequential([0.5, 0.75, 1.0], trial.stopping.boundary(), alpha=0.025)
    drift = abs(np.log(0.6)) * np.sqrt(80 / 4)
    stops = design.probabilities(drift).upper
    shares = np.bincount(r.look[r.success], minlength=3) / r.trials
    assert shares == pytest.approx(stops, abs=0.05)


def test_harm_stops_a_trial_and_is_no_success(make_trial, flat_bank):
    trial = make_trial(**FAST, look=[{"fraction": 0.5}], stopping={"harm": 1.5})
    r = simulate_trial(trial, flat_bank(trial, (0.005, 0.02)), AVERAGE, 250)
    assert (r.stop == Stop.HARM).mean() > 0.9 and not r.success.any()


def test_no_number_depends_on_threads_or_on_how_many_trials_follow(make_trial, flat_bank):
    trial = make_trial(**LOOKS, dropout={"per_month": 0.05})
    bank = flat_bank(trial, (0.01, 0.006))
    one = Simulator.of(trial, bank).run(AVERAGE, 700, workers=1)
    four = Simulator.of(trial, bank).run(AVERAGE, 500, workers=4)
    for name in ("z", "estimate", "day", "deaths", "look", "stop"):
        assert np.array_equal(getattr(one, name)[:500], getattr(four, name), equal_nan=True)


def test_several_arms_keep_the_error_of_all_and_the_best_is_chosen(make_trial, flat_bank):
    arms = [{"name": "care"}, {"name": "low", "dose": "1e5 cells/kg"}, {"name": "high", "dose": "1e6 cells/kg"}]
    trial = make_trial(**FAST, **LOOKS, arm=arms)
    null = simulate_trial(trial, flat_bank(trial, (0.012, 0.012, 0.012)), NULL, 3000)
    assert 0.015 <= null.success.mean() <= 0.025 + 4 * np.sqrt(0.025 / 3000)
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012, 0.003)), AVERAGE, 500)
    assert (r.selected == 2).mean() > 0.9 and (r.selected == 1).mean() < 0.03


def test_trials_without_events_or_with_an_empty_arm_end_in_numbers(make_trial, flat_bank):
    trial = make_trial(**LOOKS)
    r = simulate_trial(trial, flat_bank(trial, (0.0, 0.0)), AVERAGE, 250)
    assert not r.success.any() and (r.deaths == 0).all() and np.isfinite(r.day).all() and np.isnan(r.estimate).all()
    everyone = simulate_trial(trial, flat_bank(trial, (50.0, 50.0)), AVERAGE, 250)
    assert (everyone.deaths.sum(axis=1) == everyone.size).all() and everyone.success.mean() < 0.1
    lonely = make_trial(patients=2, randomisation={"method": "complete"})
    r = simulate_trial(lonely, flat_bank(lonely, (0.01, 0.005)), AVERAGE, 250)
    assert (r.randomised == 0).any() and not r.success.any() and np.isfinite(r.z).all()


def test_two_sided_level_is_asked_as_one_side(make_trial, flat_bank):
    trial = make_trial(**FAST, analysis={"alpha": 0.1})
    r = simulate_trial(trial, flat_bank(trial, (0.012, 0.012)), NULL, 2000)
    assert r.success.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 2000))
    assert (r.z[:, 0] >= -ndtri(0.1)).tolist() == r.success.tolist()
