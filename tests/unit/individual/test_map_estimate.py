"""Maximum a posteriori: against closed forms, a fine grid, and quadrature; censored data; several minima; refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.individual.map_estimate import CombinedError, _Problem, map_estimate
from hepatica.laboratory_units import Bound

TIMES = np.array([0.5, 2.0, 5.0])


def decay(eta):
    return 10.0 * np.exp(eta[0]) * np.exp(-0.3 * np.exp(eta[1]) * TIMES)


def naive(eta, values, bounds, omega, additive, proportional, predict=decay):
    """Objective by loops and scipy.stats."""
    total = float(eta @ np.linalg.inv(omega) @ eta)
    for f, y, bound in zip(predict(eta), values, bounds, strict=True):
        v = additive + proportional * f**2
        if bound is Bound.EXACT:
            total += np.log(v) + (y - f) ** 2 / v
        elif bound is Bound.BELOW:
            total -= 2 * norm.logcdf((y - f) / np.sqrt(v))
        else:
            total -= 2 * norm.logsf((y - f) / np.sqrt(v))
    return total


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_linear_model_has_its_closed_form(seed):
    rng = np.random.default_rng(seed)
    design, y = rng.normal(size=(4, 2)), rng.normal(size=4)
    root = rng.normal(size=(2, 2))
    omega = root @ root.T + 0.1 * np.eye(2)
    found = map_estimate(lambda eta: design @ eta, y, omega, CombinedError(additive=0.5))
    covariance = np.linalg.inv(np.linalg.inv(omega) + design.T @ design / 0.5)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.eta, covariance @ design.T @ y / 0.5, atol=1e-7)
    total = 0.5 * np.eye(4) + design @ omega @ design.T  # Laplace's method is exact: minus twice the log marginal
    marginal = y @ np.linalg.solve(total, y) + np.linalg.slogdet(total)[1]
    assert found.laplace == pytest.approx(marginal, abs=1e-6) and found.minima == 1


@pytest.mark.parametrize("bounds", [(Bound.EXACT,) * 3, (Bound.EXACT, Bound.BELOW, Bound.ABOVE)])
def test_the_minimum_is_that_of_a_fine_grid(bounds):
    values, omega = [9.0, 4.0, 1.5], np.array([[0.2, 0.05], [0.05, 0.1]])
    error = CombinedError(additive=0.01, proportional=0.05)
    found = map_estimate(decay, values, omega, error, bounds=bounds)
    low, high = found.eta - 0.5, found.eta + 0.5
    for _ in range(4):
        axes = [np.linspace(low[k], high[k], 21) for k in range(2)]
        grid = np.array([[a, b] for a in axes[0] for b in axes[1]])
        best = grid[np.argmin([naive(e, values, bounds, omega, 0.01, 0.05) for e in grid])]
        low, high = best - (high - low) / 10, best + (high - low) / 10
    np.testing.assert_allclose(found.eta, best, atol=2e-4)
    assert found.objective == pytest.approx(naive(found.eta, values, bounds, omega, 0.01, 0.05), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_gradient_is_that_of_the_objective(seed):
    rng = np.random.default_rng(seed)
    signs = rng.integers(-1, 2, size=3)
    error = CombinedError(additive=0.2, proportional=0.1)
    problem = _Problem(
        predict=decay, values=rng.uniform(1, 9, 3), signs=signs, precision=np.diag([5.0, 8.0]), error=error
    )
    eta = rng.normal(scale=0.3, size=2)
    steps = 1e-6 * np.eye(2)
    numeric = [(problem.objective(eta + s) - problem.objective(eta - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(problem.gradient(eta), numeric, rtol=1e-5, atol=1e-5)


def test_a_censored_value_says_less_than_an_exact_one_and_more_than_none():
    error, omega = CombinedError(additive=1.0), [4.0]

    def sd(values, bounds):
        found = map_estimate(lambda eta: np.repeat(eta, len(values)), values, omega, error, bounds=bounds)
        return float(np.sqrt(found.covariance[0, 0]))

    assert sd([0.0], [Bound.EXACT]) < sd([0.0], [Bound.BELOW]) < sd([], [])
    assert sd([], []) == pytest.approx(2.0)


def test_without_measurements_the_prior_stands():
    found = map_estimate(lambda eta: np.empty(0), [], [0.3, 0.2], CombinedError(additive=1.0))
    np.testing.assert_allclose(found.eta, 0.0, atol=1e-9)
    np.testing.assert_allclose(found.covariance, np.diag([0.3, 0.2]), rtol=1e-6)
    assert found.laplace == pytest.approx(0.0, abs=1e-6)


def test_two_minima_are_counted_and_the_lower_is_taken():
    found = map_estimate(lambda eta: eta**2, [2.0], [25.0], CombinedError(additive=0.01), starts=[[1.0], [-1.0]])
    assert found.minima == 2 and abs(found.eta[0]) == pytest.approx(np.sqrt(2.0), abs=0.01)
    assert map_estimate(lambda eta: eta**2, [2.0], [25.0], CombinedError(additive=0.01), starts=[[1.0]]).minima == 1


@pytest.mark.parametrize(
    ("values", "omega", "more", "where"),
    [
        ([np.nan], [1.0], {}, "values"),
        ([[1.0]], [1.0], {}, "values"),
        ([1.0], [0.0], {}, "omega"),
        ([1.0], [[1.0, 2.0], [2.0, 1.0]], {}, "omega"),
        ([1.0], [[1.0, 0.5], [0.0, 1.0]], {}, "omega"),
        ([1.0], np.ones((2, 3)), {}, "omega"),
        ([1.0], [1.0], {"bounds": [Bound.EXACT] * 2}, "bounds"),
        ([1.0, 2.0], [1.0], {}, "predict"),
    ],
)
def test_refusals(values, omega, more, where):
    with pytest.raises(InputError) as told:
        map_estimate(lambda eta: eta[:1], values, omega, CombinedError(additive=1.0), **more)
    assert told.value.where == where


def test_a_prediction_that_is_nowhere_finite_is_refused():
    with pytest.raises(InputError, match="starts"):
        map_estimate(lambda eta: eta * np.nan, [1.0], [1.0], CombinedError(additive=1.0))
