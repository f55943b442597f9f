"""Confidence limit of a line against its specification, with a search on a grid as the second way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.stability_line import Line, Specification, crossing, mean_limits, specify

VARIANCE = (0.04, -0.002, 0.0004)


def searched(start, slope, test, df=10):
    """First time on a fine grid at which the limit has left the specification."""
    both = np.isfinite(test.lower) and np.isfinite(test.upper)
    x = np.arange(0.0, 400.0, 0.001)
    half = student.ppf(0.975 if both else 0.95, df) * np.sqrt(VARIANCE[0] + 2 * x * VARIANCE[1] + x**2 * VARIANCE[2])
    mean = (start if test.release is None else test.release) + slope * x
    out = (mean - half < test.lower) | (mean + half > test.upper)
    return x[out.argmax()] if out.any() else np.inf


@pytest.mark.parametrize("slope", [-0.3, -0.01, 0.0, 0.2])
@pytest.mark.parametrize(
    "test",
    [
        Specification(95.0, np.inf, 0.95),
        Specification(-np.inf, 104.0, 0.95),
        Specification(95.0, 104.0, 0.95),
        Specification(95.0, np.inf, 0.95, release=97.0),
    ],
    ids=["lower", "upper", "both", "released"],
)
def test_the_root_is_the_first_time_outside(slope, test):
    found, other = crossing(100.0, slope, VARIANCE, 10, test), searched(100.0, slope, test)
    assert found == pytest.approx(other, abs=2e-3) or (np.isinf(other) and found > 400.0)


def test_a_line_that_starts_outside_is_refused():
    with pytest.raises(InputError, match="a mean of 95.1 at time 0"):
        crossing(95.1, 0.1, VARIANCE, 10, Specification(95.0, np.inf, 0.95))
    with pytest.raises(InputError, match="a release limit of 94 at time 0"):
        crossing(100.0, 0.1, VARIANCE, 10, Specification(95.0, np.inf, 0.95, release=94.0))


def test_limits_of_the_mean_meet_the_specification_where_the_line_crosses_it():
    test = specify(95, 104)
    at = crossing(100.0, -0.3, VARIANCE, 10, test)
    low, high = mean_limits(Line(100.0, -0.3, at, VARIANCE, 10.0), test, np.array([0.0, at]))
    assert low[1] == pytest.approx(95.0) and low[0] == pytest.approx(100 - student.ppf(0.975, 10) * 0.2)
    assert (high + low)[0] == pytest.approx(200.0)
    released = mean_limits(Line(100.0, -0.3, at, VARIANCE, 10.0), specify(95, release=97), np.zeros(1))
    assert released[0][0] + released[1][0] == pytest.approx(194.0)


def test_what_is_no_specification_is_refused():
    for given, says in (((None, None), "at least one limit"), ((5, 4), "below the upper")):
        with pytest.raises(InputError, match=says):
            specify(*given)
    with pytest.raises(InputError, match="inside the specification"):
        specify(95, release=94)
