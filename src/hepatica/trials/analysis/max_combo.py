"""Max-combo test: the largest of several weighted log-rank statistics, with their joint distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import norm, qmc

from hepatica.errors import InputError
from hepatica.trials.analysis.log_rank import FlemingHarrington, Weight, hypergeometric, risk_tables

Array = NDArray[np.float64]
FAMILY: tuple[Weight, ...] = (
    FlemingHarrington(0, 0),
    FlemingHarrington(0, 1),
    FlemingHarrington(1, 0),
    FlemingHarrington(1, 1),
)
"""Proportional, late, early and middle differences."""
POINTS = 14
"""Binary logarithm of the number of quasi-random points."""


@dataclass(frozen=True, kw_only=True)
class MaxComboTest:
    """Result of a max-combo test of two groups.

    Attributes
    ----------
    weights : (k,) of Weight
    z : (k,)
        Weighted log-rank statistics, positive when the second group has more events than expected.
    correlation : (k, k)
        Of the statistics when the hazards are equal.
    p_fewer, p_more : float
        One-sided: the second group has fewer, or more, events.
    p : float
        Two-sided, of the largest absolute value.
    p_each : (k,)
        Two-sided, of each statistic by itself, not adjusted.
    """

    weights: tuple[Weight, ...]
    z: Array
    correlation: Array
    p_fewer: float
    p_more: float
    p: float
    p_each: Array

    @property
    def chosen(self) -> Weight:
        """Weight with the largest absolute statistic."""
        return self.weights[int(np.argmax(np.abs(self.z)))]


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weights: Sequence[Weight] = FAMILY,
) -> MaxComboTest:
    """Max-combo test of two groups.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    group : (patient,)
        Two values; the second in sorted order is compared with the first.
    strata : (patient,), optional
        Statistics are added over strata.
    weights : sequence of Weight
        Of the components.

    Returns
    -------
    MaxComboTest
        All p values are 1 when no event tells the groups apart.

    Raises
    ------
    InputError
        If the shapes differ, there are not two groups, or no weight is given.

    References
    ----------
    Karrison2016

    Examples
    --------
    >>> found = max_combo([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], [0, 0, 1, 0, 1, 1])
    >>> found.z.round(2).tolist(), found.chosen
    ([-1.6, -1.21, -1.57, -1.17], FlemingHarrington(rho=0, gamma=0))
    """
    groups = np.unique(np.asarray(group))
    if groups.size != 2:
        raise InputError("group", groups.tolist(), "exactly two groups; compare arms two at a time")
    if not weights:
        raise InputError("weights", [], "one weight or more")
    difference, covariance = np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
    for table in risk_tables(time, event, group, strata):
        w = np.stack([weight.over(table) for weight in weights])
        mean, spread = hypergeometric(table)
        difference += w @ (table.events - mean)[:, 1]
        covariance += (w * spread[:, 1, 1]) @ w.T
    size = np.sqrt(np.diag(covariance))
    z = np.divide(difference, size, out=np.zeros_like(size), where=size > 0)
    outer = np.outer(size, size)
    correlation = np.divide(covariance, outer, out=np.eye(size.size), where=outer > 0)
    live = size > 0
    r = correlation[np.ix_(live, live)]

    def beyond(low: float, high: float) -> float:
        """Chance that some statistic is outside the bounds."""
        if not live.any():
            return 1.0
        k = int(live.sum())
        return float(np.clip(1 - box_probability(np.full(k, low), np.full(k, high), r), 0.0, 1.0))

    extremes = z[live] if live.any() else z  # a statistic without variance is no evidence for either side
    largest = float(np.abs(extremes).max())
    return MaxComboTest(
        weights=tuple(weights),
        z=z,
        correlation=correlation,
        p_fewer=beyond(float(extremes.min()), np.inf),
        p_more=beyond(-np.inf, float(extremes.max())),
        p=beyond(-largest, largest),
        p_each=2 * norm.sf(np.abs(z)),
    )


def box_probability(lower: Array, upper: Array, correlation: Array, *, points: int = POINTS) -> float:
    """Probability that a normal vector with mean 0 lies in a box; its covariance may be singular.

    Parameters
    ----------
    lower, upper : (k,)
        Of the box; infinite where open.
    correlation : (k, k)
        Or any covariance, positive semi-definite.
    points : int
        Binary logarithm of the number of quasi-random points, always the same.

    Notes
    -----
    Separation of variables over a Cholesky factor with pivots. Rows beyond the rank depend on those before, and each
    narrows the interval of the last variable that it holds.

    References
    ----------
    Genz1992, Genz2000

    Examples
    --------
    >>> round(box_probability(np.zeros(2), np.full(2, np.inf), np.array([[1.0, 0.5], [0.5, 1.0]])), 4)
    0.3333
    """
    factor, order = _pivoted_cholesky(np.asarray(correlation, dtype=np.float64))
    lower, upper, rank = np.asarray(lower)[order], np.asarray(upper)[order], factor.shape[1]
    last = np.array([np.flatnonzero(np.abs(row) > 1e-9)[-1] for row in factor])
    uniform = _points(rank - 1, points)
    n = len(uniform)
    drawn, chance = np.zeros((n, rank)), np.ones(n)
    for k in range(rank):
        low, high = np.full(n, -np.inf), np.full(n, np.inf)
        for i in np.flatnonzero(last == k):
            known = drawn[:, :k] @ factor[i, :k]
            ends = (lower[i] - known) / factor[i, k], (upper[i] - known) / factor[i, k]
            low, high = np.maximum(low, np.minimum(*ends)), np.minimum(high, np.maximum(*ends))
        at, width = ndtr(low), np.maximum(ndtr(high) - ndtr(low), 0.0)
        chance *= width
        if k < rank - 1:
            drawn[:, k] = ndtri(np.clip(at + uniform[:, k] * width, 1e-300, 1 - 1e-16))
    return float(chance.mean())


@lru_cache(maxsize=8)
def _points(dimensions: int, points: int) -> Array:
    """Quasi-random points of the unit cube, always the same."""
    if not dimensions:
        return np.zeros((1, 0))
    return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(1)).random_base2(points))


def _pivoted_cholesky(covariance: Array) -> tuple[Array, NDArray[np.intp]]:
    """Lower factor of the rows in order of their pivots, (k, rank), and that order."""
    left, k = covariance.copy(), len(covariance)
    order, columns = list(range(k)), []
    for step in range(k):
        best = step + int(np.argmax(np.diag(left)[order[step:]]))
        pivot = order[best]
        if left[pivot, pivot] < 1e-9:
            break
        order[step], order[best] = order[best], order[step]
        column = left[:, pivot] / np.sqrt(left[pivot, pivot])
        column[order[:step]] = 0.0
        left = left - np.outer(column, column)
        columns.append(column)
    return np.stack(columns, axis=1)[order], np.array(order)
