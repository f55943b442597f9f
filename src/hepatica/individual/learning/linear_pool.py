"""Linear pool of normal forecasts: CRPS and quantiles, and weights of minimum CRPS.

A linear pool is the mixture of its members' predictive distributions. Its CRPS has a closed form (Grimit, Gneiting,
Berrocal & Johnson 2006, Q J R Meteorol Soc 132:2925) and is a convex quadratic function of the weights. As a mixture
of calibrated members is too wide, one factor on their SDs is fitted with the weights (spread-adjusted linear pool,
Gneiting & Ranjan 2013, Electron J Stat 7:1747).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

Floats = NDArray[np.float64]
TOWARDS_EQUAL = 0.01
"""Penalty on the squared distance of the weights from equal ones, in units of a normal forecast's SD; assumed."""
SCALES = (0.5, 1.2)
"""Range of the factor on the SDs."""
GRID, REACH = 201, 5.0
"""Points of the grid on which quantiles are interpolated, and SDs that it reaches beyond the members' means."""
MIN_SD = 1e-9


class PoolFit(NamedTuple):
    """Fitted weights (k,) and the factor on the members' SDs."""

    weight: Floats
    scale: float


@dataclass(frozen=True)
class NormalPool:
    """Linear pool of k normal forecasts.

    Attributes
    ----------
    mean, sd : (k, ...)
        Of each member.
    weight : (k,)
        Not negative, of sum 1.

    Examples
    --------
    >>> pool = NormalPool(np.zeros((2, 1)), np.array([[1.0], [2.0]]), np.array([0.5, 0.5]))
    >>> round(float(pool.variance()[0]), 2), round(float(pool.cdf(np.zeros(1))[0]), 2)
    (2.5, 0.5)
    """

    mean: Floats
    sd: Floats
    weight: Floats

    def middle(self) -> Floats:
        """Mean of the pool."""
        return np.tensordot(self.weight, self.mean, axes=1)

    def variance(self) -> Floats:
        """Variance of the pool: within and between members."""
        second = np.tensordot(self.weight, self.sd**2 + self.mean**2, axes=1)
        return np.asarray(np.maximum(second - self.middle() ** 2, 0.0))

    def cdf(self, value: Floats) -> Floats:
        """Distribution function at values of the shape of a forecast."""
        return np.tensordot(self.weight, ndtr((value - self.mean) / np.maximum(self.sd, MIN_SD)), axes=1)

    def crps(self, observed: Floats) -> Floats:
        """Continuous ranked probability score of each forecast."""
        far = np.tensordot(self.weight, absolute_moment(observed - self.mean, self.sd), axes=1)
        for i in range(len(self.weight)):
            for j in range(i, len(self.weight)):
                share = (0.5 if i == j else 1.0) * self.weight[i] * self.weight[j]
                far -= share * absolute_moment(self.mean[i] - self.mean[j], np.hypot(self.sd[i], self.sd[j]))
        return np.asarray(far)

    def quantile(self, level: Floats) -> Floats:
        """Quantiles of each of d forecasts, (m, d) of levels (m, d), interpolated on a grid of 201 points."""
        low, high = (self.mean - REACH * self.sd).min(axis=0), (self.mean + REACH * self.sd).max(axis=0)
        result = np.empty_like(level)
        for d in range(level.shape[1]):
            grid = np.linspace(low[d], high[d], GRID)
            inside = (grid[None] - self.mean[:, d, None]) / np.maximum(self.sd[:, d, None], MIN_SD)
            result[:, d] = np.interp(level[:, d], self.weight @ ndtr(inside), grid)
        return result


def absolute_moment(mean: Floats, sd: Floats) -> Floats:
    """First absolute moment of normal variables.

    Examples
    --------
    >>> absolute_moment(np.array([0.0, 3.0]), np.array([1.0, 0.0])).round(4).tolist()
    [0.7979, 3.0]
    """
    sd = np.maximum(sd, MIN_SD)
    z = mean / sd
    return np.asarray(mean * (2 * ndtr(z) - 1) + sd * np.sqrt(2 / np.pi) * np.exp(-0.5 * z**2))


def fit_pool(observed: Floats, mean: Floats, sd: Floats) -> PoolFit:
    """Weights and factor on the SDs of least mean CRPS, each row's in units of its members' mean SD.

    Parameters
    ----------
    observed : (n,)
        Of people of whom the members were not fitted.
    mean, sd : (k, n)
        Of the members.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> y = rng.standard_normal(2000)
    >>> made = fit_pool(y, np.stack([0 * y, 0 * y + 2]), np.ones((2, 2000)))
    >>> bool(made.weight[0] > 0.9), bool(0.85 < made.scale < 1.1)
    (True, True)
    """
    usual = sd.mean(axis=0)
    y, mean, sd = observed / usual, mean / usual, sd / usual

    def best(scale: float) -> tuple[float, Floats]:
        return _weights(*_moments(y, mean, scale * sd))

    scale = float(minimize_scalar(lambda s: best(s)[0], bounds=SCALES, method="bounded", options={"xatol": 0.01}).x)
    return PoolFit(best(scale)[1], scale)


def _moments(observed: Floats, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Mean distance of each member from the observed, (k,), and of members from one another, (k, k)."""
    away = absolute_moment(observed - mean, sd).mean(axis=1)
    between = np.zeros((len(mean), len(mean)))
    for i in range(len(mean)):
        for j in range(i, len(mean)):
            between[i, j] = between[j, i] = absolute_moment(mean[i] - mean[j], np.hypot(sd[i], sd[j])).mean()
    return away, between


def _weights(away: Floats, between: Floats) -> tuple[float, Floats]:
    """Least penalised CRPS over weights, and the weights: the best over all sets of members of positive weight."""
    k = len(away)
    curvature = 2 * TOWARDS_EQUAL * np.eye(k) - between
    slope = 2 * TOWARDS_EQUAL / k - away
    best, weight = np.inf, np.full(k, 1 / k)
    for size in range(1, k + 1):
        for some in map(list, itertools.combinations(range(k), size)):
            system = np.ones((size + 1, size + 1))
            system[:size, :size], system[size, size] = curvature[np.ix_(some, some)], 0.0
            part = np.linalg.solve(system, np.r_[slope[some], 1.0])[:size]
            loss = 0.5 * part @ curvature[np.ix_(some, some)] @ part - slope[some] @ part
            if (part >= 0).all() and loss < best:
                best, weight = float(loss), np.zeros(k)
                weight[some] = part
    return best, weight / weight.sum()
