"""Tolerance intervals against the non-central t of SciPy, plain quadrature, and simulated coverage."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2, nct, norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality import tolerance


@pytest.mark.parametrize("n", [2, 3, 7, 40, 500])
@pytest.mark.parametrize(("content", "confidence"), [(0.9, 0.95), (0.99, 0.9), (0.2, 0.95), (0.95, 0.05)])
def test_one_sided_factor_is_a_quantile_of_the_non_central_t(n, content, confidence):
    naive = nct.ppf(confidence, n - 1, norm.ppf(content) * np.sqrt(n)) / np.sqrt(n)
    assert tolerance.one_sided_factor(n, content, confidence) == pytest.approx(naive, rel=1e-7, abs=1e-9)


def naive_two_sided(n, content, confidence):
    """By 400 nodes over the sample mean, each with its radius by bisection."""
    node, weight = np.polynomial.legendre.leggauss(400)
    x, weight = 4.5 * (node + 1) / np.sqrt(n), 9 * weight * norm.pdf(4.5 * (node + 1))
    low, high = np.zeros_like(x), np.full_like(x, 60.0)
    for _ in range(60):
        radius = 0.5 * (low + high)
        short = norm.cdf(x + radius) - norm.cdf(x - radius) < content
        low, high = np.where(short, radius, low), np.where(short, high, radius)
    return brentq(lambda k: weight @ chi2.sf((n - 1) * (radius / k) ** 2, n - 1) - confidence, 1e-12, 1e4, xtol=1e-14)


@pytest.mark.parametrize(("n", "content", "confidence"), [(20, 0.99, 0.95), (3, 0.5, 0.5), (2, 0.9, 0.99)])
def test_two_sided_factor_by_plain_quadrature(n, content, confidence):
    assert tolerance.two_sided_factor(n, content, confidence) == pytest.approx(
        naive_two_sided(n, content, confidence), rel=1e-8
    )


def test_other_degrees_of_freedom_move_both_factors():
    for make in (tolerance.one_sided_factor, tolerance.two_sided_factor):
        assert make(8, 0.9, 0.95, df=30) < make(8, 0.9, 0.95) < make(8, 0.9, 0.95, df=4)


@pytest.mark.parametrize("n", [2, 150])
@pytest.mark.parametrize("content", [1e-6, 0.1, 0.5])
@pytest.mark.parametrize("confidence", [1e-4, 0.5, 0.999])
def test_factors_below_one(n, content, confidence):
    """A factor of either sign is the same interval, and one below 1 lies between both."""
    made = tolerance.two_sided_factor(n, content, confidence)
    assert made == pytest.approx(naive_two_sided(n, content, confidence), rel=1e-6)


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("miss", [1.0, -1.0])
def test_shares_that_no_factor_tells_from_zero_or_one_are_refused(miss, positive):
    with pytest.raises(InputError, match="further"):
        tolerance._root(lambda k: miss, positive=positive)


def test_coverage_is_the_confidence():
    rng = np.random.Generator(np.random.Philox(5))
    x = rng.standard_normal((4000, 6))
    k = tolerance.two_sided_factor(6, 0.9, 0.95)
    low, high = x.mean(axis=1) - k * x.std(axis=1, ddof=1), x.mean(axis=1) + k * x.std(axis=1, ddof=1)
    held = norm.cdf(high) - norm.cdf(low) >= 0.9
    assert abs(held.mean() - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 4000)
    howe = tolerance.howe_factor(2, 0.9, 0.95)
    assert abs(howe / tolerance.two_sided_factor(2, 0.9, 0.95) - 1) > 0.005


def test_intervals_of_values():
    x = [97, 97, 96, 98, 98, 98, 97, 89]
    low = tolerance.normal_interval(x, 0.9, 0.95, side="lower")
    assert low.upper == np.inf and low.factor == tolerance.one_sided_factor(8, 0.9, 0.95)
    both = tolerance.normal_interval(x, 0.9, 0.95)
    assert both.lower < low.lower and both.upper > 100  # a normal interval knows no bound at 100 %
    logs = tolerance.normal_interval(x, 0.9, 0.95, log=True)
    assert logs.method == "lognormal" and 0 < logs.lower < both.upper
    with pytest.raises(InputError, match="positive"):
        tolerance.normal_interval([0.0, 1.0], log=True)
    with pytest.raises(InputError, match="side"):
        tolerance.normal_interval(x, side="upside")


@pytest.mark.parametrize("bad", [(1, 0.9, 0.9), (5, 1.0, 0.9), (5, 0.9, 0.0)])
def test_bad_requests_are_refused(bad):
    with pytest.raises(InputError):
        tolerance.two_sided_factor(*bad)
    with pytest.raises(InputError, match="more of them"):
        tolerance.natrella_factor(2, 0.9, 0.99)
