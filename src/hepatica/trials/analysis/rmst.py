"""Restricted mean survival time: by arm, difference, ratio and ratio of time lost, and adjusted for covariates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history, restricted_mean_survival
from hepatica.trials.analysis.kaplan_meier import survival_curve

Array = NDArray[np.float64]


class Link(StrEnum):
    """Scale on which covariates act."""

    DIFFERENCE = "difference"
    LOG_RATIO = "log ratio"
    LOG_TIME_LOST = "log ratio of time lost"


class Effect(NamedTuple):
    """Estimate, standard error (of the logarithm for a ratio), interval and two-sided p value."""

    value: float
    std_error: float
    lower: float
    upper: float
    p: float


class RestrictedMean(NamedTuple):
    """Restricted mean of one arm with its standard error."""

    value: float
    std_error: float


@dataclass(frozen=True, kw_only=True)
class RestrictedMeanComparison:
    """Treated against control, up to a horizon.

    Attributes
    ----------
    horizon : float
    treated, control : RestrictedMean
    difference, ratio : Effect
        Of the restricted means, treated against control.
    time_lost_ratio : Effect
        Of horizon minus restricted mean.
    """

    horizon: float
    treated: RestrictedMean
    control: RestrictedMean
    difference: Effect
    ratio: Effect
    time_lost_ratio: Effect


def restricted_mean(time: ArrayLike, event: ArrayLike, horizon: float) -> RestrictedMean:
    """Restricted mean survival time with Greenwood's variance.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    horizon : float
        In the unit of time; at most the last time of follow-up unless the last patient has the event.

    References
    ----------
    Royston2013

    Examples
    --------
    >>> restricted_mean([1, 2, 3, 4], [1, 1, 1, 1], 4)
    RestrictedMean(value=2.5, std_error=0.5590169943749475)
    """
    if not horizon > 0:
        raise InputError("horizon", horizon, "a time > 0")
    curve = survival_curve(time, event)
    times, alive = np.concatenate(([0.0], curve.times)), np.concatenate(([1.0], curve.survival))
    if curve.times[0] == 0:
        times, alive = curve.times, curve.survival
    if horizon > times[-1] and alive[-1] > 0:
        raise InputError("horizon", horizon, f"at most {times[-1]:g}, the last follow-up of an arm")
    value = float(restricted_mean_survival(times, alive, horizon))
    ends = np.append(np.minimum(times, horizon), max(horizon, times[-1]) if alive[-1] == 0 else times[-1])
    areas = alive * np.diff(np.minimum(ends, horizon))
    ahead = np.cumsum(areas[::-1])[::-1][times.size - curve.times.size :]
    n, d = curve.at_risk, curve.events
    inside = (curve.times <= horizon) & (d > 0) & (n > d)
    variance = np.sum(ahead[inside] ** 2 * d[inside] / (n[inside] * (n - d)[inside]))
    return RestrictedMean(value, float(np.sqrt(variance)))


def _effect(value: float, std_error: float, confidence: float, *, exponentiate: bool) -> Effect:
    reach = norm.ppf(0.5 + confidence / 2) * std_error
    ends = (value, value - reach, value + reach)
    value_, low, high = np.exp(ends) if exponentiate else ends
    p = 2 * norm.sf(abs(value) / std_error) if std_error != 0 else float(value == 0)
    return Effect(float(value_), float(std_error), float(low), float(high), float(p))


def _log_ratio(one: float, none: float, std_errors: tuple[float, float]) -> tuple[float, float]:
    """Logarithm of a ratio of means and its standard error; NaN where a mean is 0."""
    if not (one > 0 and none > 0):
        return float("nan"), float("nan")
    return float(np.log(one / none)), float(np.hypot(std_errors[0] / one, std_errors[1] / none))


def compare_restricted_means(
    time: ArrayLike, event: ArrayLike, treated: ArrayLike, *, horizon: float | None = None, confidence: float = 0.95
) -> RestrictedMeanComparison:
    """Restricted mean survival times of two arms: difference, ratio, and ratio of time lost.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    treated : (patient,) bool
        True in the treated arm.
    horizon : float, optional
        The longest that both arms support unless given: the smaller of their last follow-up times.
    confidence : float
        Coverage of the intervals, two-sided.

    Returns
    -------
    RestrictedMeanComparison

    Raises
    ------
    InputError
        If an arm is empty or the horizon is beyond the follow-up of an arm.

    References
    ----------
    Royston2013, Uno2014

    Examples
    --------
    >>> found = compare_restricted_means([1, 2, 3, 4, 2, 4, 6, 8], [1] * 8, [0] * 4 + [1] * 4, horizon=4)
    >>> found.difference.value, round(found.ratio.value, 2)
    (1.0, 1.4)
    """
    time, happened = checked_history(time, event)
    arm = checked_arms(treated, time.size)
    if horizon is None:
        horizon = float(min(time[arm].max(), time[~arm].max()))
    one, none = (restricted_mean(time[who], happened[who] > 0, horizon) for who in (arm, ~arm))
    spread = float(np.hypot(one.std_error, none.std_error))
    of_time = _log_ratio(one.value, none.value, (one.std_error, none.std_error))
    of_lost = _log_ratio(horizon - one.value, horizon - none.value, (one.std_error, none.std_error))
    return RestrictedMeanComparison(
        horizon=horizon,
        treated=one,
        control=none,
        difference=_effect(one.value - none.value, spread, confidence, exponentiate=False),
        ratio=_effect(*of_time, confidence, exponentiate=True),
        time_lost_ratio=_effect(*of_lost, confidence, exponentiate=True),
    )


def checked_arms(treated: ArrayLike, n: int) -> NDArray[np.bool_]:
    """Membership of the treated arm, verified: both arms have patients.

    Parameters
    ----------
    treated : (patient,) bool
        True in the treated arm.
    n : int
        Patients expected.
    """
    arm = np.asarray(treated)
    if arm.shape != (n,) or not np.isin(arm, (0, 1)).all():
        raise InputError("treated", arm.tolist(), f"True or False for each of the {n} patients")
    arm = arm.astype(bool)
    if arm.all() or not arm.any():
        raise InputError("treated", f"{int(arm.sum())} of {n} patients treated", "patients in both arms")
    return arm


def adjusted_restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    covariates: ArrayLike,
    *,
    horizon: float,
    link: Link = Link.DIFFERENCE,
    confidence: float = 0.95,
) -> Effect:
    """Effect of treatment on the restricted mean, adjusted for covariates by regression.

    The time up to the horizon is regressed on arm and covariates with inverse-probability-of-censoring weights, the
    censoring curve estimated in each arm; the sandwich variance counts the estimation of the weights.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    treated : (patient,) bool
        True in the treated arm.
    covariates : (patient, covariate)
        Of baseline, without gaps.
    horizon : float
        In the unit of time.
    link : Link
        Additive, or on the logarithm of the mean or of the time lost.
    confidence : float
        Coverage of the interval, two-sided.

    Returns
    -------
    Effect
        Of treatment; exponentiated for the logarithmic links.

    References
    ----------
    Tian2014

    Examples
    --------
    >>> t, x = np.arange(1.0, 13), np.arange(12) % 3
    >>> found = adjusted_restricted_mean(t, np.ones(12), np.arange(12) % 2, x[:, None], horizon=10)
    >>> round(found.value, 3)
    0.833
    """
    time, happened = checked_history(time, event)
    arm = checked_arms(treated, time.size)
    x = np.column_stack([np.ones(time.size), arm, np.asarray(covariates, dtype=np.float64)])
    if not np.all(np.isfinite(x)):
        raise InputError("covariates", "NaN", "a value of every covariate for every patient")
    y, seen = np.minimum(time, horizon), (happened > 0) | (time >= horizon)
    weight = np.zeros(time.size)
    for who in (arm, ~arm):
        weight[who] = _censoring_weights(y[who], seen[who])
    target = horizon - y if link is Link.LOG_TIME_LOST else y
    beta, mean, slope = _weighted_fit(x, target, weight, link)
    score = x * (weight * (target - mean))[:, None]
    influence = score.copy()
    for who in (arm, ~arm):
        influence[who] += _censoring_influence(y[who], seen[who], score[who])
    inverse = np.linalg.inv((x * slope[:, None]).T @ x)
    covariance = inverse @ (influence.T @ influence) @ inverse
    return _effect(
        float(beta[1]), float(np.sqrt(covariance[1, 1])), confidence, exponentiate=link is not Link.DIFFERENCE
    )


def _censoring_weights(y: Array, seen: NDArray[np.bool_]) -> Array:
    """Inverse probability of censoring of the patients of an arm whose restricted time is known, else 0."""
    curve = survival_curve(y, ~seen)
    return np.where(seen, 1.0 / np.where(seen, curve.survival[np.searchsorted(curve.times, y)], 1.0), 0.0)


def _censoring_influence(y: Array, seen: NDArray[np.bool_], score: Array) -> Array:
    """Part of the scores of an arm that is due to the estimated censoring curve, (patient, coefficient).

    The integral of the mean score of those at risk over each patient's martingale of censoring.
    """
    times, index = np.unique(y, return_inverse=True)
    at_risk = y.size - np.searchsorted(np.sort(y), times, side="left")
    by_time = np.zeros((times.size, score.shape[1]))
    np.add.at(by_time, index, score)
    mean = np.cumsum(by_time[::-1], axis=0)[::-1] / at_risk[:, None]
    hazard = np.bincount(index, weights=~seen, minlength=times.size) / at_risk
    compensator = np.cumsum(mean * hazard[:, None], axis=0)
    return np.asarray(np.where(seen[:, None], 0.0, mean[index]) - compensator[index])


def _weighted_fit(x: Array, y: Array, weight: Array, link: Link) -> tuple[Array, Array, Array]:
    """Coefficients, fitted means and slopes of the mean of the weighted estimating equation."""
    beta: Array = np.asarray(np.linalg.solve((x * weight[:, None]).T @ x, x.T @ (weight * y)), dtype=np.float64)
    if link is Link.DIFFERENCE:
        return beta, np.asarray(x @ beta), np.ones(len(y))
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(np.average(y, weights=weight))
    for _ in range(100):
        mean = np.exp(x @ beta)
        step = np.linalg.solve((x * (weight * mean)[:, None]).T @ x, x.T @ (weight * (y - mean)))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    fitted: Array = np.asarray(np.exp(x @ beta), dtype=np.float64)
    return beta, fitted, fitted
