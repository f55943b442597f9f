"""Doses that a window is made of, from curves over the dose: minimal effective dose, ED50, plateau, fall, limit."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.window.shape import Curve

Floats = NDArray[np.float64]
PLATEAU = 0.9  # share of the largest gain from which on more hardly helps


class Estimand(StrEnum):
    """Dose or size that is read from a curve."""

    MINIMAL = "minimal_effective_dose"  # lowest dose with the gain that matters
    ED50 = "ed50"  # lowest dose with half of the largest gain
    PLATEAU = "plateau"  # lowest dose with 90 % of the largest gain
    BEST = "dose_of_largest_gain"
    FALL = "fall"  # dose above the best at which 90 % of the largest gain are lost again
    LIMIT = "limit"  # dose at which a harm passes its limit
    LARGEST = "largest_gain"


OF_BENEFIT = (Estimand.MINIMAL, Estimand.ED50, Estimand.PLATEAU, Estimand.BEST, Estimand.FALL, Estimand.LARGEST)
OF_HARM = (Estimand.LIMIT, Estimand.LARGEST)


def first_crossing(x: Floats, y: Floats, level: Floats, *, lowest: float) -> Floats:
    """Place at which curves first reach their levels, by straight lines between the points.

    Parameters
    ----------
    x : (fine,)
        Ascending.
    y : (..., fine)
        Curves; the first point is where nothing is given.
    level : (...)
        One for each curve.
    lowest : float
        Places below this are not known: the crossing is said to lie at -inf.

    Returns
    -------
    (...) ndarray
        inf where a curve never reaches its level.

    Examples
    --------
    >>> x = np.array([4.0, 5.0, 6.0])
    >>> first_crossing(x, np.array([[0.0, 1.0, 3.0], [0.0, 0.1, 0.2]]), np.array([2.0, 2.0]), lowest=5.0).tolist()
    [5.5, inf]
    """
    reached = y >= level[..., None]
    after = np.argmax(reached, axis=-1)[..., None]
    before = np.maximum(after - 1, 0)
    low, high = np.take_along_axis(y, before, -1), np.take_along_axis(y, after, -1)
    rise = np.where(high > low, high - low, 1.0)
    part = np.where(after > before, (level[..., None] - low) / rise, 0.0)
    place = (x[before] + part * (x[after] - x[before]))[..., 0]
    return np.where(reached.any(axis=-1), np.where(place < lowest - 1e-9, -np.inf, place), np.inf)


def estimate(curve: Curve, estimand: Estimand, *, relevant: float = 0.0, limit: float = np.inf) -> Floats:
    """An estimand of each curve: decimal logarithm of a dose, or the largest gain itself.

    A curve that never gains has no ED50, no plateau and no best dose: they are infinite, as a dose is that is never
    reached. -inf says that the dose lies below the lowest one simulated.

    Parameters
    ----------
    curve : Curve
        Of differences from standard care.
    estimand : Estimand
        What is read from it.
    relevant : float
        Gain that matters, for the minimal effective dose.
    limit : float
        Largest acceptable excess of a harm.
    """
    x, y, lowest = curve.log_fine, curve.fine, float(curve.log_doses[0])
    largest = y.max(axis=-1)
    if estimand is Estimand.LARGEST:
        return np.asarray(largest)
    if estimand is Estimand.LIMIT:
        return first_crossing(x, y, np.full(y.shape[:-1], limit), lowest=lowest)
    gains = largest > 0
    if estimand is Estimand.MINIMAL:
        return first_crossing(x, y, np.full(y.shape[:-1], max(relevant, 1e-12)), lowest=lowest)
    top = np.argmax(y, axis=-1)
    if estimand is Estimand.BEST:
        return np.where(gains, np.maximum(x[top], lowest), np.inf)
    if estimand is Estimand.FALL:
        later = np.arange(len(x)) >= top[..., None]
        lost = np.where(later, largest[..., None] - y, 0.0)
        return np.where(gains, first_crossing(x, lost, (1 - PLATEAU) * largest, lowest=lowest), np.inf)
    share = 0.5 if estimand is Estimand.ED50 else PLATEAU
    return np.where(gains, first_crossing(x, y, share * np.maximum(largest, 1e-300), lowest=lowest), np.inf)
