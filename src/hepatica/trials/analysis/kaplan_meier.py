"""Kaplan-Meier curve with Greenwood's variance, intervals of the curve, and its quantiles with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
EQUAL = 1e-9
"""Difference of two probabilities that is rounding."""


class Scale(StrEnum):
    """Scale on which a survival probability is taken as normal."""

    PLAIN = "plain"
    LOG = "log"
    LOG_LOG = "log-log"
    LOGIT = "logit"
    ARCSINE = "arcsine"


class Estimate(NamedTuple):
    """Estimate and its interval; NaN where the curve does not reach it."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class SurvivalCurve:
    """Product-limit estimate.

    Attributes
    ----------
    times : (time,)
        Distinct times of events and of censoring.
    at_risk, events, censored : (time,)
        Just before, at, and at each time.
    survival, std_error : (time,)
        From each time on; Greenwood's standard error of the survival.
    lower, upper : (time,)
        Pointwise interval; NaN once nobody survives.
    confidence : float
    scale : Scale
        Of the interval.
    """

    times: Array
    at_risk: Array
    events: Array
    censored: Array
    survival: Array
    std_error: Array
    lower: Array
    upper: Array
    confidence: float
    scale: Scale

    def at(self, times: ArrayLike) -> Array:
        """Survival, its standard error and its interval at given times, (4, time).

        Parameters
        ----------
        times : (time,)
            NaN is returned beyond the last time while somebody is alive.
        """
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        index = np.searchsorted(self.times, when, side="right")
        rows = [(1.0, self.survival), (0.0, self.std_error), (1.0, self.lower), (1.0, self.upper)]
        values = np.stack([np.concatenate(([first], row))[index] for first, row in rows])
        values[:, (when > self.times[-1]) & (self.survival[-1] > 0)] = np.nan
        return values

    def quantile(self, probability: float) -> Estimate:
        """Time by which a share of patients has had the event, with the interval of Brookmeyer and Crowley.

        Parameters
        ----------
        probability : float
            In (0, 1); 0.5 is the median.
        """
        if not 0 < probability < 1:
            raise InputError("probability", probability, "a probability between 0 and 1")
        left = 1.0 - probability
        value, low, high = (
            _crossing(self.times, s, self.events, left) for s in (self.survival, self.lower, self.upper)
        )
        return Estimate(value, low, high)

    @property
    def median(self) -> Estimate:
        """Median time to the event with its interval."""
        return self.quantile(0.5)


def _crossing(times: Array, curve: Array, events: Array, left: float) -> float:
    """First time at which the curve is at or below a level; the middle of its plateau where it equals the level."""
    with np.errstate(invalid="ignore"):
        below = np.flatnonzero(curve <= left + EQUAL)
    if not below.size:
        return float("nan")
    first = below[0]
    if abs(curve[first] - left) > EQUAL:
        return float(times[first])
    later = np.flatnonzero((events > 0) & (times > times[first]))
    return float((times[first] + times[later[0]]) / 2) if later.size else float(times[first])


def interval(survival: Array, std_error: Array, *, scale: Scale = Scale.LOG_LOG, confidence: float = 0.95) -> Array:
    """Pointwise interval of survival probabilities, (2, ...); NaN where nobody survives.

    Parameters
    ----------
    survival, std_error : (...)
        Estimates and their standard errors.
    scale : Scale
        On which the estimate is taken as normal.
    confidence : float
        Coverage, two-sided.

    References
    ----------
    Kalbfleisch2002

    Examples
    --------
    >>> interval(np.array([0.5]), np.array([0.1])).round(3).tolist()
    [[0.295], [0.675]]
    """
    if not 0 < confidence < 1:
        raise InputError("confidence", confidence, "a probability between 0 and 1, such as 0.95")
    z, s = norm.ppf(0.5 + confidence / 2), survival
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale is Scale.PLAIN:
            low, high = s - z * std_error, s + z * std_error
        elif scale is Scale.LOG:
            low, high = s * np.exp(-z * std_error / s), s * np.exp(z * std_error / s)
        elif scale is Scale.LOG_LOG:
            reach = z * std_error / np.abs(s * np.log(s))
            low, high = s ** np.exp(reach), s ** np.exp(-reach)
        elif scale is Scale.LOGIT:
            reach = z * std_error / (s * (1 - s))
            low, high = s / (s + (1 - s) * np.exp(reach)), s / (s + (1 - s) * np.exp(-reach))
        else:
            middle, reach = np.arcsin(np.sqrt(s)), z * std_error / (2 * np.sqrt(s * (1 - s)))
            low, high = np.sin(np.maximum(middle - reach, 0)) ** 2, np.sin(np.minimum(middle + reach, np.pi / 2)) ** 2
    both = np.clip(np.stack([low, high]), 0.0, 1.0)
    both[:, s == 1.0] = 1.0
    both[:, s == 0.0] = np.nan
    return np.asarray(both)


def survival_curve(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    scale: Scale = Scale.LOG_LOG,
    confidence: float = 0.95,
) -> SurvivalCurve:
    """Kaplan-Meier curve with Greenwood's variance.

    Parameters
    ----------
    time : (patient,)
        Event or censoring, any unit.
    event : (patient,) bool
        True for the event.
    entry : (patient,), optional
        Start of observation when it is delayed (left truncation); a patient is at risk after it.
    scale : Scale
        Of the interval.
    confidence : float
        Coverage of the interval, two-sided.

    Returns
    -------
    SurvivalCurve

    Raises
    ------
    InputError
        If the shapes differ, a time is negative, NaN or infinite, or an entry is not before its time.

    References
    ----------
    Kaplan1958, Greenwood1926, Brookmeyer1982

    Examples
    --------
    >>> curve = survival_curve([3, 5, 5, 9, 11], [1, 1, 0, 1, 0])
    >>> curve.survival.round(2).tolist(), curve.median.value
    ([0.8, 0.6, 0.3, 0.3], 9.0)
    """
    time, happened = checked_history(time, event)
    if not np.all(np.isfinite(time)):
        raise InputError("time", "an infinite time", "the end of observation of every patient")
    times, index = np.unique(time, return_inverse=True)
    events = np.bincount(index, weights=happened > 0, minlength=times.size).astype(np.float64)
    at_risk = time.size - np.searchsorted(np.sort(time), times, side="left").astype(np.float64)
    if entry is not None:
        start = np.asarray(entry, dtype=np.float64)
        if start.shape != time.shape or not np.all(start < time):
            raise InputError("entry", start.tolist(), "one entry for each patient, before its time")
        at_risk -= time.size - np.searchsorted(np.sort(start), times, side="left")
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.asarray(np.cumprod(1.0 - events / at_risk), dtype=np.float64)
        greenwood = np.cumsum(np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0))
        std_error = np.where(survival > 0, survival * np.sqrt(greenwood), 0.0)
    lower, upper = interval(survival, std_error, scale=scale, confidence=confidence)
    censored = np.asarray(np.bincount(index, minlength=times.size) - events, dtype=np.float64)
    return SurvivalCurve(
        times=times,
        at_risk=at_risk,
        events=events,
        censored=censored,
        survival=survival,
        std_error=std_error,
        lower=lower,
        upper=upper,
        confidence=confidence,
        scale=scale,
    )
