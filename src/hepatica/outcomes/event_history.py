"""Event histories of patients: Kaplan-Meier, Aalen-Johansen, restricted mean survival, times drawn from a hazard."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.outcomes.survival import cumulative_integral, increasing_times

Array = NDArray[np.float64]
_Z = NormalDist().inv_cdf(0.975)


class KaplanMeier(NamedTuple):
    """Times and, from each on, the survival with its pointwise 95 % interval."""

    times: Array
    survival: Array
    lower: Array
    upper: Array


def checked_history(time: ArrayLike, event: ArrayLike) -> tuple[Array, NDArray[np.int_]]:
    """Times and events as arrays, verified.

    Parameters
    ----------
    time : (patient,)
        Death or censoring, never negative.
    event : (patient,) int or bool
        0 censored, otherwise the event.

    Raises
    ------
    InputError
        If the shapes differ, nobody is there, a time is negative or NaN, or an event is not known.

    Examples
    --------
    >>> checked_history([3, 5], [True, False])
    (array([3., 5.]), array([1, 0]))
    """
    given = np.asarray(event)
    if given.dtype.kind == "f" and not np.all(np.isfinite(given)):
        raise InputError("event", given[~np.isfinite(given)][0], "0 for censored, else the event, of every patient")
    time, event = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=np.int_)
    if time.ndim != 1 or time.size == 0 or time.shape != event.shape:
        raise InputError("time", (time.shape, event.shape), "one time and one event for each patient")
    if not np.all(time >= 0):
        raise InputError("time", time[~(time >= 0)][0], "times >= 0; drop and count failed patients first")
    return time, event


def numbers_at_risk(time: ArrayLike, at: ArrayLike) -> NDArray[np.int_]:
    """Patients neither dead nor censored just before each time of `at`.

    Examples
    --------
    >>> numbers_at_risk([3, 5, 5, 9], at=[0, 5, 6]).tolist()
    [4, 3, 1]
    """
    ordered = np.sort(np.asarray(time, dtype=np.float64))
    return ordered.size - np.searchsorted(ordered, np.asarray(at, dtype=np.float64), side="left")


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> KaplanMeier:
    """Product-limit survival with Greenwood's variance on the log-log scale.

    Parameters
    ----------
    time : (patient,) days
        Death or censoring.
    event : (patient,) bool
        True for death.

    Returns
    -------
    KaplanMeier
        From time 0; the interval is NaN once nobody survives.

    Raises
    ------
    InputError
        If the shapes differ or a time is negative or NaN.

    References
    ----------
    Kaplan1958, Kalbfleisch2002

    Examples
    --------
    >>> kaplan_meier([3, 5, 5, 9], [1, 1, 0, 0]).survival.tolist()
    [1.0, 0.75, 0.5, 0.5]
    """
    time, event = checked_history(time, event)
    times = np.union1d(0.0, time)
    deaths = np.bincount(np.searchsorted(times, time), weights=event > 0, minlength=times.size)
    at_risk = numbers_at_risk(time, times)
    survival = np.cumprod(1.0 - deaths / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        reach = _Z * np.sqrt(greenwood) / np.abs(np.log(survival))
        lower, upper = survival ** np.exp(reach), survival ** np.exp(-reach)
    for bound in (lower, upper):
        bound[survival == 1.0], bound[survival == 0.0] = 1.0, np.nan
    return KaplanMeier(times, survival, lower, upper)


def aalen_johansen(time: ArrayLike, cause: ArrayLike, *, of: int) -> tuple[Array, Array]:
    """Cumulative incidence of one cause among competing ones.

    Parameters
    ----------
    time : (patient,) days
        Of the event or of censoring.
    cause : (patient,) int
        0 censored, otherwise the cause of the event.
    of : int
        The cause wanted.

    Returns
    -------
    times, incidence : ndarray
        From time 0.

    Raises
    ------
    InputError
        If the shapes differ or a time is negative or NaN.

    References
    ----------
    Aalen1978

    Examples
    --------
    >>> aalen_johansen([1, 2, 3, 4], [1, 2, 1, 0], of=1)[1].tolist()
    [0.0, 0.25, 0.25, 0.5, 0.5]
    """
    time, cause = checked_history(time, cause)
    times, survival, _, _ = kaplan_meier(time, cause != 0)
    events = np.bincount(np.searchsorted(times, time), weights=cause == of, minlength=times.size)
    before = np.concatenate(([1.0], survival[:-1]))
    return times, np.cumsum(before * events / numbers_at_risk(time, times))


def restricted_mean_survival(times: ArrayLike, survival: ArrayLike, horizon: float, *, step: bool = True) -> Array:
    """Mean time alive up to `horizon`: the area under the survival curve.

    Parameters
    ----------
    times : (time,) days
        From 0.
    survival : (..., time)
        Probability of being alive.
    horizon : float
        Days.
    step : bool
        A Kaplan-Meier step curve; otherwise straight lines between the times.

    Raises
    ------
    InputError
        If the curve starts after 0 or ends before the horizon while patients are alive.

    References
    ----------
    Royston2013

    Examples
    --------
    >>> float(restricted_mean_survival([0, 10, 20], [1.0, 0.5, 0.5], 20))
    15.0
    """
    times, survival = increasing_times(times), np.asarray(survival, dtype=np.float64)
    if times[0] != 0:
        raise InputError("times", times[0], "a curve that starts at day 0")
    if horizon > times[-1] and np.any(survival[..., -1] > 0):
        raise InputError("horizon", horizon, f"at most {times[-1]:g}, the last time of the curve")
    ends = np.minimum(times, horizon)
    if step:
        return np.asarray(np.sum(survival[..., :-1] * np.diff(ends), axis=-1))
    area = cumulative_integral(times, survival)
    i = max(int(np.searchsorted(times, min(horizon, times[-1]))), 1)
    share = (ends[i] - times[i - 1]) / (times[i] - times[i - 1])
    at_end = survival[..., i - 1] + share * (survival[..., i] - survival[..., i - 1])
    last = 0.5 * (survival[..., i - 1] + at_end) * (ends[i] - times[i - 1])
    return np.asarray(area[..., i - 1] + last)


def event_times(times: ArrayLike, cumulative_hazard: ArrayLike, threshold: ArrayLike) -> Array:
    """First times at which cumulative hazards reach their thresholds, by straight lines; inf for never.

    Parameters
    ----------
    times : (time,) days
        Of the cumulative hazard, increasing.
    cumulative_hazard : (..., time)
        Never decreasing.
    threshold : (...)
        Draws of Exp(1); broadcast against the patients.

    Returns
    -------
    (...) ndarray
        Days; NaN for a patient with any NaN.

    Examples
    --------
    >>> event_times([0, 1, 2], [[0.0, 0.5, 1.5], [0.0, 0.1, 0.2]], [1.0, 1.0]).tolist()
    [1.5, inf]
    """
    times, hazard = increasing_times(times), np.asarray(cumulative_hazard, dtype=np.float64)
    threshold = np.asarray(threshold, dtype=np.float64)
    shape = np.broadcast_shapes(hazard.shape[:-1], threshold.shape)
    hazard = np.broadcast_to(hazard, (*shape, times.size))
    threshold = np.broadcast_to(threshold, shape)[..., None]
    reached = hazard >= threshold
    after = np.argmax(reached, axis=-1)[..., None]
    before = np.maximum(after - 1, 0)
    low, high = np.take_along_axis(hazard, before, -1), np.take_along_axis(hazard, after, -1)
    rise = np.where(after > before, high - low, 1.0)
    share = np.where(after > before, (threshold - low) / np.where(rise > 0, rise, 1.0), 0.0)
    crossing = (times[before] + share * (times[after] - times[before]))[..., 0]
    failed = np.isnan(hazard).any(-1) | np.isnan(threshold[..., 0])
    return np.where(failed, np.nan, np.where(reached.any(-1), crossing, np.inf))
