"""Posterior sampling with a standard normal prior: mode by Gauss-Newton, then adaptive importance sampling.

The proposal begins at the mode and is adapted to the weighted moments of all rounds so far (Cappe, Guillin, Marin &
Robert 2004; Cornuet, Marin, Mira & Robert 2012). Where weights still rest on few points, tempered sequential Monte
Carlo takes over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from hepatica.calibrate.inference import smc
from hepatica.imaging.biodistribution.proposal import Rounds, adapted, at_mode
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS, MOST_ROUNDS = 2, 8
ENOUGH = 1.0
"""Effective points for each draw, with which no further round is asked for."""
LOOKS = 16
"""Points of the posterior of which the information is averaged."""
PILOT = 400
"""Draws from the prior, of which the likeliest starts the search for the mode."""
STEP = 1e-3
ITERATIONS = 40
PARTICLES, MOVES = 300, 4
"""Of tempered sequential Monte Carlo."""
LEAST_EFFECTIVE = 150.0
"""Effective points below which importance weights are not trusted."""


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


def sample_posterior(target: Target, *, draws: int, points: int = 2500, seed: int, purpose: str) -> PosteriorSample:
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
    >>> (drawn.points.mean(axis=0).round(1) + 0.0).tolist()  # precision 1 + 3, mean 2 * 3 / 4
    [1.5, 0.0]
    """
    start = normals(seed, np.arange(PILOT), f"{purpose}:pilot", target.dimension)
    begin = start[int(np.argmax(np.nan_to_num(target.log_likelihood(start), nan=-np.inf)))]
    mode, jacobian = find_mode(target, [np.zeros(target.dimension), begin])
    information = jacobian.T @ jacobian
    rounds, proposal = Rounds(target.dimension), at_mode(mode, information)
    for k in range(MOST_ROUNDS):
        z = proposal.draw(points, seed, f"{purpose}:round{k}")
        rounds.add(proposal, z, target.log_likelihood(z))
        log_w = rounds.log_weights()
        weight = np.exp(log_w - logsumexp(log_w))
        effective = 1.0 / float(weight @ weight)
        if k == MOST_ROUNDS - 1 or (k >= ROUNDS - 1 and effective >= ENOUGH * draws):
            break
        proposal = adapted(rounds.points, weight, _information(target, rounds.points, weight))
    evidence = float(logsumexp(log_w) - np.log(len(log_w)))
    chosen = systematic(weight, draws, float(uniforms(seed, np.zeros(1, np.int64), f"{purpose}:resample")[0, 0]))
    return PosteriorSample(rounds.points[chosen], evidence, effective, effective >= LEAST_EFFECTIVE, False)


def _information(target: Target, z: Floats, weight: Floats) -> Floats:
    """Mean Fisher information J'J over points of a posterior."""
    some = z[np.unique(systematic(weight, LOOKS, 0.5))]
    moved = np.concatenate([some[:, None], some[:, None] + STEP * np.eye(target.dimension)], axis=1)
    residual = target.residuals(moved.reshape(-1, target.dimension)).reshape(*moved.shape[:2], -1)
    slopes = np.nan_to_num((residual[:, 1:] - residual[:, :1]) / STEP)
    return np.asarray(np.einsum("nik,njk->ij", slopes, slopes) / len(some))


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
    """Mode by Levenberg and Marquardt from the better of several starts, and the derivative of the residuals there.

    Returns
    -------
    mode : (dimension,) array
    jacobian : (observation, dimension) array

    Examples
    --------
    >>> target = Target(lambda z: 0 * z[:, 0], lambda z: (z[:, :1] - 2.0) * 3**0.5, 1)
    >>> mode, jacobian = find_mode(target, [np.zeros(1)])
    >>> mode.round(4).tolist(), (jacobian**2).round(4).tolist()
    ([1.5], [[3.0]])
    """
    _, z, jacobian = min((_descend(target, z) for z in starts), key=lambda descent: descent[0])
    return z, jacobian


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


def systematic(weight: Floats, n: int, u: float) -> Ints:
    """Systematic resampling: n indices in proportion to the weights.

    Examples
    --------
    >>> systematic(np.array([1.0, 3.0]), 4, 0.5).tolist()
    [0, 1, 1, 1]
    """
    total = np.cumsum(weight / weight.sum())
    return np.minimum(np.searchsorted(total, (np.arange(n) + u) / n), len(weight) - 1)
