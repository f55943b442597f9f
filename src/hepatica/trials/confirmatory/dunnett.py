"""Dunnett's test: several treatments against one control.

With product correlation lambda_i lambda_j the joint distribution is one integral over the control's mean, two with an
estimated variance (Dunnett 1955, J Am Stat Assoc 50:1096), to the precision of the quadrature.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaincinv, ndtr

from hepatica.errors import InputError

Floats = NDArray[np.float64]
_LEGENDRE = np.polynomial.legendre.leggauss(96)
_U = 8.5 * _LEGENDRE[0]
_PHI = 8.5 * _LEGENDRE[1] * np.exp(-0.5 * _U**2) / np.sqrt(2 * np.pi)
_CHI_NODES, _CHI_WEIGHTS = np.polynomial.legendre.leggauss(48)


def loadings(treated: ArrayLike, control: float) -> Floats:
    """Loading lambda of each comparison on the shared control: the correlation of two is the product of theirs.

    Parameters
    ----------
    treated : (m,)
        Patients of the treatments.
    control : float
        Patients of the control.

    Examples
    --------
    >>> (loadings([50, 50], 50) ** 2).round(3).tolist()
    [0.5, 0.5]
    """
    n = np.asarray(treated, float)
    if not (n > 0).all() or not control > 0:
        raise InputError("patients", (n.tolist(), control), "give positive numbers of patients in every arm")
    return np.sqrt(n / (n + control))


def none_above(limit: ArrayLike, loading: Floats, shift: ArrayLike = 0.0, df: float = np.inf) -> Floats:
    """Probability that no statistic exceeds its limit.

    Parameters
    ----------
    limit : (..., m)
        Of each statistic.
    loading : (m,)
        Of each comparison on the shared control.
    shift : (m,)
        Means of the statistics.
    df : float
        Degrees of freedom of the estimated variance; infinite if it is known.

    Returns
    -------
    (...)
    """
    limits = np.asarray(limit, float)
    if np.isfinite(df):
        # u in (0, 1), the chi-square distribution function, in panels dense at the ends
        u = 0.5 + 0.5 * np.sin(np.pi / 2 * _CHI_NODES)
        weight = _CHI_WEIGHTS * 0.5 * np.pi / 2 * np.cos(np.pi / 2 * _CHI_NODES)
        scales = np.sqrt(2 * gammaincinv(df / 2, u) / df)
        parts = [w * none_above(limits * s, loading, shift) for s, w in zip(scales, weight, strict=True)]
        return np.asarray(sum(parts))
    free = np.sqrt(1 - loading**2)
    inside = ndtr(((limits - np.asarray(shift, float)) / free)[..., None] + (loading / free)[:, None] * _U)
    return np.asarray(np.prod(inside, axis=-2) @ _PHI)


def dunnett_p_values(z: ArrayLike, loading: Floats, df: float = np.inf) -> Floats:
    """One-sided p-values adjusted for all comparisons (single step): (..., m) to (..., m).

    Examples
    --------
    >>> dunnett_p_values([2.212, 0.0], loadings([50, 50], 50)).round(3).tolist()
    [0.025, 0.667]
    """
    values = np.asarray(z, float)
    same = np.repeat(values[..., None], len(loading), axis=-1)
    return 1 - none_above(same, loading, df=df)


def dunnett_critical_value(alpha: float, loading: Floats, df: float = np.inf) -> float:
    """Critical value of the largest statistic, one-sided."""
    if not 0 < alpha < 1:
        raise InputError("alpha", alpha, "give a number between 0 and 1")

    def excess(c: float) -> float:
        return float(none_above(np.full(len(loading), c), loading, df=df)) - (1 - alpha)

    return float(brentq(excess, -5.0, 60.0, xtol=1e-12))


def step_down_dunnett(z: ArrayLike, loading: Floats, df: float = np.inf) -> Floats:
    """Step-down adjusted p-values (Naik 1975; Marcus, Peritz and Gabriel 1976, Biometrika 63:655): (m,) to (m,)."""
    values = np.asarray(z, float)
    order, adjusted, worst = np.argsort(-values), np.zeros(len(values)), 0.0
    for k, here in enumerate(order):
        left = order[k:]
        p = 1 - float(none_above(np.full(len(left), values[here]), loading[left], df=df))
        worst = max(worst, p)
        adjusted[here] = worst
    return adjusted


def power_dunnett(shift: Sequence[float], loading: Floats, alpha: float = 0.025, df: float = np.inf) -> float:
    """Probability of at least one rejection (disjunctive power), given the means of the statistics."""
    critical = dunnett_critical_value(alpha, loading, df)
    return 1 - float(none_above(np.full(len(loading), critical), loading, np.asarray(shift, float), df))
