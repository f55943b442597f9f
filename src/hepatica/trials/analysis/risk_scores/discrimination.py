"""Discrimination of a risk score under censoring: concordance, and area under the curve by time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
BLOCK = 4_000_000
"""Pairs that are compared at once."""


class Concordance(NamedTuple):
    """Concordance of risk and time, its standard error, and the weight of pairs.

    Without censoring weights the weights are numbers of pairs: concordant, discordant, and of equal risk;
    `tied_time` counts pairs of events at one time, which tell nothing.
    """

    value: float
    std_error: float
    concordant: float
    discordant: float
    tied_risk: float
    tied_time: int


class AreaUnderCurve(NamedTuple):
    """Area under the cumulative case, dynamic control curve at each time, with its standard error."""

    times: Array
    value: Array
    std_error: Array

    def interval(self, confidence: float = 0.95) -> Array:
        """Pointwise interval, (2, time), within 0 and 1.

        Parameters
        ----------
        confidence : float
            Coverage, two-sided.
        """
        reach = norm.ppf(0.5 + confidence / 2) * self.std_error
        return np.asarray(np.clip(np.stack([self.value - reach, self.value + reach]), 0.0, 1.0))


def uncensored_probability(time: Array, event: NDArray[np.bool_], at: Array) -> Array:
    """Kaplan-Meier curve of being uncensored just before given times; events precede censoring at the same time.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) of bool
        True for the event.
    at : (...)
        Times.

    Examples
    --------
    >>> uncensored_probability(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]), np.array([1.0, 2.0])).round(3)
    array([1.   , 0.667])
    """
    times = np.unique(time[~event])
    at_risk = (time >= times[:, None]).sum(axis=1) - ((time == times[:, None]) & event).sum(axis=1)
    censored = ((time == times[:, None]) & ~event).sum(axis=1)
    curve = np.concatenate(([1.0], np.cumprod(1.0 - censored / at_risk)))
    return np.asarray(curve[np.searchsorted(times, at, side="left")])


def checked_scores(time: ArrayLike, event: ArrayLike, score: ArrayLike) -> tuple[Array, NDArray[np.bool_], Array]:
    """Histories and scores as arrays, verified.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    score : (patient,)
        Without gaps.
    """
    time, happened = checked_history(time, event)
    risk = np.asarray(score, dtype=np.float64)
    if risk.shape != time.shape or not np.all(np.isfinite(risk)):
        raise InputError("score", risk.shape, f"a finite score for each of the {time.size} patients")
    return time, happened > 0, risk


def concordance(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, *, horizon: float | None = None, weighted: bool = False
) -> Concordance:
    """Concordance of a risk score with the time to the event: Harrell's, or Uno's with censoring weights.

    Of two patients the one with the event first should have the higher risk. A pair counts if the earlier time is an
    event; at the same time, if one is an event and the other is censored.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    risk : (patient,)
        Higher means earlier.
    horizon : float, optional
        Only events before it count; all unless given.
    weighted : bool
        Weight each pair by the inverse squared probability of being uncensored until the event.

    Returns
    -------
    Concordance
        Its standard error is that of the infinitesimal jackknife, the weights held.

    Raises
    ------
    InputError
        If the shapes differ, a risk is missing, or no pair can be compared.

    References
    ----------
    Harrell1982, Uno2011

    Examples
    --------
    >>> found = concordance([1, 2, 3, 4], [1, 1, 0, 1], [4, 2, 3, 1])
    >>> round(found.value, 3), found.concordant, found.discordant
    (0.8, 4.0, 1.0)
    """
    time, happened, risk = checked_scores(time, event, risk)
    cases = np.flatnonzero(happened & (time < (np.inf if horizon is None else horizon)))
    weight = np.ones(time.size)
    if weighted:
        weight = 1.0 / np.maximum(uncensored_probability(time, happened, time), 1e-300) ** 2
    sums, own = np.zeros(3), np.zeros((3, time.size))  # concordant, discordant, tied: all, and by patient
    tied_time = 0
    step = max(1, BLOCK // time.size)
    for start in range(0, cases.size, step):
        i = cases[start : start + step]
        later = (time[None] > time[i, None]) | ((time[None] == time[i, None]) & ~happened[None])
        tied_time += int(((time[None] == time[i, None]) & happened[None]).sum()) - i.size
        for k, which in enumerate(
            (risk[i, None] > risk[None], risk[i, None] < risk[None], risk[i, None] == risk[None])
        ):
            pairs = (later & which) * weight[i, None]
            sums[k] += pairs.sum()
            own[k] += pairs.sum(axis=0)
            np.add.at(own[k], i, pairs.sum(axis=1))
    total = sums.sum()
    if not total > 0:
        raise InputError("event", "no pair that can be compared", "an event before the end of another follow-up")
    value = (sums[0] + sums[2] / 2) / total
    influence = (own[0] + own[2] / 2 - value * own.sum(axis=0)) / total
    right, wrong, tied = sums.tolist()
    return Concordance(float(value), float(np.sqrt(influence @ influence)), right, wrong, tied, tied_time // 2)


def time_dependent_auc(time: ArrayLike, event: ArrayLike, risk: ArrayLike, times: ArrayLike) -> AreaUnderCurve:
    """Area under the receiver operating characteristic by time, with inverse-probability-of-censoring weights.

    Cases are patients with the event up to a time, controls those still at risk after it.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    risk : (patient,)
        Higher means earlier.
    times : (time,)
        Within follow-up.

    Returns
    -------
    AreaUnderCurve
        NaN at a time without cases or without controls. The standard error counts the estimation of the weights.

    References
    ----------
    Uno2007, Blanche2013

    Examples
    --------
    >>> time_dependent_auc([1, 2, 3, 4], [1, 1, 0, 1], [4, 2, 3, 1], [2.5]).value.tolist()
    [0.75]
    """
    time, happened, risk = checked_scores(time, event, risk)
    when = np.atleast_1d(np.asarray(times, dtype=np.float64))
    areas = np.array([_area(time, happened, risk, t) for t in when])
    return AreaUnderCurve(when, areas[:, 0], areas[:, 1])


def _area(time: Array, event: NDArray[np.bool_], risk: Array, t: float) -> tuple[float, float]:
    """Area at one time and its standard error."""
    n = time.size
    case, control = (time <= t) & event, time > t
    if not case.any() or not control.any():
        return float("nan"), float("nan")
    at_end = float(uncensored_probability(time, event, np.array([np.nextafter(t, np.inf)]))[0])
    weight = case / np.maximum(uncensored_probability(time, event, time), 1e-300) + control / at_end
    above = (risk[case][:, None] > risk[control][None]) + 0.5 * (risk[case][:, None] == risk[control][None])
    w1, w0 = weight[case], weight[control]
    value = float(w1 @ above @ w0 / (w1.sum() * w0.sum()))
    part = np.zeros(n)  # contribution of each patient to numerator less value times denominator, both sides
    part[case] = w1 * (above @ w0 - value * w0.sum())
    part[control] = w0 * (w1 @ above - value * w1.sum())
    influence = part + censoring_influence(time, event, part, np.where(case, time, t))
    return value, float(np.sqrt(np.sum(influence**2) * n / (n - 1)) / (w1.sum() * w0.sum()))


def censoring_influence(time: Array, event: NDArray[np.bool_], part: Array, until: Array) -> Array:
    """Effect of the estimated censoring curve on a weighted sum, through the martingale of each patient, (patient,).

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) of bool
        True for the event.
    part : (patient,)
        Terms of the sum, each with the weight of its patient.
    until : (patient,)
        Time just before which the weight of each patient is taken.
    """
    times = np.unique(time[~event])
    at_risk = (time >= times[:, None]).sum(axis=1) - ((time == times[:, None]) & event).sum(axis=1)
    ahead = (part * (until > times[:, None])).sum(axis=1)  # of the terms whose weight has passed each time
    hazard = ((time == times[:, None]) & ~event).sum(axis=1) / at_risk
    compensator = np.concatenate(([0.0], np.cumsum(ahead / at_risk * hazard)))
    jumps = -compensator[np.searchsorted(times, time, side="right")]
    own = np.searchsorted(times, time[~event])
    jumps[~event] += (ahead / at_risk)[own]
    tied = np.flatnonzero(event & np.isin(time, times))  # an event leaves the risk set before censoring at its time
    last = np.searchsorted(times, time[tied])
    jumps[tied] += (ahead / at_risk * hazard)[last]
    return np.asarray(jumps)
