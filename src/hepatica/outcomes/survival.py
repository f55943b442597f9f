"""Survival from event histories (trials) and from intensities (virtual patients): plain array kernels."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Array = NDArray[np.float64]
_Z = NormalDist().inv_cdf(0.975)


class KaplanMeier(NamedTuple):
    """Times and, from each on, the survival with its pointwise 95 % interval."""

    times: Array
    survival: Array
    lower: Array
    upper: Array


def _history(time: ArrayLike, event: ArrayLike) -> tuple[Array, NDArray[np.int_]]:
    time, event = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=np.int_)
    if time.ndim != 1 or time.size == 0 or time.shape != event.shape:
        raise InputError("time", (time.shape, event.shape), "one time and one event for each patient")
    if not np.all(time >= 0):
        raise InputError("time", time[~(time >= 0)][0], "times >= 0; drop and count failed patients first")
    return time, event


def _grid(times: ArrayLike) -> Array:
    times = np.asarray(times, dtype=np.float64)
    if times.ndim != 1 or times.size < 2 or not np.all(np.diff(times) > 0):
        raise InputError("times", times, "two or more increasing times")
    return times


def _cumulative(times: Array, values: Array) -> Array:
    """Integral from the first time to each time, by trapezoids."""
    steps = 0.5 * (values[..., 1:] + values[..., :-1]) * np.diff(times)
    return np.concatenate((np.zeros_like(values[..., :1]), np.cumsum(steps, axis=-1)), axis=-1)


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
    time, event = _history(time, event)
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
    time, cause = _history(time, cause)
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
    times, survival = _grid(times), np.asarray(survival, dtype=np.float64)
    if times[0] != 0:
        raise InputError("times", times[0], "a curve that starts at day 0")
    if horizon > times[-1] and np.any(survival[..., -1] > 0):
        raise InputError("horizon", horizon, f"at most {times[-1]:g}, the last time of the curve")
    ends = np.minimum(times, horizon)
    if step:
        return np.asarray(np.sum(survival[..., :-1] * np.diff(ends), axis=-1))
    area = _cumulative(times, survival)
    i = max(int(np.searchsorted(times, min(horizon, times[-1]))), 1)
    share = (ends[i] - times[i - 1]) / (times[i] - times[i - 1])
    at_end = survival[..., i - 1] + share * (survival[..., i] - survival[..., i - 1])
    last = 0.5 * (survival[..., i - 1] + at_end) * (ends[i] - times[i - 1])
    return np.asarray(area[..., i - 1] + last)


def survival_from_intensity(times: ArrayLike, intensity: ArrayLike) -> Array:
    """Survival exp(-integral of the intensity), by trapezoids.

    Parameters
    ----------
    times : (time,) days
    intensity : (..., time) 1/day

    Returns
    -------
    (..., time) ndarray
        1 at the first time; NaN from a NaN on.

    Examples
    --------
    >>> survival_from_intensity([0, 1, 2], [0.1, 0.1, 0.1]).round(3).tolist()
    [1.0, 0.905, 0.819]
    """
    return np.exp(-_cumulative(_grid(times), np.asarray(intensity, dtype=np.float64)))


def transplant_free_survival(times: ArrayLike, death: ArrayLike, transplant: ArrayLike) -> Array:
    """Probability of being alive without transplant, from both intensities (1/day).

    Examples
    --------
    >>> transplant_free_survival([0, 1], [0.1, 0.1], [0.2, 0.2]).round(3).tolist()
    [1.0, 0.741]
    """
    return survival_from_intensity(times, np.add(death, transplant))


def competing_incidence(times: ArrayLike, death: ArrayLike, transplant: ArrayLike) -> tuple[Array, Array]:
    """Expected cumulative incidence of death and of transplant, each in the other's presence.

    Within a step the events that happen are shared in proportion to the two hazards, so that incidences and
    `transplant_free_survival` add up to one.

    Parameters
    ----------
    times : (time,) days
    death, transplant : (..., time) 1/day

    Returns
    -------
    death, transplant : (..., time) ndarray

    References
    ----------
    Aalen1978

    Examples
    --------
    >>> died, grafted = competing_incidence([0, 1], [0.1, 0.1], [0.2, 0.2])
    >>> died.round(3).tolist(), grafted.round(3).tolist()
    ([0.0, 0.086], [0.0, 0.173])
    """
    death, transplant = np.broadcast_arrays(
        np.asarray(death, dtype=np.float64), np.asarray(transplant, dtype=np.float64)
    )
    died, grafted = incidences(times, np.stack([death, transplant]))
    return died, grafted


def incidences(times: ArrayLike, intensities: ArrayLike) -> Array:
    """Expected cumulative incidence of each of several competing events.

    Within a step the events that happen are shared in proportion to the hazards, so that the incidences and
    the probability of none add up to one.

    Parameters
    ----------
    times : (time,) days
    intensities : (event, ..., time) 1/day

    Returns
    -------
    (event, ..., time) ndarray

    References
    ----------
    Aalen1978

    Examples
    --------
    >>> incidences([0, 1], [[0.1, 0.1], [0.2, 0.2], [0.0, 0.0]])[:, 1].round(3).tolist()
    [0.086, 0.173, 0.0]
    """
    intensities = np.asarray(intensities, dtype=np.float64)
    return incidences_of_steps(0.5 * (intensities[..., 1:] + intensities[..., :-1]) * np.diff(_grid(times)))


def incidences_of_steps(steps: Array) -> Array:
    """As `incidences`, from what each event adds to its cumulative hazard per step, (event, ..., time - 1).

    Examples
    --------
    >>> incidences_of_steps(np.array([[0.1], [0.2]])).round(3).tolist()
    [[0.0, 0.086], [0.0, 0.173]]
    """
    every = steps.sum(axis=0)
    before = np.exp(-(np.cumsum(every, axis=-1) - every))
    share = steps / np.where(every == 0, 1.0, every)
    start = np.zeros((*steps.shape[:-1], 1))
    return np.concatenate((start, np.cumsum(before * -np.expm1(-every) * share, axis=-1)), axis=-1)


def event_times(times: ArrayLike, cumulative_hazard: ArrayLike, threshold: ArrayLike) -> Array:
    """When each cumulative hazard first reaches its threshold, by straight lines; inf when it never does.

    Parameters
    ----------
    times : (time,) days
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
    times, hazard = _grid(times), np.asarray(cumulative_hazard, dtype=np.float64)
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
