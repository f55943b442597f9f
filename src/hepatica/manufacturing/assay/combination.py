"""Combination of independent estimates of log potency: weighted, unweighted, semi-weighted; homogeneity."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.regression import t_quantile

Floats = NDArray[np.float64]


class Weighting(Enum):
    """Weights of independent estimates."""

    WEIGHTED = "weighted"
    UNWEIGHTED = "unweighted"
    SEMI_WEIGHTED = "semi-weighted"


class Combined(NamedTuple):
    """Combined log potency.

    Attributes
    ----------
    weighting : Weighting
        Used.
    log_potency, low, high, se : float
        Natural logarithms.
    df : int
        Of the t quantile of the limits.
    chi2, p : float
        Of homogeneity, on one degree of freedom less than estimates.
    is_homogeneous : bool
    between : float
        Variance between estimates beyond their own; zero for weighted means.
    i2 : float
        Share of the scatter that is not the estimates' own, from 0 to 1 (Higgins and Thompson 2002).
    weights : ndarray
        (estimates,), adding up to one.
    """

    weighting: Weighting
    log_potency: float
    low: float
    high: float
    se: float
    df: int
    chi2: float
    p: float
    is_homogeneous: bool
    between: float
    i2: float
    weights: Floats


def standard_errors(log_low: Floats, log_high: Floats, df: Floats, level: float = 0.95) -> Floats:
    """Standard errors of log potencies from the length of their limits, (estimates,).

    Examples
    --------
    >>> standard_errors(np.array([-0.2]), np.array([0.2]), np.array([20.0])).round(4).tolist()
    [0.0959]
    """
    return np.asarray((log_high - log_low) / (2 * t_quantile(level, df)), float)


def combine(
    log_potency: Floats,
    se: Floats,
    df: Floats,
    *,
    weighting: Weighting | None = None,
    level: float = 0.95,
    alpha: float = 0.05,
) -> Combined:
    """Mean of independent log potencies with its limits.

    Weighted: weights are inverse variances, the limits use the sum of the degrees of freedom. Semi-weighted: the
    variance between estimates (scatter less mean of their own, not below zero) is added to each (Cochran 1954), with
    the standard error of Knapp and Hartung (2003), not below the plain one. Unweighted: mean and standard error of
    the estimates alone. The last two use one degree of freedom less than estimates.

    Parameters
    ----------
    log_potency, se, df : ndarray
        (estimates,), with standard errors and degrees of freedom.
    weighting : Weighting, optional
        Unless given weighted where homogeneity holds, otherwise semi-weighted.
    level : float
        Confidence of the limits.
    alpha : float
        Significance of the test of homogeneity.

    Raises
    ------
    InputError
        If there are fewer than two estimates, or one is not finite.

    References
    ----------
    Cochran WG, Biometrics 1954;10:101. Knapp G, Hartung J, Stat Med 2003;22:2693. Higgins JPT, Thompson SG, Stat Med
    2002;21:1539.

    Examples
    --------
    >>> c = combine(np.log([0.95, 1.02, 1.10]), np.array([0.05, 0.06, 0.05]), np.array([20.0, 20.0, 20.0]))
    >>> c.weighting.value, round(float(np.exp(c.log_potency)), 3), c.df
    ('weighted', 1.022, 60)
    """
    m, s = np.asarray(log_potency, float), np.asarray(se, float)
    n = len(m)
    if n < 2:
        raise InputError("assay", n, "at least two independent estimates to combine")
    if not (np.isfinite(m).all() and (s > 0).all() and np.isfinite(s).all()):
        raise InputError(
            "potency", "an estimate without a finite standard error", "finite estimates with standard errors"
        )
    w = 1 / s**2
    centre = float(np.sum(w * m) / w.sum())
    chi2 = float(np.sum(w * (m - centre) ** 2))
    p = float(chdtrc(n - 1, chi2))
    chosen = weighting or (Weighting.WEIGHTED if p >= alpha else Weighting.SEMI_WEIGHTED)
    between, freedom = 0.0, n - 1
    if chosen is Weighting.WEIGHTED:
        freedom, error = int(np.sum(df)), float(w.sum() ** -0.5)
    elif chosen is Weighting.UNWEIGHTED:
        w, between = np.ones(n), max(0.0, float(m.var(ddof=1) - np.mean(s**2)))
        error = float(m.std(ddof=1) / np.sqrt(n))
    else:
        between = max(0.0, float(m.var(ddof=1) - np.mean(s**2)))
        w = 1 / (s**2 + between)
        error = hartung_knapp(m, w)
    mean, half = float(np.sum(w * m) / w.sum()), float(t_quantile(level, freedom)) * error
    i2 = max(0.0, 1 - (n - 1) / chi2) if chi2 > 0 else 0.0
    return Combined(
        chosen, mean, mean - half, mean + half, error, freedom, chi2, p, p >= alpha, between, i2, w / w.sum()
    )


def hartung_knapp(m: Floats, w: Floats) -> float:
    """Standard error of a weighted mean by Knapp and Hartung (2003), not below that of known weights."""
    mean = np.sum(w * m) / w.sum()
    q = np.sum(w * (m - mean) ** 2) / (len(m) - 1)
    return float(np.sqrt(max(1.0, q) / w.sum()))
