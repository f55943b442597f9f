"""Limits of agreement: plain formulas, coverage of the exact intervals, ratios."""

import numpy as np
import pytest
from scipy.stats import linregress

from hepatica.errors import InputError
from hepatica.manufacturing.quality.agreement import agree

RNG = np.random.Generator(np.random.Philox(2))
X = RNG.normal(90, 4, 20)
Y = X + RNG.normal(1, 2, 20)


def test_plain_formulas():
    found, d = agree(X, Y), X - Y
    assert found.bias == pytest.approx(d.mean()) and found.limits[0] == pytest.approx(d.mean() - 1.96 * d.std(ddof=1))
    line = linregress((X + Y) / 2, d)
    assert found.trend == pytest.approx((line.slope, line.stderr, line.pvalue))
    assert found.lower_interval[0] < found.limits[0] < found.lower_interval[1] < found.bias_interval[0]
    lower, upper = found.exact_lower_interval, found.exact_upper_interval
    assert lower[0] < found.limits[0] < lower[1] and upper[0] < found.limits[1] < upper[1]


def test_exact_intervals_cover_the_limits_of_the_population():
    rng = np.random.Generator(np.random.Philox(7))
    held = 0
    for d in rng.normal(0.5, 1.0, (400, 8)):
        low, high = agree(d, np.zeros(8)).exact_upper_interval
        held += low <= 0.5 + 1.96 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_ratios():
    found = agree(2 * Y, X, log=True)
    assert found.is_ratio and found.bias == pytest.approx(np.exp(np.mean(np.log(2 * Y / X))))
    assert 1.5 < found.limits[0] < found.bias < found.limits[1] < 2.5
    with pytest.raises(InputError, match="positive"):
        agree([1.0, 2.0, 0.0], [1.0, 2.0, 3.0], log=True)


def test_bad_pairs_are_refused():
    with pytest.raises(InputError, match="as many"):
        agree(X, Y[:-1])
    with pytest.raises(InputError, match="standard deviation"):
        agree(X, X)
    with pytest.raises(InputError, match="at least 3"):
        agree([1.0, 2.0], [2.0, 1.0])
    assert np.isnan(agree([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]).trend[0])
