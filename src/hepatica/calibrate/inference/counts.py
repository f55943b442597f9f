"""Multinomial likelihood of counts with random effects, and its gradient, by Gauss-Hermite quadrature.

The log odds of an event by each visit are shifted by what arms deviate by together and by what each does by itself.
Nodes are laid where the counts and the prior of the shift put it (adaptive quadrature).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

Floats = NDArray[np.float64]
MIN_SHARE = 2e-3  # where logarithms of odds are cut off
MAX_LOG_ODDS = float(logit(1 - MIN_SHARE))
MIN_STEP = 1e-4  # of the share with an event from one visit to the next
ONE_ARM = np.polynomial.hermite.hermgauss(9)  # nodes and weights of what one arm deviates by
SEVERAL = np.polynomial.hermite.hermgauss(5)  # of what several arms deviate by, together and apart


class Integrated(NamedTuple):
    """Log likelihood (n,), and its gradient by the log odds of each arm, (n, visits); empty unless asked for."""

    value: Floats
    slopes: list[Floats]


def integrated(
    odds: Sequence[Floats], counts: Sequence[Floats], apart: Sequence[Floats], common: Floats, *, slope: bool = False
) -> Integrated:
    """Log likelihood of the counts of all arms, integrated over what they deviate by, but for a constant.

    The gradient of an integral is the mean gradient over its nodes, each weighted by what it contributes.

    Parameters
    ----------
    odds : sequence of (n, visits)
        Log odds of the event by each visit, one an arm.
    counts : sequence of (visits + 1,)
        People with the event between visits, and those without it after the last.
    apart : sequence of (n,)
        Variance of what each arm deviates by itself.
    common : (n,)
        SD of what all deviate by.
    slope : bool
        Gradient as well.
    """
    if len(odds) == 1:
        value, by_odds = _one_arm(odds[0], counts[0], apart[0] + common**2, *ONE_ARM, slope=slope)
        return Integrated(value, [by_odds])
    away, precision = np.zeros_like(common), 1 / common**2
    for x, n, v in zip(odds, counts, apart, strict=True):
        k, seen, sampling = best_visit(n)
        away += (logit(seen) - x[:, k]) / (v + sampling)
        precision = precision + 1 / (v + sampling)
    centre, width = away / precision, np.sqrt(2 / precision)
    nodes, weights = SEVERAL
    move = centre[:, None] + width[:, None] * nodes
    arms = [
        _one_arm(x[:, None] + move[..., None], n, v[:, None], nodes, weights, slope=slope)
        for x, n, v in zip(odds, counts, apart, strict=True)
    ]
    fit = np.sum([a[0] for a in arms], axis=0) + nodes**2 + np.log(weights) - move**2 / (2 * common**2)[:, None]
    share = softmax(fit, axis=1)[..., None]
    slopes = [(share * a[1]).sum(axis=1) for a in arms] if slope else []
    return Integrated(_log_sum(fit) + np.log(width) - 0.5 * np.log(2 * np.pi * common**2), slopes)


def best_visit(counts: Floats) -> tuple[int, float, float]:
    """Visit at which the odds are known best, the share with the event by then, and the variance of its log odds."""
    n = counts.sum()
    seen = (np.cumsum(counts)[:-1] + 0.5) / (n + 1)
    k = int(np.argmax(seen * (1 - seen)))
    return k, float(seen[k]), float(1 / (n * seen[k] * (1 - seen[k])))


def _one_arm(
    x: Floats, counts: Floats, variance: Floats, nodes: Floats, weights: Floats, *, slope: bool
) -> tuple[Floats, Floats]:
    """Log likelihood (...) of one arm, integrated over a normal shift of its log odds (..., visits), and gradient."""
    k, seen, sampling = best_visit(counts)
    centre = (logit(seen) - x[..., k]) * variance / (variance + sampling)
    width = np.sqrt(2 * variance * sampling / (variance + sampling))
    move = centre[..., None] + width[..., None] * nodes
    odds = x[..., None, :] + move[..., None]
    fit = counted(odds, counts) + nodes**2 + np.log(weights)
    fit -= move**2 / (2 * variance[..., None])
    value = _log_sum(fit) + np.log(width) - 0.5 * np.log(2 * np.pi * variance)
    if not slope:
        return value, np.empty(0)
    return value, np.asarray((softmax(fit, axis=-1)[..., None] * _counted_slope(odds, counts)).sum(axis=-2))


def counted(odds: Floats, counts: Floats) -> Floats:
    """Multinomial log likelihood (...) of counts between visits, of log odds (..., visits) of the event by then.

    Examples
    --------
    >>> round(float(counted(np.array([0.0]), np.array([3.0, 1.0]))), 3)  # four tosses of a coin
    -2.773
    """
    odds = np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)
    if len(counts) == 2:
        return np.asarray(counts[0] * odds[..., 0] - counts.sum() * np.logaddexp(0.0, odds[..., 0]))
    p = np.maximum.accumulate(expit(odds), axis=-1)
    fit = counts[0] * np.log(p[..., 0]) + counts[-1] * np.log1p(-p[..., -1])
    for k in range(1, len(counts) - 1):
        fit += counts[k] * np.log(np.maximum(p[..., k] - p[..., k - 1], MIN_STEP))
    return np.asarray(fit)


def _counted_slope(odds: Floats, counts: Floats) -> Floats:
    """Gradient of `counted` by log odds (..., visits)."""
    inside = np.abs(odds) < MAX_LOG_ODDS
    odds = np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)
    if len(counts) == 2:
        return np.asarray((counts[0] - counts.sum() * expit(odds)) * inside)
    p = expit(odds)
    top = np.maximum.accumulate(p, axis=-1)
    slope = np.zeros_like(odds)
    slope[..., 0] += counts[0] / top[..., 0]
    slope[..., -1] -= counts[-1] / (1 - top[..., -1])
    for k in range(1, len(counts) - 1):
        step = top[..., k] - top[..., k - 1]
        rate = np.where(step > MIN_STEP, counts[k] / np.maximum(step, MIN_STEP), 0.0)
        slope[..., k] += rate
        slope[..., k - 1] -= rate
    return np.asarray(slope * (p >= top) * p * (1 - p) * inside)


def _log_sum(x: Floats) -> Floats:
    """Logarithm of the sum of exponentials along the last axis."""
    top = x.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(x - top).sum(axis=-1)) + top.squeeze(-1))
