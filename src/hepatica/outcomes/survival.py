"""Survival and cumulative incidence from intensities of virtual patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

Array = NDArray[np.float64]


def increasing_times(times: ArrayLike) -> Array:
    """Times as floats; fewer than two, or not increasing, are an InputError."""
    times = np.asarray(times, dtype=np.float64)
    if times.ndim != 1 or times.size < 2 or not np.all(np.diff(times) > 0):
        raise InputError("times", times, "two or more increasing times")
    return times


def cumulative_integral(times: Array, values: Array) -> Array:
    """Integral from the first time to each time, by trapezoids."""
    steps = 0.5 * (values[..., 1:] + values[..., :-1]) * np.diff(times)
    return np.concatenate((np.zeros_like(values[..., :1]), np.cumsum(steps, axis=-1)), axis=-1)


def survival_from_intensity(times: ArrayLike, intensity: ArrayLike) -> Array:
    """Survival exp(-integral of the intensity), by trapezoids.

    Parameters
    ----------
    times : (time,) days
        Increasing.
    intensity : (..., time) 1/day
        Intensity of the event.

    Returns
    -------
    (..., time) ndarray
        1 at the first time; NaN from a NaN on.

    Examples
    --------
    >>> survival_from_intensity([0, 1, 2], [0.1, 0.1, 0.1]).round(3).tolist()
    [1.0, 0.905, 0.819]
    """
    return np.exp(-cumulative_integral(increasing_times(times), np.asarray(intensity, dtype=np.float64)))


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
        Increasing.
    death, transplant : (..., time) 1/day
        Intensities of the two events.

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
        Increasing.
    intensities : (event, ..., time) 1/day
        Intensity of each event.

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
    return incidences_of_steps(0.5 * (intensities[..., 1:] + intensities[..., :-1]) * np.diff(increasing_times(times)))


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
