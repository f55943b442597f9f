"""Looks by information or by calendar: fractions that a calendar gives, and dates that fractions need."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.recursion import checked_information

Floats = NDArray[np.float64]
Information = Callable[[float], float]


def fractions_at(times: ArrayLike, information: Information) -> Floats:
    """Information fractions of looks at calendar times, the last one 1.

    Parameters
    ----------
    times : (looks,)
        Calendar times, increasing.
    information : callable
        Expected information (events, patients) at a time.

    Examples
    --------
    >>> fractions_at([6, 12, 24], lambda month: 10 * month).tolist()
    [0.25, 0.5, 1.0]
    """
    at = checked_information(times, "times")
    values = np.array([information(float(t)) for t in at])
    if values[0] <= 0 or (np.diff(values) <= 0).any():
        raise InputError(
            "times", at.tolist(), f"each look must bring information, and these bring {values.round(3).tolist()}"
        )
    return np.asarray(values / values[-1])


def times_of(fractions: ArrayLike, information: Information, end: float) -> Floats:
    """Calendar times at which the fractions of the information at the end are expected.

    Parameters
    ----------
    fractions : (looks,)
        Information fractions.
    information : callable
        Expected information at a time, increasing.
    end : float
        Time of the last look.

    Examples
    --------
    >>> times_of([0.25, 1], lambda month: month**2, 24.0).round(6).tolist()
    [12.0, 24.0]
    """
    at = checked_information(fractions, "fractions")
    if at[-1] > 1 + 1e-12 or not end > 0:
        raise InputError("fractions", at.tolist(), "none may be above 1, and the end must be a positive time")
    total = information(end)
    if not total > 0:
        raise InputError("end", end, "no information is expected by then; give a later time")
    days = [end if f >= 1 else brentq(lambda t, f=f: information(t) - f * total, 0.0, end, xtol=1e-10) for f in at]
    return np.asarray(days, float)
