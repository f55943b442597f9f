import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from hepatica.errors import InputError
from hepatica.trials.dose_finding.isotonic import estimate_toxicity, isotonic, nearest_to_target, posterior_mean


def test_isotonic_regression_is_that_of_scipy():
    rng = np.random.default_rng(1)
    for _ in range(50):
        values, weights = rng.random(6), rng.random(6) + 0.1
        np.testing.assert_allclose(
            isotonic(values, weights), isotonic_regression(values, weights=weights).x, atol=1e-12
        )


def test_levels_without_weight_have_no_influence():
    values, weights = np.array([0.9, 0.2, 0.1, 0.5]), np.array([0.0, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(isotonic(values, weights)[1:], isotonic(values[1:], weights[1:]))


def naive(toxic, treated, target, ceiling):
    """Pool adjacent violators by hand, then the nearest; ties under the target go up, over it down."""
    tried = [j for j in range(len(treated)) if treated[j] and j <= ceiling]
    if not tried:
        return -1
    mean, weight = posterior_mean(np.array(toxic), np.array(treated))
    fit = isotonic_regression(mean[tried], weights=weight[tried]).x
    gaps = [abs(p - target) for p in fit]
    ties = [j for j, gap in zip(tried, gaps, strict=True) if gap < min(gaps) + 1e-9]
    return max(ties) if fit[gaps.index(min(gaps))] < target else min(ties)


def test_selection_is_that_of_a_loop_over_levels():
    rng = np.random.default_rng(2)
    treated = rng.integers(0, 4, (200, 5)) * 3
    toxic = rng.binomial(treated, 0.3)
    ceiling = rng.integers(-1, 5, 200)
    got = nearest_to_target(toxic, treated, 0.3, ceiling)
    assert got.tolist() == [naive(*row, 0.3, c) for *row, c in zip(toxic, treated, ceiling, strict=True)]


def test_a_limit_leaves_out_what_lies_above_and_impossible_counts_are_refused():
    toxic, treated = np.array([[0, 4]]), np.array([[3, 9]])
    assert nearest_to_target(toxic, treated, 0.4, np.array([1])).tolist() == [1]
    assert nearest_to_target(toxic, treated, 0.4, np.array([1]), limit=0.4).tolist() == [0]
    with pytest.raises(InputError, match="toxic"):
        estimate_toxicity(np.array([4]), np.array([3]))
