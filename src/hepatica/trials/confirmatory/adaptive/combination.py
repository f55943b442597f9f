"""Combination tests of stages: inverse normal, and Fisher's product.

Inverse normal: Lehmacher and Wassmer 1999, Biometrics 55:1286. Fisher's product with the same local level at every
stage and stopping for futility: Bauer and Koehne 1994, Biometrics 50:1029; Wassmer 1999, Biometrical J 41:279.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PPoly
from scipy.optimize import brentq
from scipy.special import gammaincc, gammainccinv, ndtri

from hepatica.errors import InputError

Floats = NDArray[np.float64]


def inverse_normal(p_values: ArrayLike, weights: ArrayLike) -> Floats:
    """Inverse normal combination statistic of stage-wise one-sided p-values.

    Parameters
    ----------
    p_values : (..., stages)
        Of independent stages.
    weights : (stages,)
        Positive, fixed before the trial; for example the planned information of each stage's patients, as square roots.

    Returns
    -------
    (...)
        Standard normal without effect.

    Examples
    --------
    >>> inverse_normal([0.1, 0.05], [1, 1]).round(4).item()
    2.0693
    """
    p, w = np.asarray(p_values, float), np.asarray(weights, float)
    if w.ndim != 1 or p.shape[-1] != len(w) or not (w > 0).all():
        raise InputError("weights", w.tolist(), f"give {p.shape[-1]} positive weights, one for each stage")
    z = -ndtri(np.clip(p, 1e-300, 1 - 1e-16))
    return np.asarray(z @ w / np.sqrt((w**2).sum()))


def _antiderivative(q: PPoly, start: float) -> PPoly:
    integral = q.antiderivative()
    return PPoly(np.vstack([integral.c[:-1], integral.c[-1:] - integral(start)]), integral.x)


def fisher_rejection(critical: ArrayLike, stop: ArrayLike) -> Floats:
    """Probability without effect of rejecting at each stage, exactly.

    With S_k the sum of -ln p up to stage k, the density of S_k among trials that go on, times exp(s), is piecewise
    polynomial.

    Parameters
    ----------
    critical : (stages,)
        The product of p-values rejects at or below it.
    stop : (stages - 1,)
        A stage's p-value above it stops for futility.

    Returns
    -------
    (stages,)

    Examples
    --------
    >>> fisher_rejection([0.016870307, 0.0023988097], [0.5]).sum().round(7).item()
    0.025
    """
    bounds = -np.log(np.asarray(critical, float))
    waits = -np.log(np.append(np.asarray(stop, float), 1.0))
    rejection = np.zeros(len(bounds))
    rejection[0] = np.exp(-bounds[0])
    # q on [a, b]: one polynomial, the first S is exponential
    density = PPoly(np.array([[1.0]]), np.array([waits[0], max(bounds[0], waits[0])]))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for k in range(1, len(bounds)):
        area = _antiderivative(density, density.x[0])
        end, wait = density.x[-1], waits[k] if k + 1 < len(bounds) else 0.0
        mass = float(area(end))
        # rejected: s >= bound, with every p of this stage allowed
        edges = np.unique(np.clip([bounds[k], *density.x], bounds[k], end))
        for a, b in zip(edges[:-1], edges[1:], strict=True):
            s = (a + b) / 2 + (b - a) / 2 * nodes
            rejection[k] += float((weights * np.exp(-s) * area(s)).sum()) * (b - a) / 2
        if bounds[k] > end:  # the product shrinks: no earlier path has it so small
            rejection[k] += mass * np.exp(-bounds[k])
            top = bounds[k]
        else:
            rejection[k] += mass * np.exp(-end)
            top = max(bounds[k], density.x[0])
        if k + 1 < len(bounds):
            shifted = PPoly(area.c, area.x + wait)
            extended = PPoly(shifted.c, shifted.x)
            if top > shifted.x[-1]:
                extended.extend(np.array([[0.0]] * (area.c.shape[0] - 1) + [[mass]]), np.array([top]))
            density = _cut(extended, top)
    return rejection


def _cut(q: PPoly, top: float) -> PPoly:
    """Piecewise polynomial up to a point."""
    if top >= q.x[-1]:
        return q
    kept = int(np.searchsorted(q.x, top, side="left"))
    kept = max(kept, 1)
    return PPoly(q.c[:, :kept], np.append(q.x[:kept], max(top, q.x[0])))


class FisherLevels(Enum):
    """Rule for the critical values of Fisher's product test.

    `EQUAL`: the same local level at each stage. `FULL`: the last stage rejects as without earlier looks, and the
    earlier ones share what stopping for futility leaves. `NO_INTERACTION`: as `FULL`, and a stage after the first
    rejects when the next would reject with whatever p-value goes on.
    """

    EQUAL = "equal local levels"
    FULL = "last stage at the full level"
    NO_INTERACTION = "no interaction"


def _levels(stages: int, alpha: float, limits: Sequence[float], kind: FisherLevels) -> Floats:
    """Critical values (stages,) by a rule; see `FisherLevels`."""

    def of_level(level: float) -> Floats:
        # product of k p-values <= c with probability level: S_k is gamma distributed with shape k
        return np.array([np.exp(-gammainccinv(k, level)) for k in range(1, stages + 1)])

    last = float(of_level(alpha)[-1])

    def critical(level: float) -> Floats:
        values = of_level(level)
        if kind is FisherLevels.EQUAL:
            return values
        values[-1] = last
        if kind is FisherLevels.NO_INTERACTION:
            for k in range(stages - 2, 0, -1):
                values[k] = values[k + 1] / limits[k]
        return np.maximum(values, last)  # what rejects at the end whatever comes rejects at once

    def excess(level: float) -> float:
        return float(fisher_rejection(critical(level), limits).sum()) - alpha

    low = alpha * 1e-3
    if excess(low) >= -1e-12:
        return critical(low)
    return critical(float(brentq(excess, low, alpha, xtol=1e-15)))


def fisher_critical_values(
    stages: int,
    alpha: float = 0.025,
    stop: Sequence[float] | None = None,
    *,
    levels: FisherLevels = FisherLevels.EQUAL,
) -> Floats:
    """Critical values of Fisher's product test.

    Parameters
    ----------
    stages : int
        Number of stages.
    alpha : float
        One-sided level of the trial.
    stop : (stages - 1,), or None
        p-values above which a stage stops for futility, binding; None: none.
    levels : FisherLevels
        Rule that divides the level among the stages.

    Returns
    -------
    (stages,)
        Of the product of p-values; the first is the level of the first stage.

    Raises
    ------
    InputError
        If stages, level or stopping limits are impossible.

    Examples
    --------
    >>> fisher_critical_values(3).round(9).tolist()
    [0.012308547, 0.001663592, 0.000291067]
    """
    limits = [1.0] * (stages - 1) if stop is None else list(stop)
    if not 1 <= stages <= 10 or not 0 < alpha < 0.5:
        raise InputError("stages, alpha", (stages, alpha), "give 1 to 10 stages, and a level between 0 and 0.5")
    if len(limits) != stages - 1 or not all(alpha < a <= 1 for a in limits):
        raise InputError("stop", limits, f"give {stages - 1} p-values above alpha = {alpha:g}, 1 for no stopping")
    return _levels(stages, alpha, limits, levels)


def fisher_p_value(p_values: ArrayLike) -> Floats:
    """p-value of Fisher's product of stages, without stopping: (..., stages) to (...)."""
    p = np.asarray(p_values, float)
    return np.asarray(gammaincc(p.shape[-1], -np.log(np.clip(p, 1e-300, 1.0)).sum(axis=-1)))
