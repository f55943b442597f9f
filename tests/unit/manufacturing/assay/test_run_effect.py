"""Run as a random effect: a grid search, a mixed model of balanced data, coverage, refusals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay.run_effect import restricted_likelihood, run_effect

M, SE = np.array([0.1, -0.2, 0.25, 0.0, 0.3]), np.array([0.05, 0.08, 0.1, 0.05, 0.2])


def test_variance_between_runs_is_the_best_of_a_grid():
    found, grid = run_effect(M, SE), np.linspace(0, 1, 20_001)
    values = np.array([restricted_likelihood(u**2, M, SE**2) for u in grid])
    assert found.between == pytest.approx(grid[np.argmin(values)], abs=1e-4)
    inside = grid[values <= values.min() + 3.841459]
    assert (found.between_low, found.between_high) == pytest.approx((inside[0], inside[-1]), abs=1e-4)
    w = 1 / (SE**2 + found.between**2)
    assert found.log_potency == pytest.approx(np.average(M, weights=w), rel=1e-6)


def test_restricted_likelihood_is_that_of_contrasts():
    """Up to a constant, the density of differences from the first run."""
    for tau2 in (0.0, 0.02, 0.5):
        v = np.diag(SE**2 + tau2)
        k = np.hstack([-np.ones((4, 1)), np.eye(4)])
        c = k @ v @ k.T
        d = k @ M
        twice = np.linalg.slogdet(c)[1] + d @ np.linalg.solve(c, d)
        assert restricted_likelihood(tau2, M, SE**2) == pytest.approx(twice)


def test_equal_errors_give_the_analysis_of_variance():
    found = run_effect(M, np.full(5, 0.1))
    assert found.between == pytest.approx(np.sqrt(M.var(ddof=1) - 0.01), rel=1e-5)
    assert found.log_potency == pytest.approx(M.mean()) and found.se == pytest.approx(M.std(ddof=1) / np.sqrt(5))


def test_runs_that_agree_have_no_variance_between_them():
    found = run_effect(np.array([0.1, 0.11, 0.09]), np.full(3, 0.2))
    assert found.between == found.between_low == 0.0 < found.between_high
    assert found.se >= 0.2 / np.sqrt(3) - 1e-12


def test_mean_and_next_run_are_covered():
    rng, mean, ahead = np.random.Generator(np.random.Philox(21)), [], []
    se = np.array([0.05, 0.1, 0.05, 0.1, 0.08, 0.06, 0.1, 0.05])
    for _ in range(600):
        runs = rng.normal(0, 0.2, 9)
        r = run_effect(runs[:8] + se * rng.normal(size=8), se)
        mean.append(r.low < 0 < r.high)
        ahead.append(r.next_low < runs[8] < r.next_high)
    assert 0.92 <= np.mean(mean) <= 0.975 and 0.92 <= np.mean(ahead) <= 0.975


@pytest.mark.parametrize("m, se", [([0.1], [0.1]), ([0.1, np.inf], [0.1, 0.1]), ([0.1, 0.2], [0.1, 0.0])])
def test_too_few_or_unknown_runs_are_refused(m, se):
    with pytest.raises(InputError):
        run_effect(np.array(m), np.array(se))
