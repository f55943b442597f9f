"""Charts of counts: plain formulas, exact limits by enumeration, what is refused."""

import numpy as np
import pytest
from scipy.stats import binom, norm, poisson

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.attributes import count_chart

COUNTS, SIZES = np.array([2.0, 3.0, 1.0, 12.0]), np.array([40.0, 50.0, 60.0, 50.0])


def test_shares_and_numbers():
    share = count_chart(COUNTS, "p", sizes=SIZES, phase_1=3)
    p = 6 / 150
    assert share.centre[0] == pytest.approx(p) and share.beyond.tolist() == [3]
    assert share.upper[2] == pytest.approx(p + 3 * np.sqrt(p * (1 - p) / 60)) and share.lower[0] == 0
    number = count_chart(COUNTS, "np", sizes=SIZES, phase_1=3)
    np.testing.assert_allclose(number.upper, share.upper * SIZES)
    np.testing.assert_allclose(number.z, share.z)


def test_faults():
    chart = count_chart(COUNTS, "c")
    assert chart.centre[0] == 4.5 and chart.upper[0] == pytest.approx(4.5 + 3 * np.sqrt(4.5))
    rate = count_chart(COUNTS, "u", sizes=SIZES)
    assert rate.centre[0] == pytest.approx(18 / 200) and rate.upper[1] == pytest.approx(0.09 + 3 * np.sqrt(0.09 / 50))


def test_exact_limits_hold_the_tails_that_they_promise():
    tail = norm.sf(3)
    chart = count_chart(COUNTS, "np", sizes=50, exact=True)
    p = 18 / 200
    assert binom.sf(chart.upper[0], 50, p) <= tail < binom.sf(chart.upper[0] - 1, 50, p)
    assert binom.cdf(chart.lower[0] - 1, 50, p) < tail
    faults = count_chart(COUNTS, "c", exact=True)
    assert poisson.sf(faults.upper[0], 4.5) <= tail < poisson.sf(faults.upper[0] - 1, 4.5)


@pytest.mark.parametrize(
    ("counts", "kind", "sizes", "says"),
    [
        ([1, 2.5], "c", None, "whole"),
        ([1, -2], "c", None, "negative"),
        ([1, 2], "p", None, "number of units"),
        ([1, 2], "c", 5, "use u"),
        ([1, 6], "p", 5, "no more failing"),
        ([0, 0], "c", None, "above 0"),
        ([5, 5], "p", 5, "below 1"),
        ([1, 2], "x", 5, "one of p"),
        ([1, 2], "u", [1, 0], "above 0"),
    ],
)
def test_bad_counts_are_refused(counts, kind, sizes, says):
    with pytest.raises(InputError, match=says):
        count_chart(counts, kind, sizes=sizes)
