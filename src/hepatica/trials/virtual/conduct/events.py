"""Event times from cumulative hazards: each crosses a threshold of Exp(1), and competing causes by their minimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]


def crossing_times(hazard: Singles, row: Ints, threshold: ArrayLike) -> Singles:
    """Day on which a cumulative hazard reaches a threshold, by straight lines within a day; inf where it never does.

    Parameters
    ----------
    hazard : (rows, days)
        Cumulative from day 0 on, never decreasing, contiguous.
    row : (...)
        Row of each subject.
    threshold : (...)
        Positive.

    Returns
    -------
    (...) ndarray

    Examples
    --------
    >>> crossing_times(np.array([[0, 0.5, 1.5]], np.float32), np.array([0, 0]), [1.0, 2.0]).tolist()
    [1.5, inf]
    """
    days = hazard.shape[1]
    flat, base = hazard.ravel(), (row * days).ravel()
    levels = np.asarray(threshold, np.float32).ravel()
    times = np.full(levels.shape, np.inf, np.float32)
    who = np.flatnonzero(levels <= flat[base + (days - 1)])
    start, level = base[who], levels[who]
    low, high = np.zeros(len(who), np.int64), np.full(len(who), days - 1)
    for _ in range(int(np.ceil(np.log2(max(days - 1, 1))))):
        middle = (low + high) // 2
        reached = flat[start + middle] >= level
        high = np.where(reached, middle, high)
        low = np.where(reached, low, middle)
    before, after = flat[start + low], flat[start + high]
    rise = after - before
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(rise > 0, (level - before) / rise, 1.0)
    times[who] = low + np.clip(share, 0.0, 1.0)
    return times.reshape(np.shape(row))


def first_event(times: Sequence[NDArray[np.floating]]) -> tuple[Singles, NDArray[np.int8]]:
    """Earliest of competing events, and which it is; -1 where none happens.

    Parameters
    ----------
    times : sequence of (...)
        Of each cause; inf where it never happens.

    Examples
    --------
    >>> when, which = first_event([np.array([3.0, np.inf]), np.array([2.0, np.inf])])
    >>> when.tolist(), which.tolist()
    ([2.0, inf], [1, -1])
    """
    best = np.asarray(times[0], np.float32).copy()
    which = np.where(np.isfinite(best), 0, -1).astype(np.int8)
    for k, other in enumerate(times[1:], start=1):
        earlier = other < best
        best[earlier] = other[earlier]
        which[earlier] = k
    return best, which


def expected_survival(
    hazards: Mapping[str, NDArray[np.floating]], causes: Sequence[str], frailty: float = 0.0
) -> Floats:
    """Probability of none of some events by each day, a gamma frailty of deaths averaged out.

    Parameters
    ----------
    hazards : mapping of str to (..., day)
        Cumulative.
    causes : sequence of str
        Those that the frailty multiplies.
    frailty : float
        Its variance.

    Examples
    --------
    >>> expected_survival({"a": np.array([0.0, 1.0])}, ["a"]).round(3).tolist()
    [1.0, 0.368]
    """
    total = np.sum([np.asarray(hazards[c], float) for c in causes], axis=0)
    return np.asarray(np.exp(-total) if frailty == 0 else (1 + frailty * total) ** (-1 / frailty))


def couple(common: Singles, other: Singles, correlation: float) -> Singles:
    """Exp(1) numbers that a Gaussian copula joins to others; 1 gives these, 0 independent ones.

    Parameters
    ----------
    common, other : (...)
        Independent Exp(1) numbers.
    correlation : float
        Of the normal scores.

    Examples
    --------
    >>> couple(np.array([0.5], np.float32), np.array([2.0], np.float32), 1.0).round(5).tolist()
    [0.5]
    """
    scores = [ndtri(-np.expm1(-np.maximum(np.asarray(e, float), 1e-12))) for e in (common, other)]
    mixed = correlation * scores[0] + np.sqrt(1 - correlation**2) * scores[1]
    return np.asarray(-np.log(np.maximum(ndtr(-mixed), 1e-300)), np.float32)
