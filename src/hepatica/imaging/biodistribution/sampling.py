"""Posterior sampling with a standard normal prior: mode by Gauss-Newton, then adaptive importance sampling.

A Student t proposal at the mode is adapted twice to the weighted moments (Cappe, Guillin, Marin & Robert 2004); a share
of every proposal is the prior itself, so that weights are bounded (Hesterberg 1995). Where weights still rest on few
points, tempered sequential Monte Carlo takes over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp
from scipy.stats import chi2

from hepatica.calibrate.inference import smc
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DEGREES = 8.0
PRIOR_SHARE = 0.1
ROUNDS, MOST_ROUNDS = 3, 6
PILOT = 400
"""Draws from the prior, of which the likeliest starts the search for the mode."""
STEP = 1e-3
ITERATIONS = 40
PARTICLES, MOVES = 300, 4
"""Of tempered sequential Monte Carlo."""
LEAST_EFFECTIVE = 0.03
"""Effective share of points below which importance weights are not trusted."""


@dataclass(frozen=True)
class PosteriorSample:
    """Equally weighted draws of a posterior.

    Attributes
    ----------
    points : (draw, dimension) array
    log_evidence : float
        Logarithm of the marginal likelihood.
    effective : float
        Effective number of points behind the weights.
    is_trusted : bool
        False where that number is small and the evidence may be too low.
    is_tempered : bool
        True where sequential Monte Carlo took over.
    """

    points: Floats
    log_evidence: float
    effective: float
    is_trusted: bool
    is_tempered: bool


@dataclass(frozen=True)
class Target:
    """Posterior density to sample: a standard normal prior times a likelihood.

    Attributes
    ----------
    log_likelihood : callable
        Of points (n, dimension), (n,).
    residuals : callable
        Of points (n, dimension), (n, observation), whitened: half their sum of squares is about minus the log
        likelihood.
    dimension : int
    """

    log_likelihood: Callable[[Floats], Floats]
    residuals: Callable[[Floats], Floats]
    dimension: int


def sample_posterior(target: Target, *, draws: int, points: int = 5000, seed: int, purpose: str) -> PosteriorSample:
    """Equally weighted draws, and the evidence.

    Parameters
    ----------
    target : Target
        What to sample.
    draws : int
        To return.
    points : int
        Of each round of importance sampling.
    seed : int
        Of the random streams.
    purpose : str
        Of the random streams.

    Examples
    --------
    >>> target = Target(lambda z: -0.5 * (z[:, 0] - 2.0) ** 2 * 3.0, lambda z: (z[:, :1] - 2.0) * 3**0.5, 2)
    >>> drawn = sample_posterior(target, draws=2000, seed=1, purpose="doc")
    >>> drawn.points.mean(axis=0).round(1).tolist()  # precision 1 + 3, mean 2 * 3 / 4
    [1.5, -0.0]
    """
    start = normals(seed, np.arange(PILOT), f"{purpose}:pilot", target.dimension)
    begin = start[int(np.argmax(np.nan_to_num(target.log_likelihood(start), nan=-np.inf)))]
    mode, spread = find_mode(target, [np.zeros(target.dimension), begin])
    centre, factor = mode, spread
    for k in range(MOST_ROUNDS):
        z, log_q = _propose(centre, factor, points, seed, f"{purpose}:round{k}")
        log_w = target.log_likelihood(z) - 0.5 * (z**2).sum(axis=1) - log_q
        log_w = np.where(np.isfinite(log_w), log_w, -np.inf)
        weight = np.exp(log_w - log_w.max())
        effective = float(weight.sum() ** 2 / (weight**2).sum())
        if k >= ROUNDS - 1 and effective >= LEAST_EFFECTIVE * points:
            break
        if k < MOST_ROUNDS - 1:
            centre, factor = _adapted(z, weight, effective, (centre, factor))
    evidence = float(logsumexp(log_w) - np.log(points))
    chosen = systematic(weight, draws, float(uniforms(seed, np.zeros(1, np.int64), f"{purpose}:resample")[0, 0]))
    return PosteriorSample(z[chosen], evidence, effective, effective >= LEAST_EFFECTIVE * points, False)


def sample_tempered(target: Target, *, draws: int, seed: int) -> PosteriorSample:
    """Equally weighted draws and the evidence by tempered sequential Monte Carlo: slower, and sure of odd shapes.

    Examples
    --------
    >>> target = Target(lambda z: -0.5 * (z[:, 0] - 2.0) ** 2 * 3.0, lambda z: (z[:, :1] - 2.0) * 3**0.5, 1)
    >>> len(sample_tempered(target, draws=500, seed=1).points)
    500
    """
    made = smc.sample(target.log_likelihood, target.dimension, PARTICLES, seed=seed, moves=MOVES)
    repeated = made.points[np.arange(draws) % PARTICLES]
    return PosteriorSample(repeated, made.log_evidence, made.distinct * PARTICLES, True, True)


def find_mode(target: Target, starts: list[Floats]) -> tuple[Floats, Floats]:
    """Mode by Levenberg and Marquardt from the better of several starts, and a factor of the inverse curvature.

    Returns
    -------
    mode : (dimension,) array
    factor : (dimension, dimension) array
        Lower Cholesky factor of (I + J'J)^-1, J the derivative of the residuals.

    Examples
    --------
    >>> target = Target(lambda z: 0 * z[:, 0], lambda z: (z[:, :1] - 2.0) * 3**0.5, 1)
    >>> mode, factor = find_mode(target, [np.zeros(1)])
    >>> mode.round(4).tolist(), factor.round(4).tolist()
    ([1.5], [[0.5]])
    """
    _, z, jacobian = min((_descend(target, z) for z in starts), key=lambda descent: descent[0])
    curvature = np.eye(target.dimension) + jacobian.T @ jacobian
    return z, np.linalg.cholesky(np.linalg.inv(curvature))


def _cost(z: Floats, residual: Floats) -> Floats:
    value = 0.5 * (residual**2).sum(axis=1) + 0.5 * (z**2).sum(axis=1)
    return np.where(np.isfinite(value), value, np.inf)


def _descend(target: Target, z: Floats) -> tuple[float, Floats, Floats]:
    damping, d = 1.0, target.dimension
    residual = target.residuals(z[None])[0]
    cost = float(_cost(z[None], residual[None])[0])
    jacobian = _slopes(target, z, residual)
    ladder = np.array([0.1, 1.0, 10.0])
    for _ in range(ITERATIONS):
        gradient = jacobian.T @ residual + z
        curvature = np.eye(d) + jacobian.T @ jacobian
        tried = np.stack([z - np.linalg.solve(curvature + damping * f * np.eye(d), gradient) for f in ladder])
        seen = target.residuals(tried)
        costs = _cost(tried, seen)
        best = int(np.argmin(costs))
        if not costs[best] < cost - 1e-6 * (1.0 + abs(cost)):
            if damping > 1e6 or costs[best] < cost + 1e-6:
                break
            damping *= 30.0
            continue
        z, residual, cost = tried[best], seen[best], float(costs[best])
        damping = max(damping * float(ladder[best]) / 3.0, 1e-6)
        jacobian = _slopes(target, z, residual)
    return cost, z, jacobian


def _slopes(target: Target, z: Floats, residual: Floats) -> Floats:
    moved = target.residuals(z + STEP * np.eye(len(z)))
    return np.nan_to_num((moved - residual) / STEP).T


def _propose(centre: Floats, factor: Floats, n: int, seed: int, purpose: str) -> tuple[Floats, Floats]:
    """Points of the mixture of a t distribution and the prior, and their log density less that of 2 pi's power."""
    d, who = len(centre), np.arange(n)
    standard = normals(seed, who, purpose, d)
    other = uniforms(seed, who, f"{purpose}:mixture", 2)
    scale = np.sqrt(DEGREES / chi2.ppf(other[:, 0], DEGREES))
    from_prior = other[:, 1] < PRIOR_SHARE
    z = np.where(from_prior[:, None], standard, centre + scale[:, None] * (standard @ factor.T))
    inside = np.linalg.solve(factor, (z - centre).T)
    log_t = (
        gammaln((DEGREES + d) / 2)
        - gammaln(DEGREES / 2)
        - 0.5 * d * np.log(DEGREES / 2)
        - np.log(np.diag(factor)).sum()
        - 0.5 * (DEGREES + d) * np.log1p((inside**2).sum(axis=0) / DEGREES)
    )
    log_prior = -0.5 * (z**2).sum(axis=1)
    return z, np.logaddexp(np.log1p(-PRIOR_SHARE) + log_t, np.log(PRIOR_SHARE) + log_prior)


def _adapted(z: Floats, weight: Floats, effective: float, old: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Weighted moments, shrunk to those before where few points carry the weight."""
    share = weight / weight.sum()
    d = z.shape[1]
    trust = effective / (effective + 2.0 * d)
    centre = trust * (share @ z) + (1.0 - trust) * old[0]
    away = z - centre
    moment = np.einsum("ni,nj->ij", away * share[:, None], away)  # too small for the threads of a matrix product
    covariance = trust * moment + (1.0 - trust) * old[1] @ old[1].T
    return centre, np.linalg.cholesky(covariance + 1e-10 * np.eye(d))


def systematic(weight: Floats, n: int, u: float) -> Ints:
    """Systematic resampling: n indices in proportion to the weights.

    Examples
    --------
    >>> systematic(np.array([1.0, 3.0]), 4, 0.5).tolist()
    [0, 1, 1, 1]
    """
    total = np.cumsum(weight / weight.sum())
    return np.minimum(np.searchsorted(total, (np.arange(n) + u) / n), len(weight) - 1)
