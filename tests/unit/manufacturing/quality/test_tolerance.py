"""Tolerance intervals against the non-central t of SciPy, plain quadrature, and simulated coverage."""

import numpy as np
import pytest
from scipy.integrate import quad
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
    def radius(x):
        return brentq(lambda r: norm.cdf(x + r) - norm.cdf(x - r) - content, 0, 60, xtol=1e-13)

    def reached(k):
        return 2 * quad(
            lambda x: chi2.sf((n - 1) * radius(x) ** 2 / k**2, n - 1) * norm.pdf(x * np.sqrt(n)) * np.sqrt(n),
            0, 9 / np.sqrt(n), epsabs=1e-10,
        )[0]  # fmt: skip

    return brentq(lambda k: reached(k) - confidence, 2, 6, xtol=1e-9)


@pytest.mark.parametrize(("n", "content", "confidence"), [(20, 0.99, 0.95)])
def test_two_sided_factor_by_plain_quadrature(n, content, confidence):
    assert tolerance.two_sided_factor(n, content, confidence) == pytest.approx(
        naive_two_sided(n, content, confidence), rel=1e-8
    )


def test_other_degrees_of_freedom_move_both_factors():
    for make in (tolerance.one_sided_factor, tolerance.two_sided_factor):
        assert make(8, 0.9, 0.95, df=30) < make(8, 0.9, 0.95) < make(8, 0.9, 0.95, df=4)


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
