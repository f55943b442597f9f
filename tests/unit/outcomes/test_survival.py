"""Survival and incidences from intensities: closed forms, sums written out, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.outcomes import survival as kernel

intensities = arrays(float, (3, 9), elements=st.floats(0, 2))
DAYS = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0, 28.0])


def test_constant_intensity_is_exponential() -> None:
    assert_allclose(kernel.survival_from_intensity(DAYS, np.full(9, 0.05)), np.exp(-0.05 * DAYS), rtol=1e-12)
    died, grafted = kernel.competing_incidence(DAYS, np.full(9, 0.06), np.full(9, 0.02))
    assert_allclose(died, 0.75 * -np.expm1(-0.08 * DAYS), atol=1e-12)
    assert_allclose(grafted, 0.25 * -np.expm1(-0.08 * DAYS), atol=1e-12)


def test_competing_incidence_converges_on_the_integral() -> None:
    days = np.linspace(0, 28, 2001)
    death, graft = 0.1 * np.exp(-days / 9), 0.002 * days
    died, _ = kernel.competing_incidence(days, death, graft)
    alive = kernel.transplant_free_survival(days, death, graft)
    assert died[-1] == pytest.approx(np.trapezoid(death * alive, days), abs=1e-6)


@given(intensities, intensities)
def test_death_transplant_and_life_add_up(death, transplant) -> None:
    died, grafted = kernel.competing_incidence(DAYS, death, transplant)
    assert_allclose(died + grafted + kernel.transplant_free_survival(DAYS, death, transplant), 1, atol=1e-12)
    assert np.all(np.diff(died) >= 0) and np.all(np.diff(grafted) >= -1e-15)


def test_grid_must_increase() -> None:
    with pytest.raises(InputError, match="times"):
        kernel.survival_from_intensity([0, 2, 1], [0.1, 0.1, 0.1])


@given(arrays(float, (3, 9), elements=st.floats(0, 2)))
def test_incidences_are_the_steps_written_out(rates) -> None:
    got = kernel.incidences(DAYS, rates)
    alive, total = 1.0, [0.0, 0.0, 0.0]
    for k in range(1, 9):
        own = [(rates[e, k - 1] + rates[e, k]) / 2 * (DAYS[k] - DAYS[k - 1]) for e in range(3)]
        happened = alive * (1 - math.exp(-sum(own)))
        for e in range(3):
            total[e] += happened * own[e] / sum(own) if sum(own) else 0.0
        alive *= math.exp(-sum(own))
        assert_allclose(got[:, k], total, atol=1e-12)
    assert (got[:, 0] == 0).all()


def test_an_integral_is_that_of_trapezoids() -> None:
    got = kernel.cumulative_integral(np.array([0.0, 1.0, 3.0]), np.array([[1.0, 3.0, 3.0]]))
    assert got.tolist() == [[0.0, 2.0, 8.0]]


@pytest.mark.parametrize("times", [[0.0], [], [0.0, 0.0], [1.0, 0.0], [[0.0, 1.0]], [0.0, math.nan]])
def test_times_must_increase(times) -> None:
    with pytest.raises(InputError, match="two or more increasing times"):
        kernel.increasing_times(times)
