"""Gaussian process over mixed candidates, by which the next batch is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

Floats = NDArray[np.float64]
MAX_FITTED = 120  # candidates from which length scales are learnt; more hardly change them
JITTER = 1e-8
LOWEST_NOISE = 1e-4  # variance over that of the gain: common random numbers leave little
_BOUND = (np.log(0.03), np.log(10.0))


@dataclass(frozen=True)
class Surrogate:
    """Gaussian process with a Matern 5/2 kernel along numbers and an exchangeable one among categories.

    k(x, x') = prod_numbers m(|x - x'| / l) prod_categories exp(-[x != x'] / l), with
    m(r) = (1 + sqrt(5) r + 5 r^2 / 3) exp(-sqrt(5) r), r the length over all numbers (Rasmussen2006, 4.2).

    Attributes
    ----------
    places : (n, axes)
        Candidates in the unit cube.
    is_category : (axes,)
    log_scales : (axes,)
        Logarithms of length scales.
    noise : float
        Variance of noise over that of the process.
    mean, size : float
        Of the values, which the process sees standardised.
    """

    places: Floats
    is_category: NDArray[np.bool_]
    log_scales: Floats
    noise: float
    mean: float
    size: float
    _factor: tuple[Floats, bool]
    _weights: Floats

    def posterior(self, places: Floats) -> tuple[Floats, Floats]:
        """Posterior mean (m,) and covariance (m, m) of the noiseless values at places (m, axes)."""
        cross = kernel(places, self.places, self.log_scales, self.is_category)
        mean = self.mean + self.size * (cross @ self._weights)
        half = solve_triangular(self._factor[0], cross.T, lower=True)
        own = kernel(places, places, self.log_scales, self.is_category)
        return mean, self.size**2 * (own - half.T @ half)

    def sample(self, places: Floats, z: Floats) -> Floats:
        """Joint posterior samples (m, n) at places (m, axes) from standard normal numbers (m, n)."""
        mean, covariance = self.posterior(places)
        jitter = 1e-6 * self.size**2
        root = cholesky(covariance + jitter * np.eye(len(mean)), lower=True)
        return np.asarray(mean[:, None] + root @ z)


def kernel(a: Floats, b: Floats, log_scales: Floats, is_category: NDArray[np.bool_]) -> Floats:
    """Correlation between candidates (n, axes) and (m, axes) in the unit cube, (n, m).

    Examples
    --------
    >>> x = np.array([[0.2, 0.25], [0.2, 0.75]])
    >>> kernel(x, x, np.zeros(2), np.array([False, True])).round(3).tolist()
    [[1.0, 0.368], [0.368, 1.0]]
    """
    scale = np.exp(log_scales)
    r2, apart = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    for k, category in enumerate(is_category):
        difference = a[:, k, None] - b[None, :, k]
        if category:
            apart += (difference != 0) / scale[k]
        else:
            r2 += (difference / scale[k]) ** 2
    r = np.sqrt(5.0 * r2)
    return np.asarray((1.0 + r + r**2 / 3.0) * np.exp(-r - apart))


def _negative_log_likelihood(theta: Floats, places: Floats, y: Floats, is_category: NDArray[np.bool_]) -> float:
    """Of standardised values, the variance of the process profiled out, with a weak prior on the scales."""
    k = kernel(places, places, theta[:-1], is_category)
    k[np.diag_indices_from(k)] += np.exp(theta[-1]) + JITTER
    lower = cholesky(k, lower=True)
    half = solve_triangular(lower, y, lower=True)
    n = len(y)
    prior = 0.5 * float((((theta[:-1] - np.log(0.5)) / 1.0) ** 2).sum()) + 0.5 * ((theta[-1] - np.log(0.02)) / 2.0) ** 2
    return float(np.log(np.diag(lower)).sum() + 0.5 * n * np.log(max(float(half @ half), 1e-12) / n) + prior)


def fit_surrogate(places: Floats, values: Floats, is_category: NDArray[np.bool_]) -> Surrogate:
    """Gaussian process of values at candidates in the unit cube.

    Values far below the median are raised to as far below it as the best is above three times: the process is asked
    where the best are, not how bad the worst.

    Parameters
    ----------
    places : (n, axes)
        Candidates in the unit cube.
    values : (n,)
        Finite.
    is_category : (axes,)
        True of each categorical axis.
    """
    middle, best = float(np.median(values)), float(values.max())
    y = np.maximum(values, middle - 3.0 * max(best - middle, 1e-12))
    mean, size = float(y.mean()), float(y.std()) or 1.0
    y = (y - mean) / size
    some = np.unique(np.linspace(0, len(y) - 1, min(len(y), MAX_FITTED)).round().astype(int))
    d = places.shape[1]
    start = np.concatenate([np.full(d, np.log(0.5)), [np.log(0.02)]])
    bounds = [_BOUND] * d + [(np.log(LOWEST_NOISE), 0.0)]
    done = minimize(
        _negative_log_likelihood,
        start,
        (places[some], y[some], is_category),
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 15},
    )
    theta = np.asarray(done.x, float)
    k = kernel(places, places, theta[:-1], is_category)
    k[np.diag_indices_from(k)] += np.exp(theta[-1]) + JITTER
    factor = cho_factor(k, lower=True)
    factor = (np.tril(factor[0]), True)
    weights = np.asarray(cho_solve(factor, y))
    return Surrogate(places, is_category, theta[:-1], float(np.exp(theta[-1])), mean, size, factor, weights)
