"""Isotonic regression of toxicity on dose (pool adjacent violators), and the level nearest to a target.

The estimate is the posterior mean under a weak beta prior, weighted by the inverse of its posterior variance
(Liu & Yuan 2015, JRSS-C 64:507, section 2; Yan et al. 2020, JSS 94(13)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import beta as beta_distribution

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import NONE, Floats, Ints

PRIOR = 0.05  # of both parameters of the beta distribution, as in BOIN
_TIE = 1e-10  # a level above beats one below at the same estimate under the target, and the reverse over it


def isotonic(values: Floats, weights: Floats) -> Floats:
    """Weighted isotonic (non-decreasing) regression along the last axis, by the max-min formula.

    Parameters
    ----------
    values, weights : array of float, (..., levels)
        Weight 0 leaves a level without influence.

    Returns
    -------
    array of float, (..., levels)

    Examples
    --------
    >>> isotonic(np.array([0.1, 0.4, 0.2, 0.5]), np.ones(4)).round(2).tolist()
    [0.1, 0.3, 0.3, 0.5]
    """
    levels = values.shape[-1]
    zero = np.zeros((*values.shape[:-1], 1))
    mass = np.concatenate([zero, np.cumsum(weights, axis=-1)], axis=-1)
    moment = np.concatenate([zero, np.cumsum(np.where(weights > 0, weights * values, 0.0), axis=-1)], axis=-1)
    out = np.full(values.shape, -np.inf)
    for first in range(levels):
        least = np.full(values.shape[:-1], np.inf)
        for last in range(levels - 1, first - 1, -1):  # mean of the block first..last, least over its ends
            total = mass[..., last + 1] - mass[..., first]
            here = moment[..., last + 1] - moment[..., first]
            mean = np.divide(here, total, out=np.full(total.shape, np.inf), where=total > 0)
            least = np.minimum(least, mean)
            out[..., last] = np.maximum(out[..., last], np.where(np.isfinite(least), least, -np.inf))
    return np.where(np.isfinite(out), out, np.nan)


def posterior_mean(toxic: Ints, treated: Ints, prior: float = PRIOR) -> tuple[Floats, Floats]:
    """Posterior mean of toxicity under a beta prior, and the inverse of its variance; weight 0 if none was treated."""
    a, b = toxic + prior, treated - toxic + prior
    mean = a / (a + b)
    weight = (a + b) ** 2 * (a + b + 1) / (a * b)
    return np.asarray(mean), np.asarray(np.where(treated > 0, weight, 0.0))


def nearest_to_target(toxic: Ints, treated: Ints, target: float, ceiling: Ints, *, limit: float = np.inf) -> Ints:
    """Level whose isotonic estimate is nearest to the target, among levels that are open and were tried.

    Parameters
    ----------
    toxic, treated : array of int, (trials, levels)
        Numbers by level.
    target : float
        Toxicity aimed at.
    ceiling : array of int, (trials,)
        Highest open level.
    limit : float
        Estimates above it are not selected.

    Returns
    -------
    array of int, (trials,)
        -1 where there is none.

    Examples
    --------
    >>> toxic, treated = np.array([[0, 0, 4, 4, 0]]), np.array([[3, 3, 15, 9, 0]])
    >>> nearest_to_target(toxic, treated, 0.3, np.array([4])).tolist()
    [2]
    """
    place = np.arange(treated.shape[1])
    usable = (treated > 0) & (place <= np.asarray(ceiling)[:, None])
    mean, weight = posterior_mean(toxic, treated)
    estimate = isotonic(mean, np.where(usable, weight, 0.0))
    usable &= ~(estimate > limit)
    gap = np.where(usable, np.abs(estimate + _TIE * place - target), np.inf)
    return np.where(usable.any(axis=1), gap.argmin(axis=1), NONE).astype(np.int64)


class ToxicityEstimates(NamedTuple):
    """Estimates of toxicity at the levels that were tried.

    Attributes
    ----------
    level : array of int
        Counted from 0.
    mean, low, high : array of float
        Isotonic posterior mean and ends of the credible interval.
    """

    level: Ints
    mean: Floats
    low: Floats
    high: Floats


def estimate_toxicity(toxic: Ints, treated: Ints, *, credible: float = 0.95) -> ToxicityEstimates:
    """Isotonic estimates of toxicity with credible intervals, of one trial.

    Parameters
    ----------
    toxic, treated : array of int, (levels,)
        Numbers by level.
    credible : float
        Probability of the interval.

    Raises
    ------
    InputError
        If counts are impossible.

    Examples
    --------
    >>> estimate_toxicity(np.array([0, 4]), np.array([3, 15])).mean.round(2).tolist()
    [0.02, 0.27]
    """
    toxic, treated = np.asarray(toxic, np.int64), np.asarray(treated, np.int64)
    if toxic.shape != treated.shape or (toxic < 0).any() or (toxic > treated).any():
        raise InputError("toxic", toxic.tolist(), "for each level, from none to all of those treated")
    level = np.flatnonzero(treated)
    mean, weight = posterior_mean(toxic[level], treated[level])
    a, b = toxic[level] + PRIOR, treated[level] - toxic[level] + PRIOR
    tail = (1 - credible) / 2
    ends = [isotonic(beta_distribution.ppf(q, a, b), weight) for q in (tail, 1 - tail)]
    return ToxicityEstimates(level, isotonic(mean, weight), *ends)
