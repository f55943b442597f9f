"""Line of an attribute over time, and the time at which its confidence limit meets the specification."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from hepatica.errors import InputError


class Line(NamedTuple):
    """Regression line of a batch.

    Attributes
    ----------
    intercept, slope : float
    crossing : float
        Time at which the confidence limit of the mean first meets the specification; infinite if never.
    """

    intercept: float
    slope: float
    crossing: float


class Specification(NamedTuple):
    """Specification of an attribute, and the confidence with which the mean is to meet it.

    Attributes
    ----------
    lower, upper : float
        Infinite where there is none. With one the confidence limit is one-sided, with two it is two-sided.
    confidence : float
    release : float or None
        Value at time 0 in the place of the fitted one: that of a lot that is released there.
    """

    lower: float
    upper: float
    confidence: float
    release: float | None = None


def crossing(start: float, slope: float, var: tuple[float, float, float], df: float, test: Specification) -> float:
    """First time > 0 at which the confidence limit of the mean meets the specification; infinite if never.

    It is a root of (a + b x - L)^2 = t^2 (v0 + 2 v01 x + v1 x^2).

    Parameters
    ----------
    start, slope : float
        Fitted line, a + b x.
    var : tuple of float
        Variance of a, covariance, variance of b.
    df : float
        Of the residual mean square.
    test : Specification
        Limits, and their confidence.

    Raises
    ------
    InputError
        If the line does not meet the specification at time 0 with this confidence.

    Examples
    --------
    >>> round(crossing(100.0, -0.5, (0.01, 0.0, 0.0), 1e9, Specification(95.0, np.inf, 0.95)), 2)
    9.67
    """
    both = np.isfinite(test.lower) and np.isfinite(test.upper)
    t = float(student.ppf(0.5 + 0.5 * test.confidence if both else test.confidence, df))
    begin, earliest = (start, "a mean") if test.release is None else (test.release, "a release limit")
    found = np.inf
    for limit, sign in ((test.lower, 1.0), (test.upper, -1.0)):
        if not np.isfinite(limit):
            continue
        room, fall = sign * (begin - limit), sign * slope
        if room <= t * np.sqrt(var[0]):
            raise InputError(
                "batches",
                f"{earliest} of {begin:.4g} at time 0",
                f"one that meets {limit:g} at time 0 with confidence",
            )
        square = np.array([fall**2 - t**2 * var[2], 2.0 * (room * fall - t**2 * var[1]), room**2 - t**2 * var[0]])
        roots = np.roots(square)
        times = [float(r.real) for r in roots if abs(r.imag) < 1e-9 * max(1.0, abs(r)) and r.real > 0.0]
        found = min([found, *(x for x in times if room + fall * x >= -1e-9 * abs(room))])
    return found
