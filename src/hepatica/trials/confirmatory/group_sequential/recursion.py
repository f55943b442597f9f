"""Recursive numerical integration of a group sequential statistic.

The statistics Z_1, ..., Z_K are jointly normal with mean theta sqrt(I_k) and covariance sqrt(I_j / I_k), j <= k. The
density of Z_k among trials that have not stopped follows from that of Z_{k-1} by one convolution (Armitage, McPherson
and Rowe 1969, J R Stat Soc A 132:235; Jennison and Turnbull 2000, Group Sequential Methods with Applications to
Clinical Trials, chapter 19). Each is integrated by Gauss-Legendre panels of the width of the narrowest kernel in
sight, so that the error is that of double precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from hepatica.errors import InputError

Floats = NDArray[np.float64]
REACH = 9.0
"""Standard deviations from its mean beyond which the density is zero."""
PANEL = 3.0
"""Width of a panel, in standard deviations of the narrowest kernel."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_ROOT_TWO_PI = np.sqrt(2 * np.pi)


class StoppingProbabilities(NamedTuple):
    """Probabilities of stopping at each look.

    Attributes
    ----------
    upper, lower : (looks,)
        Of crossing the upper and the lower boundary for the first time.
    """

    upper: Floats
    lower: Floats


def panels(low: float, high: float, scale: float) -> tuple[Floats, Floats]:
    """Nodes and weights of a composite Gauss-Legendre rule on [low, high], panels of `PANEL` times the scale."""
    n = max(1, int(np.ceil((high - low) / (PANEL * scale))))
    edges = np.linspace(low, high, n + 1)
    half = np.diff(edges) / 2
    nodes = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    return nodes.ravel(), (half[:, None] * _WEIGHTS).ravel()


@dataclass(frozen=True)
class SubDensity:
    """Distribution of the statistic at one look among trials that go on.

    Attributes
    ----------
    information : float
        0 before the trial.
    theta : float
        Effect, in units of one over the square root of information.
    nodes, mass : (nodes,)
        Values of z, and their probability.
    """

    information: float
    theta: float
    nodes: Floats
    mass: Floats

    @classmethod
    def start(cls, theta: float = 0.0, information: float = 0.0, z: float = 0.0) -> SubDensity:
        """All trials at z with this information; by default, before the first patient."""
        return cls(information, theta, np.array([z]), np.array([1.0]))

    def _standardised(self, z: ArrayLike, information: float) -> Floats:
        """(z - conditional mean) / conditional sd, scaled: nodes of now along the last axis."""
        step = information - self.information
        moved = self.nodes * np.sqrt(self.information) + self.theta * step
        return np.asarray((np.asarray(z, float)[..., None] * np.sqrt(information) - moved) / np.sqrt(step))

    def above(self, bound: float, information: float) -> float:
        """Probability that a trial goes on to this information and has z at or above the bound there."""
        if bound == np.inf:
            return 0.0
        return float(ndtr(-self._standardised(bound, information)) @ self.mass)

    def below(self, bound: float, information: float) -> float:
        """Probability that a trial goes on to this information and has z below the bound there."""
        if bound == -np.inf:
            return 0.0
        return float(ndtr(self._standardised(bound, information)) @ self.mass)

    def advance(self, low: float, high: float, information: float, next_information: float | None = None) -> SubDensity:
        """Sub-density at the next look among trials with low < z < high there."""
        step = information - self.information
        mean, spread = self.theta * np.sqrt(information), REACH
        if self.information > 0 and len(self.nodes) == 1:  # a start from an observed z
            mean = (self.nodes[0] * np.sqrt(self.information) + self.theta * step) / np.sqrt(information)
        low, high = max(low, mean - spread), min(high, mean + spread)
        if high <= low:
            return SubDensity(information, self.theta, np.zeros(0), np.zeros(0))
        scale = np.sqrt(step / information)
        if next_information is not None:
            scale = min(scale, np.sqrt((next_information - information) / information))
        nodes, weights = panels(low, high, min(1.0, scale))
        kernel = np.exp(-0.5 * self._standardised(nodes, information) ** 2) * np.sqrt(information / step) / _ROOT_TWO_PI
        return SubDensity(information, self.theta, nodes, weights * (kernel @ self.mass))

    def upper_bound(self, probability: float, information: float) -> float:
        """Bound z whose `above` is the probability: infinite for none, -inf if fewer trials are left."""
        total = float(self.mass.sum())
        if probability <= 0:
            return np.inf
        if probability >= total:
            return -np.inf
        centre = self.theta * np.sqrt(information)
        guess = centre - float(ndtri(probability / total))
        return _bisect(lambda z: self.above(z, information) - probability, guess)

    def lower_bound(self, probability: float, information: float) -> float:
        """Bound z whose `below` is the probability: -inf for none, infinite if fewer trials are left."""
        total = float(self.mass.sum())
        if probability <= 0:
            return -np.inf
        if probability >= total:
            return np.inf
        centre = self.theta * np.sqrt(information)
        guess = centre + float(ndtri(probability / total))
        return _bisect(lambda z: probability - self.below(z, information), guess)


def _bisect(decreasing: Callable[[float], float], guess: float) -> float:
    """Root of a decreasing function near a guess."""
    low, high = guess - 1.0, guess + 1.0

    while decreasing(low) < 0 and low > -60:
        low -= 2.0
    while decreasing(high) > 0 and high < 60:
        high += 2.0
    return float(brentq(decreasing, low, high, xtol=1e-12, rtol=8.9e-16))


def checked_information(information: ArrayLike, where: str = "information") -> Floats:
    """Information of the looks: positive, finite and increasing.

    Raises
    ------
    InputError
        Otherwise.
    """
    array = np.atleast_1d(np.asarray(information, float))
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all() or (np.diff(array, prepend=0.0) <= 0).any():
        raise InputError(
            where, np.asarray(information).tolist(), "give positive numbers that increase from look to look"
        )
    return array


def stopping_probabilities(
    information: ArrayLike, upper: Sequence[float] | Floats, lower: Sequence[float] | Floats, theta: float = 0.0
) -> StoppingProbabilities:
    """Probabilities of crossing the boundaries at each look, under any effect.

    Parameters
    ----------
    information : (looks,)
        Of the looks, increasing; as fractions if theta is the drift.
    upper, lower : (looks,)
        Boundaries on the z scale; infinite where there is none.
    theta : float
        Effect: Z_k has mean theta sqrt(I_k).

    Returns
    -------
    StoppingProbabilities

    Raises
    ------
    InputError
        If lengths differ, or a lower boundary is above the upper one.

    Examples
    --------
    >>> found = stopping_probabilities([0.5, 1.0], [2.178272, 2.178272], [-np.inf, -np.inf])
    >>> found.upper.sum().round(6).item()
    0.025
    """
    at = checked_information(information)
    up, low = np.asarray(upper, float), np.asarray(lower, float)
    if up.shape != at.shape or low.shape != at.shape:
        raise InputError(
            "boundaries", (len(up), len(low)), f"give {len(at)} upper and {len(at)} lower ones, one for each look"
        )
    if not (low <= up).all():
        raise InputError("boundaries", low.tolist(), f"no lower one may be above the upper one, {up.tolist()}")
    now, crossed_up, crossed_low = SubDensity.start(theta), np.zeros(len(at)), np.zeros(len(at))
    for k, here in enumerate(at):
        crossed_up[k], crossed_low[k] = now.above(up[k], here), now.below(low[k], here)
        if k + 1 < len(at):
            now = now.advance(low[k], up[k], here, at[k + 1])
    return StoppingProbabilities(crossed_up, crossed_low)
