"""Counts of cells: viability and other proportions, concentrations, with limits that hold chance and scatter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, stdtr, stdtrit

from hepatica.errors import InputError

Floats = NDArray[np.float64]


class Measured(NamedTuple):
    """A measured proportion or concentration with its error.

    Attributes
    ----------
    value, low, high : float
        With limits.
    se : float
        Standard error, on the logit scale for a proportion, on the logarithmic one for a concentration.
    df : float
    dispersion : float
        Scatter of replicates over what chance alone gives, at least 1.
    """

    value: float
    low: float
    high: float
    se: float
    df: float
    dispersion: float


def measure_proportion(alive: Floats, counted: Floats, *, level: float = 0.95) -> Measured:
    """Proportion of cells, such as viability, from replicate counts, with limits on the logit scale.

    Replicates that scatter more than a binomial does widen the limits by their dispersion; with one replicate nothing
    is known of that, and the limits hold the chance of counting alone.

    Parameters
    ----------
    alive, counted : ndarray
        (replicates,), cells that exclude the dye (or have the marker), and all.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If a count is impossible.

    Examples
    --------
    >>> m = measure_proportion(np.array([180.0, 172.0, 188.0]), np.array([200.0, 200.0, 200.0]))
    >>> round(m.value, 3), round(m.low, 3), round(m.high, 3)
    (0.9, 0.748, 0.964)
    """
    k, n = np.atleast_1d(np.asarray(alive, float)), np.atleast_1d(np.asarray(counted, float))
    _check_level(level)
    if k.size == 0 or k.shape != n.shape or not ((k >= 0) & (k <= n) & (n > 0)).all():
        raise InputError("count", k.tolist(), "counts from zero to those counted, which are above zero")
    total, hits = float(n.sum()), float(k.sum())
    p = (hits + 0.5) / (total + 1)
    df, dispersion = np.inf, 1.0
    if len(k) > 1 and 0 < hits < total:
        df = float(len(k) - 1)
        dispersion = max(1.0, float(np.sum((k - n * hits / total) ** 2 / n) / (hits / total * (1 - hits / total)) / df))
        df = df if dispersion > 1 else np.inf
    se = float(np.sqrt(dispersion / ((total + 1) * p * (1 - p))))
    half, centre = float(stdtrit(df, 0.5 + level / 2)) * se, float(np.log(p / (1 - p)))
    low, high = (1 / (1 + np.exp(-(centre + s * half))) for s in (-1, 1))
    return Measured(hits / total, float(low), float(high), se, df, dispersion)


def chance_above(m: Measured, limit: float) -> float:
    """Chance that the true proportion is above a limit, from its estimate and error on the logit scale.

    Examples
    --------
    >>> m = measure_proportion(np.array([180.0, 172.0, 188.0]), np.array([200.0, 200.0, 200.0]))
    >>> round(chance_above(m, 0.85), 2)
    0.89
    """
    if not 0 < limit < 1:
        raise InputError("limit", limit, "a proportion between 0 and 1")
    low, high = (np.log(x / (1 - x)) for x in (m.low, m.high))
    return float(stdtr(m.df, ((low + high) / 2 - np.log(limit / (1 - limit))) / m.se))


def measure_concentration(counts: Floats, volume: float, *, dilution: float = 1.0, level: float = 0.95) -> Measured:
    """Concentration of cells from counts in equal volumes, with limits of counting and of scatter.

    Parameters
    ----------
    counts : ndarray
        (squares,), cells counted.
    volume : float
        Of one square, in mL.
    dilution : float
        Of the sample before it was counted.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If nothing was counted, or volume or dilution is not above zero.

    Examples
    --------
    >>> m = measure_concentration(np.array([52.0, 47.0, 60.0, 55.0]), 1e-4, dilution=2)
    >>> round(m.value), round(m.low), round(m.high)
    (1070000, 931434, 1223369)
    """
    c = np.atleast_1d(np.asarray(counts, float))
    _check_level(level)
    if not (c >= 0).all() or c.sum() == 0 or not volume > 0 or not dilution > 0:
        raise InputError("counts", c.tolist(), "counts above zero in a volume above zero")
    total, scale = float(c.sum()), dilution / volume / len(c)
    df, dispersion = np.inf, 1.0
    if len(c) > 1:
        dispersion = max(1.0, float(c.var(ddof=1) / c.mean()))
        df = float(len(c) - 1) if dispersion > 1 else np.inf
    se = float(np.sqrt(dispersion / total))
    if dispersion > 1:
        half = float(stdtrit(df, 0.5 + level / 2)) * se
        low, high = total * np.exp(-half), total * np.exp(half)
    else:  # exact limits of a Poisson count
        low, high = gammaincinv(total, (1 - level) / 2), gammaincinv(total + 1, (1 + level) / 2)
    return Measured(scale * total, scale * float(low), scale * float(high), se, df, dispersion)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError("level", level, "a confidence between 0 and 1, such as 0.95")
