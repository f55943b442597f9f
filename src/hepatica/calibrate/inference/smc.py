"""Tempered sequential Monte Carlo from a standard normal prior, moved by a kernel: elliptical slices by default.

The likelihood is raised from power 0 to 1 in steps that keep half of the particles effective (Del Moral, Doucet & Jasra
2006; Jasra et al. 2011); after each, particles are resampled and moved, by `slices` without gradient, by `hamiltonian`
with one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hepatica.calibrate.inference.loo import resample_systematically
from hepatica.calibrate.inference.slices import by_halves
from hepatica.progress import Progress

Floats = NDArray[np.float64]
Kernel = Callable[[Callable[[Floats], Floats], float, Floats, Floats, np.random.Generator], tuple[Floats, Floats]]
"""Move that leaves a tempered posterior as it is: of its value, the power, points, their values and a stream."""
KEPT = 0.5  # share of particles that stay effective from one power to the next


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
    parent_correlation : float
        Largest correlation of a coordinate with that of the parent, over particles, after the last moves.
    """

    points: Floats
    log_likelihood: Floats
    powers: tuple[float, ...]
    log_evidence: float
    distinct: float
    parent_correlation: float


def sample(
    log_likelihood: Callable[[Floats], Floats],
    dimension: int,
    n: int,
    *,
    seed: int,
    moves: int = 20,
    last_moves: int | None = None,
    kernel: Kernel | None = None,
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
        Moves after each resampling.
    last_moves : int, optional
        After the last one, for particles to forget their parents; `moves` unless given.
    kernel : Kernel, optional
        How particles move, as `hamiltonian.Hamiltonian`; by elliptical slices unless given.
    progress : Progress, optional
        The power reached, in percent.

    Examples
    --------
    >>> run = sample(lambda x: -0.5 * ((x[:, 0] - 2.0) / 0.5) ** 2, 2, 2000, seed=1)
    >>> bool(abs(run.points[:, 0].mean() - 1.6) < 0.05 and abs(run.points[:, 1].mean()) < 0.1)
    True
    """
    rng = np.random.default_rng([seed, 20_060_101])
    prior = rng.standard_normal((n, dimension))
    both = (moves, last_moves or moves)
    return _tempered(lambda x: (np.zeros(len(x)), log_likelihood(x)), prior, rng, both, kernel or by_halves, progress)


def without(
    parts: Callable[[Floats], tuple[Floats, Floats]],
    points: Floats,
    *,
    seed: int,
    moves: int = 20,
    last_moves: int | None = None,
    kernel: Kernel | None = None,
) -> Sampled:
    """Particles of a posterior turned into those of the posterior without some of its data, by tempering these away.

    Parameters
    ----------
    parts : callable
        Log likelihoods of points (n, dimension) by the data that stay and by those that go, (n,) each.
    points : (n, dimension)
        Of the posterior from all data.
    seed : int
        Seed of the random streams.
    moves, last_moves : int
        As in `sample`.
    kernel : Kernel, optional
        As in `sample`; power 0 is that of all data, power 1 that of those that stay.

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

    return _tempered(turned, points.copy(), rng, (moves, last_moves or moves), kernel or by_halves, None)


def _tempered(
    parts: Callable[[Floats], tuple[Floats, Floats]],
    x: Floats,
    rng: np.random.Generator,
    moves: tuple[int, int],
    kernel: Kernel,
    progress: Progress | None,
) -> Sampled:
    """Particles of both parts from those of the first, by tempering the second from power 0 to 1."""
    _, fit = parts(x)
    power, powers, evidence, moved = 0.0, [0.0], 0.0, 1.0
    while power < 1.0:
        step = _step(fit, 1.0 - power)
        weight = np.exp(step * (fit - fit.max()))
        evidence += float(np.log(weight.mean()) + step * fit.max())
        power = min(1.0, power + step)
        powers.append(power)
        x = x[resample_systematically(weight, rng.random())]
        start = x.copy()

        def target(points: Floats, power: float = power) -> Floats:
            first, second = parts(points)
            return first + power * second

        value = target(x)
        for _ in range(moves[int(power >= 1.0)]):
            x, value = kernel(target, power, x, value, rng)
        _, fit = parts(x)
        moved = float((np.abs(x - start).max(axis=1) > 0).mean())
        if progress is not None:
            progress("temper", int(100 * power), 100)
    return Sampled(
        points=x,
        log_likelihood=fit,
        powers=tuple(powers),
        log_evidence=evidence,
        distinct=moved,
        parent_correlation=parent_correlation(x, start),
    )


def parent_correlation(x: Floats, parents: Floats) -> float:
    """Largest correlation of a coordinate with that of the parent, over particles (n, dimension).

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((500, 2))
    >>> round(parent_correlation(np.column_stack([x[:, 0], -x[:, 1]]), x), 6)
    1.0
    """
    a, b = (v - v.mean(axis=0) for v in (x, parents))
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(((a * b).sum(axis=0) / np.maximum(scale, 1e-300)).max())


def _step(fit: Floats, most: float) -> float:
    """Next increment of the tempering power; points of likelihood 0 go at the first step and do not count."""
    live = fit[fit > -np.inf]

    def effective(step: float) -> float:
        w = np.exp(step * (live - live.max()))
        return float(w.sum() ** 2 / (w**2).sum() / len(live)) - KEPT

    if effective(most) >= 0:
        return most
    return float(brentq(effective, 0.0, most, xtol=1e-9))
