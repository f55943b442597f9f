"""Expected loss of a lot from the model: over its true attributes, parameter draws, and worlds of the link of potency.

A measured relative potency x acts as modelled, as its square root, or not at all; the lot file gives the worlds their
probabilities, and nothing gives them for it. Hypotheses are not averaged: of the permitted actions the one of least
largest regret over them is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate, reference_point
from hepatica.manufacturing.clinical.surface import STRENGTHS, Surface
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.release.guard_band import Belief, Process, ReleaseLimits, release_limits
from hepatica.patients.streams import uniforms

TRUE_VALUES = 64
"""Draws of a lot's true attributes; each meets every scenario of the surface."""
DOSE_STEPS = 21
CONSUMER_RISK = 0.05


class LossSummary(NamedTuple):
    """Quality-adjusted days lost: mean, 95 % interval, and Monte-Carlo standard error of the mean."""

    mean: float
    low: float
    high: float
    error: float


class WorldLoss(NamedTuple):
    """Loss of a lot in one world of the link, under the hypothesis in which it is larger."""

    strength: float
    probability: float
    loss: LossSummary


class AttributeLimit(NamedTuple):
    """Release limit of one attribute from the model's loss, the others at the reference.

    Attributes
    ----------
    coordinate : Coordinate
    reference : float
        Value of the reference lot, in the attribute's unit.
    true_limit : float or None
        True value at which the expected loss reaches the cost of a rejection; None where no simulated value does.
    is_lower : bool
        Values below it lose; above it otherwise.
    limits : ReleaseLimits or None
        Of results, with the guard band that holds the consumer's risk, and the risks; None without earlier lots.
    result_limit : float or None
        Limit of a result, in the attribute's unit.
    """

    coordinate: Coordinate
    reference: float
    true_limit: float | None
    is_lower: bool
    limits: ReleaseLimits | None
    result_limit: float | None


class ModelLoss(NamedTuple):
    """Belief about a lot's true attributes, and what the surface says they cost.

    Attributes
    ----------
    surface : Surface
    values : mapping of Coordinate to (draw,)
        Draws of the true values that were measured, relative to the reference but for viability.
    linked, half : float
        Probabilities that potency acts as modelled, and half as much.
    """

    surface: Surface
    values: Mapping[Coordinate, Floats]
    linked: float
    half: float

    @property
    def worlds(self) -> tuple[tuple[float, float], ...]:
        """Strength and probability of each world."""
        return tuple(zip(STRENGTHS, (self.linked, self.half, 1.0 - self.linked - self.half), strict=True))

    def points(self, factor: float) -> Floats:
        """Coordinates of the lot's true values at a dose, (draw, 4)."""
        made = np.tile(reference_point(self.surface.viability), (TRUE_VALUES, 1))
        for k, coordinate in enumerate(Coordinate):
            if coordinate in self.values:
                made[:, k] = self.values[coordinate]
        made[:, -1] = factor
        return made

    def by_hypothesis(self, factor: float) -> Floats:
        """Expected loss at a dose, (hypothesis,)."""
        return np.asarray(np.sum([p * self._means(factor, s).mean(axis=1) for s, p in self.worlds if p > 0.0], axis=0))

    def _means(self, factor: float, strength: float) -> Floats:
        loss = self.surface.loss(self.points(factor), strength=strength)
        return np.asarray(np.einsum("hsn,hs->hn", loss, self.surface.weight))

    def summary(self, factor: float) -> LossSummary:
        """Loss at a dose over all worlds, under the hypothesis in which it is larger."""
        return self._summary(factor, self.worlds)

    def by_world(self, factor: float) -> tuple[WorldLoss, ...]:
        """Loss at a dose in each world by itself."""
        return tuple(WorldLoss(s, p, self._summary(factor, ((s, 1.0),))) for s, p in self.worlds)

    def _summary(self, factor: float, worlds: tuple[tuple[float, float], ...]) -> LossSummary:
        points, likely = self.points(factor), [(s, p) for s, p in worlds if p > 0.0]
        losses = [self.surface.loss(points, strength=s) for s, _ in likely]
        weights = [p * np.repeat(self.surface.weight[..., None], TRUE_VALUES, axis=2) for _, p in likely]
        value, weight = np.concatenate(losses, axis=2), np.concatenate(weights, axis=2) / TRUE_VALUES
        means = (value * weight).sum(axis=(1, 2))
        worst = int(np.argmax(means))
        errors = [self.surface.error(points.mean(axis=0), strength=s)[worst, 0] * p for s, p in likely]
        ends = weighted_quantiles(value[worst].ravel(), weight[worst].ravel(), (0.025, 0.975))
        error = float(np.sum(errors))
        return LossSummary(float(means[worst]), min(ends[0], float(means[worst])), ends[1], error)

    def clots(self, factor: float) -> LossSummary:
        """Probability of thrombo-embolism over that of the reference lot, by the worse hypothesis."""
        excess = self.surface.clots(self.points(factor))
        means = excess.mean(axis=(1, 2))
        worst = excess[int(np.argmax(means))]
        low, high = np.quantile(worst, [0.025, 0.975])
        error = worst.mean(axis=1).std(ddof=1) / np.sqrt(len(worst))
        return LossSummary(float(worst.mean()), float(low), float(high), float(error))

    def restoring_factor(self, most: float) -> float:
        """Smallest dose over the planned one, up to `most`, at which nothing is lost, or else that of least loss.

        The lot is made good for, no better dose is sought. A higher dose is taken only where it saves more than twice
        its own Monte-Carlo error.
        """
        steps = np.exp(np.linspace(0.0, np.log(most), DOSE_STEPS)) if most > 1.0 else np.array([1.0])
        losses = np.array([self.by_hypothesis(float(f)).max() for f in steps])
        restored = np.flatnonzero(losses <= 0.0)
        best = int(restored[0]) if restored.size else int(np.argmin(losses))
        higher = np.array([*reference_point(self.surface.viability)[:3], steps[best]])
        error = float(self.surface.error(higher).max())
        return float(steps[best]) if losses[0] - losses[best] > 2.0 * error else 1.0

    def curve(self, coordinate: Coordinate, values: Floats) -> Floats:
        """Expected loss at true values of one attribute, the others at the reference, worse hypothesis, (n,)."""
        points = np.tile(reference_point(self.surface.viability), (len(values), 1))
        points[:, list(Coordinate).index(coordinate)] = values
        means = [
            p * np.einsum("hsn,hs->hn", self.surface.loss(points, strength=s), self.surface.weight)
            for s, p in self.worlds
        ]
        return np.asarray(np.sum(means, axis=0).max(axis=0))


def weighted_quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of weighted values, by the inverse of their cumulative distribution.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3]), (0.4, 0.6))
    (1.0, 2.0)
    """
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    places = np.searchsorted(cumulative, np.array(shares) * cumulative[-1])
    return tuple(float(values[order][min(int(k), len(values) - 1)]) for k in places)


def true_draws(belief: Belief, *, log: bool, seed: int, name: str) -> Floats:
    """Draws of a true value from a normal belief about it or its logarithm, stratified, (TRUE_VALUES,).

    Examples
    --------
    >>> round(float(true_draws(Belief(0.0, 1.0), log=False, seed=1, name="potency").mean()), 1)
    -0.0
    """
    u = uniforms(seed, np.arange(TRUE_VALUES), f"quality:true:{name}", 2)
    order = np.argsort(u[:, 0], kind="stable")
    z = ndtri((order + u[:, 1]) / TRUE_VALUES)
    drawn = belief.mean + belief.sd * z
    return np.exp(drawn) if log else np.asarray(drawn)


def attribute_limit(
    model: ModelLoss,
    coordinate: Coordinate,
    cost: float,
    *,
    reference: float,
    error: float,
    process: Process | None,
    log: bool,
) -> AttributeLimit:
    """Release limit of an attribute: where the expected loss reaches the cost of a rejection, less a guard band.

    Parameters
    ----------
    model : ModelLoss
        Of the lot.
    coordinate : Coordinate
        Attribute.
    cost : float
        Quality-adjusted days that a rejection costs a patient.
    reference : float
        Value of the attribute, in its unit, that stands for the reference lot; of viability 100.
    error : float
        Standard error of a result, of its logarithm if `log`.
    process : Process or None
        Earlier lots, on the scale of the error; without them the band is that of a true value at the limit.
    log : bool
        The attribute is judged on a log scale.
    """
    low, high = RANGES[coordinate]
    is_lower = coordinate is not Coordinate.TISSUE_FACTOR
    grid = np.exp(np.linspace(np.log(low), np.log(high), 41))
    start = model.surface.viability if coordinate is Coordinate.VIABILITY else 1.0
    away = np.sort(np.append(grid[grid < start] if is_lower else grid[grid > start], start))
    over = model.curve(coordinate, away) - cost
    over, away = (over[::-1], away[::-1]) if is_lower else (over, away)
    beyond = np.flatnonzero(over > 0.0)
    unit = reference * (start if coordinate is Coordinate.VIABILITY else 1.0)
    if not beyond.size or beyond[0] == 0:
        return AttributeLimit(coordinate, unit, None, is_lower, None, None)
    k = int(beyond[0])
    root = brentq(lambda v: float(model.curve(coordinate, np.array([v]))[0]) - cost, *sorted((away[k - 1], away[k])))
    true = float(root) * reference
    scale = np.log if log else float
    at = float(scale(true))
    specification: tuple[float | None, float | None] = (at, None) if is_lower else (None, at)
    limits, band = None, -float(ndtri(CONSUMER_RISK)) * error
    if process is not None:
        try:
            limits = release_limits(process, error, specification, risk=CONSUMER_RISK)
        except InputError:
            limits = None
        band = limits.guard_band if limits is not None else band
    result = at + band if is_lower else at - band
    return AttributeLimit(coordinate, unit, true, is_lower, limits, float(np.exp(result) if log else result))
