"""Uncertainty of a window: its Monte-Carlo error, over parameters, and over patients, each apart."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.dosing.window.estimands import Estimand, estimate
from hepatica.dosing.window.shape import Shape, choose_penalty, fit_curve
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
REPLICATES = 200  # of the bootstrap
LEVEL = 0.9
TOLD = 0.9545  # central share within two standard errors of a normal distribution: what a word needs


class DoseEstimate(NamedTuple):
    """Estimand with its uncertainties; doses are decimal logarithms, inf is never reached, -inf below the lowest.

    Attributes
    ----------
    value : float
        Of the mean over parameter draws and patients.
    low, high : float
        90 % interval of its Monte-Carlo error: with other draws and patients, as many.
    error : float
        Its Monte-Carlo standard error; infinite where some replicates reach it and others do not.
    parameter_low, parameter_high : float
        90 % interval over parameter draws, of the mean of their patients.
    parameter_never : float
        Share of parameter draws under which it is never reached.
    patient_low, patient_high : float
        90 % interval over patients of one draw; NaN where none were followed for it.
    patient_never : float
        Share of these patients who never reach it.
    never : float
        Share of the replicates behind the Monte-Carlo error in which it is never reached.
    """

    value: float
    low: float
    high: float
    error: float
    parameter_low: float
    parameter_high: float
    parameter_never: float
    patient_low: float = float("nan")
    patient_high: float = float("nan")
    patient_never: float = float("nan")
    never: float = float("nan")

    @property
    def reached(self) -> int:
        """1 if it is reached, -1 if it is not; 0 where two Monte-Carlo errors, by replicates, do not tell.

        Examples
        --------
        >>> e = DoseEstimate(6.0, 5.9, 6.1, 0.1, 5.0, 7.0, 0.2)
        >>> [e._replace(never=n).reached for n in (0.0, 0.1, 1.0)]
        [1, 0, -1]
        """
        tail = (1 - TOLD) / 2
        return int(self.never <= tail) - int(self.never >= 1 - tail)


class Sample(NamedTuple):
    """Values of an outcome over doses.

    Attributes
    ----------
    values : (dose, patient)
        Difference from standard care; NaN where a solve failed.
    draw : (patient,)
        Parameter draw of each.
    within : (dose,) or None
        Variance between patients of one draw, where it is known from a larger sample.
    """

    values: Floats
    draw: Ints
    within: Floats | None = None


def draw_means(sample: Sample) -> tuple[Floats, Floats, Floats]:
    """Mean of each draw's patients (draw, dose), how many they are (draw, dose), and the variance within draws (dose,).

    A draw without a solved patient has mean NaN.
    """
    draws, where = np.unique(sample.draw, return_inverse=True)
    good = np.isfinite(sample.values)
    filled = np.where(good, sample.values, 0.0)

    def total(rows: Floats) -> Floats:
        return np.stack([np.bincount(where, row, minlength=len(draws)) for row in rows], axis=1)

    count = total(good.astype(float))
    mean = np.where(count > 0, total(filled) / np.maximum(count, 1.0), np.nan)
    apart = np.where(good, sample.values - np.nan_to_num(mean.T[:, where]), 0.0)
    free = np.maximum((count - (count > 0)).sum(axis=0), 1.0)
    within = (apart**2).sum(axis=1) / free
    if not (count > 1).any():
        within = np.zeros_like(within)
    return mean, count, within if sample.within is None else sample.within


def shrunken(mean: Floats, count: Floats, within: Floats) -> Floats:
    """Means of draws moved towards their common mean as far as the noise of few patients says, (draw, dose).

    The result scatters as the parameters alone do: its variance is that between draws, v_between + v_within / n less
    the latter (Searle's moments, as in `decompose_variance`).
    """
    centre = np.nanmean(mean, axis=0)
    noise = (within / np.maximum(count, 1.0)).mean(axis=0)
    between = np.maximum(np.nanvar(mean, axis=0, ddof=1) - noise, 0.0)
    share = np.sqrt(between / np.maximum(between + within / np.maximum(count, 1.0), 1e-300))
    return np.asarray(centre + share * np.nan_to_num(mean - centre))


@functools.lru_cache(maxsize=8)
def _counts(n: int, seed: int, replicates: int) -> Floats:
    """Bootstrap weights: counts of each of n draws in each replicate, (replicate, n)."""
    take = np.floor(uniforms(seed, np.arange(replicates), "window:bootstrap", n) * n).astype(np.int64)
    flat = np.bincount((np.arange(replicates)[:, None] * n + take).ravel(), minlength=replicates * n)
    return np.asarray(flat.reshape(replicates, n), float)


def resampled_means(mean: Floats, *, seed: int, replicates: int = REPLICATES) -> Floats:
    """Means over draws that are drawn again with their patients (bootstrap of clusters), (replicate, dose)."""
    counts, good = _counts(len(mean), seed, replicates), np.isfinite(mean)
    return np.asarray(counts @ np.where(good, mean, 0.0) / np.maximum(counts @ good.astype(float), 1.0))


def no_narrower(interval: tuple[float, float], error: tuple[float, float]) -> tuple[float, float]:
    """Interval over parameters, no narrower than the Monte-Carlo error of where its centre lies.

    A variance between draws that is estimated as 0 by few patients would otherwise collapse the interval to a point.

    Examples
    --------
    >>> no_narrower((1.0, 1.0), (0.8, 1.3))
    (0.8, 1.3)
    """
    return min(interval[0], error[0]), max(interval[1], error[1])


def quantiles(values: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Central interval of values that may be infinite: the order statistics next to its ends.

    Examples
    --------
    >>> quantiles(np.array([-np.inf, 5.0, 6.0, 7.0, np.inf]), 0.5)
    (5.0, 7.0)
    """
    low, high = ((1 - level) / 2, (1 + level) / 2)
    ordered = np.sort(values[~np.isnan(values)])
    if not len(ordered):
        return float("nan"), float("nan")
    last = len(ordered) - 1
    return float(ordered[int(np.floor(low * last + 1e-9))]), float(ordered[int(np.ceil(high * last - 1e-9))])


def window_of(
    log_doses: Floats,
    sample: Sample,
    shape: Shape,
    estimands: tuple[Estimand, ...],
    *,
    seed: int,
    patients: Floats | None = None,
    relevant: float = 0.0,
    limit: float = np.inf,
) -> dict[Estimand, DoseEstimate]:
    """Estimands of a window with all their uncertainties.

    Parameters
    ----------
    log_doses : (dose,)
        Decimal logarithms, equally spaced.
    sample : Sample
        Patients of many parameter draws.
    shape : Shape
        Monotone or unimodal.
    estimands : tuple of Estimand
        What is read from the curves.
    seed : int
        Of the bootstrap.
    patients : (dose, patient), optional
        Patients of one parameter draw.
    relevant : float
        Gain that matters.
    limit : float
        Largest acceptable excess.
    """
    mean, count, within = draw_means(sample)
    centre = np.nanmean(mean, axis=0)
    penalty = choose_penalty(centre)

    def of(values: Floats) -> dict[Estimand, Floats]:
        curve = fit_curve(log_doses, values, shape, penalty=penalty)
        return {e: estimate(curve, e, relevant=relevant, limit=limit) for e in estimands}

    with threadpool_limits(1):  # small matrices: threads would cost more than they save, and change bits
        point, again = of(centre), of(resampled_means(mean, seed=seed))
        by_draw = of(shrunken(mean, count, within))
        own = None if patients is None else of(patients.T[np.isfinite(patients).all(axis=0)])
    return {e: _summary(float(point[e]), again[e], by_draw[e], None if own is None else own[e]) for e in estimands}


def _summary(value: float, again: Floats, by_draw: Floats, patients: Floats | None) -> DoseEstimate:
    """One estimand from its replicates."""
    low, high = quantiles(again)
    made = DoseEstimate(
        value,
        low,
        high,
        float(again.std(ddof=1)) if np.isfinite(again).all() else float("inf"),
        *no_narrower(quantiles(by_draw), (low, high)),
        float((by_draw == np.inf).mean()),
        never=float((again == np.inf).mean()),
    )
    if patients is None or not len(patients):
        return made
    ends = quantiles(patients)
    never = float((patients == np.inf).mean())
    return made._replace(patient_low=ends[0], patient_high=ends[1], patient_never=never)
