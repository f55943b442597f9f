"""Accuracy and calibration of predicted risks under censoring: Brier score, and observed against predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.kaplan_meier import survival_curve
from hepatica.trials.analysis.risk_scores.discrimination import (
    censoring_influence,
    checked_scores,
    uncensored_probability,
)

Array = NDArray[np.float64]


class BrierScore(NamedTuple):
    """Brier score at one time with its standard error; that of the Kaplan-Meier curve, and the share explained."""

    value: float
    std_error: float
    null: float
    explained: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Observed against predicted risk at one time.

    Attributes
    ----------
    predicted, observed, std_error : (group,)
        Mean prediction, and one less the Kaplan-Meier curve with its standard error, by group of predicted risk.
    patients : (group,) of int
    ratio : float
        Observed over predicted, all patients.
    slope, slope_std_error : float
        Of the log cumulative hazard in a Cox regression with follow-up cut at the time; 1 is right, below 1 means
        predictions that are too extreme.
    """

    predicted: Array
    observed: Array
    std_error: Array
    patients: NDArray[np.int_]
    ratio: float
    slope: float
    slope_std_error: float


def brier_score(time: ArrayLike, event: ArrayLike, predicted: ArrayLike, at: float) -> BrierScore:
    """Brier score of the predicted risk of the event by a time, with inverse-probability-of-censoring weights.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    predicted : (patient,)
        Risk of the event by `at`, within 0 and 1.
    at : float
        Time.

    Raises
    ------
    InputError
        If a risk is not a probability, or nobody is followed up to the time.

    References
    ----------
    Graf1999, Gerds2006

    Examples
    --------
    >>> round(brier_score([1, 2, 3, 4], [1, 1, 1, 1], [0.9, 0.8, 0.2, 0.1], 2.5).value, 3)
    0.025
    """
    time, happened, risk = _checked(time, event, predicted, at)
    value, std_error = _score(time, happened, risk, at)
    alive = survival_curve(time, happened).at(at)[0, 0]
    null, _ = _score(time, happened, np.full(time.size, 1 - alive), at)
    return BrierScore(value, std_error, null, 1 - value / null if null > 0 else float("nan"))


def _checked(
    time: ArrayLike, event: ArrayLike, predicted: ArrayLike, at: float
) -> tuple[Array, NDArray[np.bool_], Array]:
    when, happened, risk = checked_scores(time, event, predicted)
    if not np.all((risk >= 0) & (risk <= 1)):
        raise InputError("predicted", float(risk[(risk < 0) | (risk > 1)][0]), "risks within 0 and 1")
    if not 0 < at <= when.max():
        raise InputError("at", at, f"a time up to {when.max():g}, the last follow-up")
    return when, happened, risk


def _score(time: Array, event: NDArray[np.bool_], risk: Array, at: float) -> tuple[float, float]:
    """Weighted mean squared error and its standard error."""
    case, control = (time <= at) & event, time > at
    left = uncensored_probability(time, event, np.array([np.nextafter(at, np.inf)]))[0]
    weight = case / np.maximum(uncensored_probability(time, event, time), 1e-300)
    if control.any():
        weight = weight + control / left
    part = weight * (case - risk) ** 2
    value = float(part.mean())
    influence = part - value + censoring_influence(time, event, part, np.where(case, time, at))
    n = time.size
    return value, float(np.sqrt(np.sum(influence**2) / (n * max(n - 1, 1))))


def calibration(time: ArrayLike, event: ArrayLike, predicted: ArrayLike, at: float, *, groups: int = 5) -> Calibration:
    """Calibration of the predicted risk of the event by a time.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    predicted : (patient,)
        Risk of the event by `at`, within 0 and 1.
    at : float
        Time.
    groups : int
        Quantile groups of predicted risk; fewer where predictions are tied.

    References
    ----------
    Crowson2016

    Examples
    --------
    >>> found = calibration([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 0], [0.9, 0.3, 0.7, 0.2, 0.5, 0.1], 3.5, groups=2)
    >>> found.observed.round(2).tolist(), found.predicted.round(2).tolist()
    ([0.33, 0.67], [0.2, 0.7])
    """
    time, happened, risk = _checked(time, event, predicted, at)
    if groups < 1:
        raise InputError("groups", groups, "one group or more")
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, groups + 1)[1:-1]))
    code = np.unique(np.searchsorted(edges, risk, side="left"), return_inverse=True)[1]
    rows = []
    for k in range(code.max() + 1):
        mine = code == k
        alive, std_error, _, _ = survival_curve(time[mine], happened[mine]).at(min(at, float(time[mine].max())))[:, 0]
        rows.append((risk[mine].mean(), 1 - alive, std_error, mine.sum()))
    table = np.array(rows)
    overall = 1 - survival_curve(time, happened).at(at)[0, 0]
    slope, size = _slope(np.minimum(time, at), happened & (time <= at), risk)
    return Calibration(
        predicted=table[:, 0],
        observed=table[:, 1],
        std_error=table[:, 2],
        patients=table[:, 3].astype(np.int_),
        ratio=float(overall / risk.mean()),
        slope=slope,
        slope_std_error=size,
    )


def _slope(time: Array, event: NDArray[np.bool_], risk: Array) -> tuple[float, float]:
    """Cox slope of the log cumulative hazard; NaN where risks do not differ or nobody has the event."""
    inside = np.clip(risk, 1e-12, 1 - 1e-12)
    linear = np.log(-np.log1p(-inside))
    if not event.any() or np.ptp(linear) == 0:
        return float("nan"), float("nan")
    fit = cox(time, event, linear)
    return float(fit.coefficients[0]), float(fit.std_error[0])
