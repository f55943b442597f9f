"""Patients of a window and their endpoints."""

import numpy as np
import pytest

from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.simulation import simulate
from hepatica.therapeutic_window.sampling import Sampler, central_draw, endpoints_of, spread_draws
from hepatica.therapeutic_window.settings import base_regimen
from hepatica.therapeutic_window.variations import base_variation

LOGS = np.array([6.0, 7.0])


@pytest.fixture(scope="module")
def sampled(study, system):
    sampler = Sampler(study, system, 1)
    patients = sampler.admit(sampler.known(1), 4, 2)
    base = base_variation(base_regimen(study), study.product.product(), ())
    return sampler, patients, base


def test_gain_is_that_of_the_arms_simulated_by_hand(sampled, study, system):
    sampler, patients, base = sampled
    endpoints = endpoints_of(system, study.horizon)
    found = sampler.values(base, LOGS, patients, endpoints, "lung_only")
    arms = base.arms(LOGS)
    ds = simulate(system, patients, arms, study.times(), outputs=OUTPUTS, hypothesis="lung_only")
    net = evaluate_benefit(ds, arms, study.utility.utility()).net
    assert found["net_gain"] == pytest.approx(net[1:] - net[:1], rel=1e-9, abs=1e-9)
    assert set(sampler.at_admission) <= {"ascites", "shunt"} and len(sampler.at_admission["ascites"]) == 8


def test_blocks_change_nothing(sampled, study, system, monkeypatch):
    sampler, patients, base = sampled
    endpoints = endpoints_of(system, study.horizon)
    whole = sampler.values(base, LOGS, patients, endpoints, "lung_only")
    monkeypatch.setattr("hepatica.therapeutic_window.sampling.COURSES_AT_ONCE", 9)
    again = sampler.values(base, LOGS, patients, endpoints, "lung_only")
    assert all(np.array_equal(whole[e], again[e], equal_nan=True) for e in whole)


def test_endpoints_beyond_the_horizon_are_left_out(system):
    assert "survival_90" not in {e.name for e in endpoints_of(system, 28.0)}
    assert {"survival_28", "net_gain"} <= {e.name for e in endpoints_of(system, 28.0)}


def test_draws_are_spread_and_keep_all_their_patients(sampled):
    patients = sampled[1]
    places = spread_draws(patients, 2)
    draws = patients.cohort.draw[places]
    assert sorted(np.unique(draws, return_counts=True)[1]) == [2, 2]
    assert len(spread_draws(patients, 99)) == 8


def test_the_central_draw_is_nearest_to_the_mean_of_all():
    draw = np.repeat(np.arange(5), 3)
    gain = np.array([[1.0], [2.0]]) * (draw - 2.0) + 7.0
    assert central_draw([gain, gain], draw) == 2
    gain[0, 0] = np.nan
    assert central_draw([gain], draw) == 2
