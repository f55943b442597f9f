"""Line of an attribute over time, and the time at which its confidence limit meets the specification."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, ordered_limits, probability


class Line(NamedTuple):
    """Regression line of a batch.

    Attributes
    ----------
    intercept, slope : float
    crossing : float
        Time at which the confidence limit of the mean first meets the specification; infinite if never.
    variance : tuple of float
        Of the intercept, covariance, of the slope.
    df : float
        Of the residual mean square.
    """

    intercept: float
    slope: float
    crossing: float
    variance: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    df: float = np.nan


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
    confidence: float = 0.95
    release: float | None = None

    @property
    def quantile_level(self) -> float:
        """Share of Student's distribution below its quantile: one-sided with one limit."""
        both = np.isfinite(self.lower) and np.isfinite(self.upper)
        return 0.5 + 0.5 * self.confidence if both else self.confidence


def specify(
    lower: float | None = None, upper: float | None = None, *, confidence: float = 0.95, release: float | None = None
) -> Specification:
    """Checked specification.

    Raises
    ------
    InputError
        If there is no limit, the lower is not below the upper, or a level or the release limit is out of range.

    Examples
    --------
    >>> specify(95, release=97.5)
    Specification(lower=95.0, upper=inf, confidence=0.95, release=97.5)
    """
    low, high = ordered_limits(lower, upper)
    if release is not None and not low < release < high:
        raise InputError("release", release, "a value inside the specification")
    return Specification(low, high, probability(confidence, "confidence"), release)


def mean_limits(line: Line, test: Specification, time: Floats) -> tuple[Floats, Floats]:
    """Confidence limits of the mean over time, (n,) each; of a lot that starts at the release limit, if there is one.

    Examples
    --------
    >>> low, high = mean_limits(Line(100.0, -0.5, 9.7, (0.01, 0.0, 0.0), 1e9), Specification(95.0, np.inf), np.zeros(1))
    >>> round(float(low[0]), 2), round(float(high[0]), 2)
    (99.84, 100.16)
    """
    mean = (line.intercept if test.release is None else test.release) + line.slope * time
    v = line.variance
    half = student.ppf(test.quantile_level, line.df) * np.sqrt(v[0] + 2 * time * v[1] + time**2 * v[2])
    return mean - half, mean + half


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
    t = float(student.ppf(test.quantile_level, df))
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
