"""Contrasts of a window: paired differences at one dose, and ratios of doses that gain alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.window.estimands import first_crossing
from hepatica.dosing.window.shape import Curve, Shape, choose_penalty, fit_curve
from hepatica.dosing.window.uncertainty import (
    TOLD,
    Sample,
    draw_means,
    no_narrower,
    quantiles,
    resampled_means,
    shrunken,
)

Floats = NDArray[np.float64]
TELLING = 2.0  # Monte-Carlo errors below which a difference has no sign


class Difference(NamedTuple):
    """Paired difference with its Monte-Carlo standard error and its 90 % interval over parameter draws."""

    mean: float
    error: float
    parameter_low: float
    parameter_high: float

    @property
    def sign(self) -> int:
        """1 or -1; 0 where it is less than two Monte-Carlo errors."""
        return 0 if abs(self.mean) < TELLING * self.error or self.mean == 0 else int(np.sign(self.mean))


@dataclass(frozen=True, kw_only=True)
class DoseRatio:
    """Ratio of doses that gain half of the base's largest gain: the base's over the variation's.

    Attributes
    ----------
    ratio : float
        Above 1 the variation needs fewer cells; NaN where one of them never gains as much.
    low, high : float
        90 % interval of its Monte-Carlo error.
    parameter_low, parameter_high : float
        90 % interval over parameter draws.
    level : float
        The gain.
    sign : int
        1 if fewer cells are needed, -1 if more; 0 where two Monte-Carlo errors hold a ratio of 1.
    """

    ratio: float
    low: float
    high: float
    parameter_low: float
    parameter_high: float
    level: float
    sign: int

    def inverse(self) -> DoseRatio:
        """Ratio the other way round: how many times as many cells the variation needs."""

        def over(value: float) -> float:
            return 1.0 / value if value > 0 else float("inf")

        return DoseRatio(
            ratio=over(self.ratio),
            low=over(self.high),
            high=over(self.low),
            parameter_low=over(self.parameter_high),
            parameter_high=over(self.parameter_low),
            level=self.level,
            sign=-self.sign,
        )


def difference(a: Sample, b: Sample, dose: int, *, seed: int) -> Difference:
    """Difference of a from b at a dose, in the same patients.

    Parameters
    ----------
    a, b : Sample
        Of the same patients in the same order.
    dose : int
        Place on the grid.
    seed : int
        Of the bootstrap.
    """
    apart = Sample(a.values[[dose]] - b.values[[dose]], a.draw)
    mean, count, within = draw_means(apart)
    again = resampled_means(mean, seed=seed)[:, 0]
    low, high = no_narrower(quantiles(shrunken(mean, count, within)[:, 0]), quantiles(again))
    return Difference(float(np.nanmean(mean)), float(again.std(ddof=1)), low, high)


def step(sample: Sample, dose: int, *, seed: int) -> Difference:
    """Difference of a dose from the next lower one of the grid, in the same patients."""
    upper = Sample(sample.values[[dose]], sample.draw)
    lower = Sample(sample.values[[dose - 1]], sample.draw)
    return difference(upper, lower, 0, seed=seed)


def dose_ratio(a: Sample, b: Sample, log_doses: Floats, *, seed: int) -> DoseRatio:
    """Dose of b over that of a for half of b's largest mean gain, in the same patients.

    Parameters
    ----------
    a, b : Sample
        Gain in a variation and in the base.
    log_doses : (dose,)
        Decimal logarithms.
    seed : int
        Of the bootstrap, which draws the same draws for both.
    """
    means = [draw_means(s) for s in (a, b)]
    centres = [np.nanmean(m[0], axis=0) for m in means]
    penalty = choose_penalty(centres[1])

    def log_ratio(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        curves = [fit_curve(log_doses, v, Shape.UNIMODAL, penalty=penalty) for v in (x, y)]
        level = 0.5 * curves[1].fine.max(axis=-1)
        places = [_reach(c, level) for c in curves]
        with np.errstate(invalid="ignore"):
            return np.where(level > 0, places[1] - places[0], np.nan), level

    value, level = log_ratio(centres[0], centres[1])
    again, _ = log_ratio(*(resampled_means(m[0], seed=seed) for m in means))
    by_draw, _ = log_ratio(*(shrunken(*m) for m in means))
    inner, told = quantiles(again), quantiles(again, TOLD)
    ends = [10.0**q for q in (*inner, *no_narrower(quantiles(by_draw), inner))]
    return DoseRatio(
        ratio=float(10.0**value),
        low=ends[0],
        high=ends[1],
        parameter_low=ends[2],
        parameter_high=ends[3],
        level=float(level),
        sign=int(told[0] > 0) - int(told[1] < 0),
    )


def _reach(curve: Curve, level: Floats) -> Floats:
    """Logarithm of the dose at which a curve reaches a level; the grid's lowest step counts too."""
    return first_crossing(curve.log_fine, curve.fine, np.maximum(level, 1e-12), lowest=-np.inf)
