"""Informed priors of half-effects."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.model.parameters import read_table
from hepatica.translation.dose_response import Half, LogNormal, Measure, Weights, fit_half_effect, inform, shipped
from hepatica.translation.dose_response.effects import end_points
from hepatica.translation.dose_response.informed import LN10, per_exposure, prior_before, used_in
from hepatica.translation.dose_response.reach import reach


def test_what_ships_is_what_is_computed():
    found, there = inform(Half.CELLS, Measure.PER_KG), shipped(Half.CELLS, Measure.PER_KG)
    assert found.log_mean == pytest.approx(there.log_mean, abs=1e-3)
    assert found.log_sd == pytest.approx(there.log_sd, abs=1e-3)
    assert all(shipped(h, m).log_sd > 0.5 for h in Half for m in Measure)


@pytest.mark.parametrize("measure", Measure)
def test_weight_0_returns_the_prior_exactly(measure):
    assert inform(Half.ENGULFED, measure, weights=Weights(people=0, animals=0)) == prior_before(Half.ENGULFED)


def test_data_of_no_weight_leave_the_posterior_at_the_prior():
    found = fit_half_effect(Measure.PER_KG, weights=Weights(people=0, animals=0))
    before = prior_before(Half.CELLS)
    assert found.mean * LN10 + np.log(per_exposure(Half.CELLS, Measure.PER_KG)) == pytest.approx(before.log_mean)
    assert found.sd * LN10 == pytest.approx(before.log_sd, rel=1e-6)


def test_parameters_are_of_the_model_and_units_of_exposure():
    table = read_table("secretome").parameters
    assert all(h.value in table for h in Half)
    assert per_exposure(Half.CELLS, Measure.PER_KG) == pytest.approx(70 * reach("human").mediators)
    assert per_exposure(Half.CELLS, Measure.PER_ANIMAL) == reach("human").mediators
    assert LogNormal(log_mean=np.log(5.0), log_sd=np.sqrt(np.log(2.0))).cv == pytest.approx(1)


def test_most_end_points_are_used_in_some_measure():
    per_kg = {e.key for e in used_in(Measure.PER_KG)}
    assert "ra_acr20_day30" in per_kg and "heart_scar" not in per_kg
    assert {e.key for m in Measure for e in used_in(m)} == {e.key for e in end_points()}


def test_a_weight_outside_0_to_1_and_a_misplaced_end_point_are_refused():
    with pytest.raises(InputError, match="a number from 0 to 1"):
        Weights(animals=1.5)
    heart = tuple(e for e in end_points() if e.key == "heart_scar")
    with pytest.raises(InputError, match="exposures"):
        fit_half_effect(Measure.PER_KG, chosen=heart)
