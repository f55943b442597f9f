"""Tempered sequential Monte Carlo from a standard normal prior, moved by elliptical slices.

The likelihood is raised from power 0 to 1 in steps that keep half of the particles effective (Del Moral, Doucet & Jasra
2006; Jasra et al. 2011); after each, particles are resampled and moved by elliptical slice sampling (Murray, Adams &
MacKay 2010), which needs no tuning and leaves the tempered posterior unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hepatica.progress import Progress

Floats = NDArray[np.float64]
KEPT = 0.5  # share of particles that stay effective from one power to the next
TURNS = 60  # cuts of an ellipse, after which a particle stays


@dataclass(frozen=True)
class Sampled:
    """Particles of a posterior with their tempering schedule and evidence.

    Attributes
    ----------
    points : (n, dimension)
    log_likelihood : (n,)
    powers : tuple of float
    log_evidence : float
    distinct : float
        Share of particles that the last moves left in different places from their parents, on average.
    """

    points: Floats
    log_likelihood: Floats
    powers: tuple[float, ...]
    log_evidence: float
    distinct: float


def sample(
    log_likelihood: Callable[[Floats], Floats],
    dimension: int,
    n: int,
    *,
    seed: int,
    moves: int = 20,
    progress: Progress | None = None,
) -> Sampled:
    """Particles of the posterior of a standard normal prior and a likelihood.

    Parameters
    ----------
    log_likelihood : callable
        Of points (n, dimension), (n,); minus infinity where a point cannot be.
    dimension : int
        Number of parameters.
    n : int
        Number of particles.
    seed : int
        Seed of the random streams.
    moves : int
        Elliptical slices after each resampling.
    progress : Progress, optional
        The power reached, in percent.

    Examples
    --------
    >>> run = sample(lambda x: -0.5 * ((x[:, 0] - 2.0) / 0.5) ** 2, 2, 2000, seed=1)
    >>> bool(abs(run.points[:, 0].mean() - 1.6) < 0.05 and abs(run.points[:, 1].mean()) < 0.1)
    True
    """
    rng = np.random.default_rng([seed, 20_060_101])
    return _tempered(
        lambda x: (np.zeros(len(x)), log_likelihood(x)), rng.standard_normal((n, dimension)), rng, moves, progress
    )


def without(parts: Callable[[Floats], tuple[Floats, Floats]], points: Floats, *, seed: int, moves: int = 20) -> Sampled:
    """Particles of a posterior turned into those of the posterior without some of its data, by tempering these away.

    Parameters
    ----------
    parts : callable
        Log likelihoods of points (n, dimension) by the data that stay and by those that go, (n,) each.
    points : (n, dimension)
        Of the posterior from all data.
    seed : int
        Seed of the random streams.
    moves : int
        Metropolis moves after each tempering step.

    Examples
    --------
    >>> def parts(x):
    ...     return -0.5 * (x[:, 0] - 2.0) ** 2, -0.5 * (x[:, 0] + 2.0) ** 2 / 0.25
    >>> both = sample(lambda x: sum(parts(x)), 2, 2000, seed=1)
    >>> rest = without(parts, both.points, seed=2)
    >>> bool(abs(both.points[:, 0].mean() + 1.0) < 0.05 and abs(rest.points[:, 0].mean() - 1.0) < 0.1)
    True
    """
    rng = np.random.default_rng([seed, 20_060_102])

    def turned(x: Floats) -> tuple[Floats, Floats]:
        stay, go = parts(x)
        return stay + go, -go

    return _tempered(turned, points.copy(), rng, moves, None)


def _tempered(
    parts: Callable[[Floats], tuple[Floats, Floats]],
    x: Floats,
    rng: np.random.Generator,
    moves: int,
    progress: Progress | None,
) -> Sampled:
    """Particles of both parts from those of the first, by tempering the second from power 0 to 1."""
    n = len(x)
    _, fit = parts(x)
    power, powers, evidence, moved = 0.0, [0.0], 0.0, 1.0
    while power < 1.0:
        step = _step(fit, 1.0 - power)
        weight = np.exp(step * (fit - fit.max()))
        evidence += float(np.log(weight.mean()) + step * fit.max())
        power = min(1.0, power + step)
        powers.append(power)
        parents = np.searchsorted(np.cumsum(weight) / weight.sum(), (rng.random() + np.arange(n)) / n)
        x = x[np.minimum(parents, n - 1)]
        start = x.copy()

        def target(points: Floats, power: float = power) -> Floats:
            first, second = parts(points)
            return first + power * second

        value = target(x)
        for _ in range(moves):
            x, value = slice_move(target, x, value, 1.0, rng)
        _, fit = parts(x)
        moved = float((np.abs(x - start).max(axis=1) > 0).mean())
        if progress is not None:
            progress("temper", int(100 * power), 100)
    return Sampled(points=x, log_likelihood=fit, powers=tuple(powers), log_evidence=evidence, distinct=moved)


def _step(fit: Floats, most: float) -> float:
    """Next increment of the tempering power; points of likelihood 0 go at the first step and do not count."""
    live = fit[fit > -np.inf]

    def effective(step: float) -> float:
        w = np.exp(step * (live - live.max()))
        return float(w.sum() ** 2 / (w**2).sum() / len(live)) - KEPT

    if effective(most) >= 0:
        return most
    return float(brentq(effective, 0.0, most, xtol=1e-9))


def slice_move(
    log_likelihood: Callable[[Floats], Floats], x: Floats, fit: Floats, power: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Elliptical slice move of every particle."""
    n = len(x)
    other, level = rng.standard_normal(x.shape), power * fit + np.log(rng.random(n))
    angle = rng.random(n) * 2 * np.pi
    low, high = angle - 2 * np.pi, angle.copy()
    moved, value, open_ = x.copy(), fit.copy(), np.arange(n)
    for _ in range(TURNS):
        a = angle[open_, None]
        tried = x[open_] * np.cos(a) + other[open_] * np.sin(a)
        now = log_likelihood(tried)
        good = power * now > level[open_]
        moved[open_[good]], value[open_[good]] = tried[good], now[good]
        open_ = open_[~good]
        if not len(open_):
            break
        below = angle[open_] < 0
        low[open_] = np.where(below, angle[open_], low[open_])
        high[open_] = np.where(below, high[open_], angle[open_])
        angle[open_] = low[open_] + rng.random(len(open_)) * (high[open_] - low[open_])
    return moved, value
