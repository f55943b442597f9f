"""Hamiltonian moves of particles under a standard normal prior and a likelihood with a gradient.

Trajectories turn by the prior exactly and are kicked by the likelihood (split Hamiltonian Monte Carlo: Neal 2011,
Handbook of Markov Chain Monte Carlo, 5.5.1; Shahbaba et al. 2014), so a quarter of a turn forgets whatever the data say
nothing about. Coordinates along which the likelihood jumps are drawn anew from the prior, group by group (independence
Metropolis); those without a gradient otherwise move by elliptical slices; and a coordinate whose particles lie further
apart than under the prior, as two modes do, is tried on its other side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.inference.slices import Reference, slice_move

Floats = NDArray[np.float64]
Value = Callable[[Floats], Floats]
TURN = (0.4, 0.6)  # shortest and longest trajectory, in half turns
MIN_STEPS, MAX_STEPS = 4, 64  # of a trajectory
LOW_ACCEPTANCE, HIGH_ACCEPTANCE = 0.8, 0.95  # between which the number of steps stays
APART = 1.3  # variance of particles, over the prior's, from which a coordinate is tried on its other side


@dataclass
class Hamiltonian:
    """Kernel of tempered sequential Monte Carlo for a likelihood with a gradient.

    Attributes
    ----------
    gradient : callable
        Of points (n, dimension) and a power, the gradient of the tempered log likelihood, (n, dimension).
    smooth : (dimension,) bool
        Coordinates along which it is one.
    redrawn : tuple of (k,) int
        Groups of coordinates that are drawn anew from the prior together.
    sliced : (dimension,) bool
        Coordinates that elliptical slices move.
    steps : int
        Of the next trajectory; follows the acceptance.
    """

    gradient: Callable[[Floats, float], Floats]
    smooth: NDArray[np.bool_]
    redrawn: tuple[NDArray[np.int64], ...] = ()
    sliced: NDArray[np.bool_] | None = None
    steps: int = 10

    def __call__(
        self, target: Value, power: float, x: Floats, fit: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Points and values after a trajectory, redraws, a slice and reflections."""

        def gradient(points: Floats) -> Floats:
            return self.gradient(points, power)

        x, fit, accepted = trajectory(target, gradient, x, fit, self.smooth, self.steps, rng)
        self.steps = next_steps(self.steps, accepted)
        for group in self.redrawn:
            x, fit = redrawn(target, x, fit, group, rng)
        if self.sliced is not None and self.sliced.any():
            x, fit = slice_move(target, x, fit, Reference.prior(x.shape[1]), rng, among=self.sliced)
        return reflected(target, x, fit, rng)


def trajectory(
    value: Value,
    gradient: Value,
    x: Floats,
    fit: Floats,
    smooth: NDArray[np.bool_],
    steps: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """Points and log likelihoods after one trajectory of each, and the share of trajectories accepted.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> flat = lambda y: np.zeros(len(y))
    >>> x = rng.standard_normal((2000, 1))
    >>> y, _, accepted = trajectory(flat, np.zeros_like, x, flat(x), np.ones(1, bool), 4, rng)
    >>> round(accepted, 6), bool(abs(np.corrcoef(x[:, 0], y[:, 0])[0, 1]) < 0.4)
    (1.0, True)
    """
    step = np.pi * rng.uniform(*TURN) / steps
    momentum = rng.standard_normal(x.shape) * smooth
    before = fit - 0.5 * ((x**2).sum(axis=1) + (momentum**2).sum(axis=1))
    y, cos, sin = x, np.cos(step), np.sin(step)
    slope = gradient(y)
    for _ in range(steps):
        momentum = momentum + 0.5 * step * slope
        y, momentum = (
            np.where(smooth, y * cos + momentum * sin, y),
            np.where(smooth, momentum * cos - y * sin, momentum),
        )
        slope = gradient(y)
        momentum = momentum + 0.5 * step * slope
    now = value(y)
    change = now - 0.5 * ((y**2).sum(axis=1) + (momentum**2).sum(axis=1)) - before
    probability = np.exp(np.minimum(np.nan_to_num(change, nan=-np.inf), 0.0))
    accepted = rng.random(len(x)) < probability
    return np.where(accepted[:, None], y, x), np.where(accepted, now, fit), float(probability.mean())


def tried(value: Value, x: Floats, fit: Floats, proposal: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Metropolis step to points proposed as often one way as the other under the prior."""
    now = value(proposal)
    accepted = np.log(rng.random(len(x))) < now - fit
    return np.where(accepted[:, None], proposal, x), np.where(accepted, now, fit)


def reflected(value: Value, x: Floats, fit: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Metropolis steps to the other side of 0, along coordinates in which the other half of particles lies apart."""
    x, fit, halves = x.copy(), fit.copy(), np.arange(len(x)) % 2
    for half in (0, 1):
        own = halves == half
        for k in np.flatnonzero(x[~own].var(axis=0) > APART):
            proposal = x[own].copy()
            proposal[:, k] *= -1
            x[own], fit[own] = tried(value, x[own], fit[own], proposal, rng)
    return x, fit


def redrawn(
    value: Value, x: Floats, fit: Floats, group: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Metropolis step of a group of coordinates to new draws from the prior."""
    proposal = x.copy()
    proposal[:, group] = rng.standard_normal((len(x), len(group)))
    return tried(value, x, fit, proposal, rng)


def next_steps(steps: int, accepted: float) -> int:
    """Steps of the next trajectory: more where few were accepted, fewer where nearly all were.

    Examples
    --------
    >>> next_steps(10, 0.5), next_steps(10, 0.9), next_steps(10, 0.99)
    (13, 10, 9)
    """
    if accepted < LOW_ACCEPTANCE:
        return min(MAX_STEPS, int(np.ceil(1.25 * steps)))
    return max(MIN_STEPS, steps - 1) if accepted > HIGH_ACCEPTANCE else steps
