"""Elliptical slice moves of particles under a standard normal prior.

They need neither gradient nor tuning and leave a posterior unchanged (Murray, Adams & MacKay 2010). Ellipses are drawn
from a normal reference, which is the prior but for the directions that the data inform (Nishihara, Murray & Adams 2014;
Cui et al. 2014): there it has the mean and the variance of the particles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
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
