"""Tempered sequential Monte Carlo from a standard normal prior, moved by a kernel: elliptical slices by default.

The likelihood is raised from power 0 to 1 in steps that keep half of the particles effective (Del Moral, Doucet & Jasra
2006; Jasra et al. 2011); after each, particles are resampled and moved. Elliptical slice sampling (Murray, Adams &
MacKay 2010) needs neither gradient nor tuning and leaves the tempered posterior unchanged. Its ellipses are drawn from
a normal reference, which is the prior but for the directions that the data inform (Nishihara, Murray & Adams 2014; Cui
et al. 2014): there it has the mean and the variance of the particles. `hamiltonian` goes further where there is a
gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from hepatica.progress import Progress

Floats = NDArray[np.float64]
Kernel = Callable[[Callable[[Floats], Floats], float, Floats, Floats, np.random.Generator], tuple[Floats, Floats]]
"""Move that leaves a tempered posterior as it is: of its value, the power, points, their values and a stream."""
KEPT = 0.5  # share of particles that stay effective from one power to the next
TURNS = 60  # cuts of an ellipse, after which a particle stays
NARROW, WIDER = 0.8, 1.3  # variance that counts as informed, over the smallest by chance; factor on it in a reference
MIN_VARIANCE = 1e-4  # of a reference, over that of the prior


@dataclass(frozen=True)
class Reference:
    """Normal distribution from which ellipses are drawn: the standard one but for some directions.

    Attributes
    ----------
    directions : (dimension, k)
        Orthonormal; none of the prior itself.
    mean, variance : (k,)
        Along these.
    """

    directions: Floats
    mean: Floats
    variance: Floats

    @classmethod
    def prior(cls, dimension: int) -> Reference:
        """The standard normal distribution itself."""
        return cls(np.zeros((dimension, 0)), np.zeros(0), np.zeros(0))

    @classmethod
    def of(cls, x: Floats) -> Reference:
        """Reference of particles (n, dimension): directions in which they are narrower than chance makes them.

        Of a standard normal sample the smallest eigenvalue of the covariance is (1 - sqrt(dimension / n))^2 (Marchenko
        & Pastur 1967).
        """
        mean = x.mean(axis=0)
        away = x - mean
        values, vectors = np.linalg.eigh(away.T @ away / len(x))
        ratio = min(x.shape[1] / len(x), 1.0)
        few = values < NARROW * (1 - np.sqrt(ratio)) ** 2
        directions = vectors[:, few]
        widened = np.minimum(WIDER * values[few] / (1 - ratio + 1e-9), 1.0)
        return cls(directions, mean @ directions, np.maximum(widened, MIN_VARIANCE))

    def draw(self, normal: Floats) -> Floats:
        """Deviations from the mean, from standard normal numbers (n, dimension)."""
        return np.asarray(normal - (normal @ self.directions * (1 - np.sqrt(self.variance))) @ self.directions.T)

    @property
    def centre(self) -> Floats:
        """Mean, (dimension,)."""
        return np.asarray(self.directions @ self.mean)

    def correction(self, x: Floats) -> Floats:
        """Log density of the prior over that of the reference, (n,), but for a constant."""
        along = x @ self.directions
        return np.asarray(0.5 * ((along - self.mean) ** 2 / self.variance - along**2).sum(axis=1))


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


def by_halves(
    target: Callable[[Floats], Floats], power: float, x: Floats, fit: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Elliptical slice move of every particle, each half of them with the reference of the other.

    A reference of the particles themselves would move with them, and bias the posterior by dimension over particles.
    """
    x, fit = x.copy(), fit.copy()
    halves = np.arange(len(x)) % 2
    for k in (0, 1):
        own = halves == k
        x[own], fit[own] = slice_move(target, x[own], fit[own], Reference.of(x[~own]), rng)
    return x, fit


def slice_move(
    log_likelihood: Callable[[Floats], Floats],
    x: Floats,
    fit: Floats,
    reference: Reference,
    rng: np.random.Generator,
    *,
    among: NDArray[np.bool_] | None = None,
) -> tuple[Floats, Floats]:
    """Elliptical slice move of every particle, and their log likelihoods; of some coordinates, if `among` says so."""
    n, centre = len(x), reference.centre
    other, away = reference.draw(rng.standard_normal(x.shape)), x - centre
    level = fit + reference.correction(x) + np.log(rng.random(n))
    angle = rng.random(n) * 2 * np.pi
    low, high = angle - 2 * np.pi, angle.copy()
    moved, value, open_ = x.copy(), fit.copy(), np.arange(n)
    for _ in range(TURNS):
        a = angle[open_, None]
        tried = centre + away[open_] * np.cos(a) + other[open_] * np.sin(a)
        tried = tried if among is None else np.where(among, tried, x[open_])
        now = log_likelihood(tried)
        good = now + reference.correction(tried) > level[open_]
        moved[open_[good]], value[open_[good]] = tried[good], now[good]
        open_ = open_[~good]
        if not len(open_):
            break
        below = angle[open_] < 0
        low[open_] = np.where(below, angle[open_], low[open_])
        high[open_] = np.where(below, high[open_], angle[open_])
        angle[open_] = low[open_] + rng.random(len(open_)) * (high[open_] - low[open_])
    return moved, value
