"""Run as a random effect: restricted maximum likelihood of the variance of log potency between runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from hepatica.errors import InputError
from hepatica.manufacturing.assay.combination import hartung_knapp
from hepatica.manufacturing.assay.models.regression import t_quantile

Floats = NDArray[np.float64]
CHI2_95 = 3.841458820694124


class RunEffect(NamedTuple):
    """Mean log potency over runs, and the variance between them.

    Attributes
    ----------
    log_potency, low, high : float
        Mean over the population of runs.
    next_low, next_high : float
        Prediction limits of the log potency of one more run, measured without error.
    se : float
    df : int
    between : float
        Standard deviation between runs, of log potency.
    between_low, between_high : float
        Its profile-likelihood limits, 95 %.
    runs : int
    """

    log_potency: float
    low: float
    high: float
    next_low: float
    next_high: float
    se: float
    df: int
    between: float
    between_low: float
    between_high: float
    runs: int


def restricted_likelihood(tau2: float, m: Floats, v: Floats) -> float:
    """Twice the negative restricted log likelihood of estimates, without its constant.

    Examples
    --------
    >>> round(restricted_likelihood(0.0, np.array([0.0, 1.0]), np.array([1.0, 1.0])), 4)
    1.1931
    """
    w = 1 / (v + tau2)
    mean = np.sum(w * m) / w.sum()
    return float(-np.sum(np.log(w)) + np.log(w.sum()) + np.sum(w * (m - mean) ** 2))


def run_effect(log_potency: Floats, se: Floats, *, level: float = 0.95) -> RunEffect:
    """Random effect of run: log potencies of runs with their own errors, pooled by restricted maximum likelihood.

    The limits of the mean use Knapp and Hartung's standard error and Student's t on one degree of freedom less than
    runs; a run is a draw, and few of them say little about others.

    Parameters
    ----------
    log_potency, se : ndarray
        (runs,), at least two.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If there are fewer than two runs, or one is not finite.

    References
    ----------
    Patterson HD, Thompson R, Biometrika 1971;58:545. Knapp G, Hartung J, Stat Med 2003;22:2693. Higgins JPT et al., J R
    Stat Soc A 2009;172:137 (prediction).

    Examples
    --------
    >>> r = run_effect(np.log([0.8, 1.0, 1.3, 0.9]), np.full(4, 0.05))
    >>> round(r.between, 3), round(float(np.exp(r.log_potency)), 3)
    (0.201, 0.984)
    """
    m, v = np.asarray(log_potency, float), np.asarray(se, float) ** 2
    n = len(m)
    if n < 2 or not (np.isfinite(m).all() and np.isfinite(v).all() and (v > 0).all()):
        raise InputError("run", n, "at least two runs, each with a finite estimate and standard error")
    most = 100 * float(m.var(ddof=1) + v.max())
    found = minimize_scalar(
        lambda u: restricted_likelihood(u**2, m, v),
        bounds=(0.0, np.sqrt(most)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    tau = float(found.x)
    if restricted_likelihood(0.0, m, v) <= restricted_likelihood(tau**2, m, v) + 1e-9:
        tau = 0.0
    least = restricted_likelihood(tau**2, m, v)

    def excess(u: float) -> float:
        return restricted_likelihood(u**2, m, v) - least - CHI2_95

    low = 0.0 if tau == 0.0 or excess(0.0) <= 0 else float(brentq(excess, 0.0, tau))
    high = np.sqrt(most)
    while excess(high) < 0:
        high *= 2
    w = 1 / (v + tau**2)
    mean, error, t = float(np.sum(w * m) / w.sum()), hartung_knapp(m, w), float(t_quantile(level, n - 1))
    ahead = t * float(np.sqrt(error**2 + tau**2))
    return RunEffect(
        mean,
        mean - t * error,
        mean + t * error,
        mean - ahead,
        mean + ahead,
        error,
        n - 1,
        tau,
        low,
        float(brentq(excess, tau, high)),
        n,
    )
