"""Residuals of proportional hazards regression: martingale, score and Schoenfeld."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.cox.likelihood import CoxData, Ties, thinning

Array = NDArray[np.float64]


def _terms(data: CoxData, beta: Array, ties: Ties) -> tuple[NDArray[np.intp], Array, Array, Array, Array]:
    """Event time of each term, share that has left, jump of the baseline hazard, mean covariate; and relative risks."""
    risk = np.exp(data.x @ beta)
    heavy = data.weight * risk
    at, share = thinning(data, ties)
    s0 = data.at_risk_sums(heavy)[at] - share * data.event_sums(heavy)[at]
    moment = heavy[:, None] * data.x
    s1 = data.at_risk_sums(moment)[at] - share[:, None] * data.event_sums(moment)[at]
    jump = (data.event_sums(data.weight) / data.deaths)[at] / s0
    return at, share, jump, s1 / s0[:, None], risk


def _collected(data: CoxData, at: NDArray[np.intp], values: Array) -> Array:
    """Sums over the event times at which each patient is at risk, (patient, ...)."""
    by_set = np.zeros((data.set_time.size, *values.shape[1:]))
    np.add.at(by_set, at, values)
    collected = np.zeros((data.time.size, *values.shape[1:]))
    for k in range(int(data.stratum.max()) + 1):
        mine, sets = data.stratum == k, data.set_stratum == k
        total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(by_set[sets], axis=0)))
        when = data.set_time[sets]
        collected[mine] = total[np.searchsorted(when, data.time[mine], side="right")]
        if data.entry.any():
            collected[mine] -= total[np.searchsorted(when, data.entry[mine], side="right")]
    return collected


def _tied(data: CoxData, at: NDArray[np.intp], values: Array) -> Array:
    """Sums over the terms of a patient's own event time, (patient, ...); 0 without an event."""
    by_set = np.zeros((data.set_time.size, *values.shape[1:]))
    np.add.at(by_set, at, values)
    collected = np.zeros((data.time.size, *values.shape[1:]))
    collected[data.event] = by_set[data.set_of[data.event]]
    return collected


def martingale_residuals(data: CoxData, beta: Array, ties: Ties) -> Array:
    """Events less expected events of each patient, (patient,), in the order of the data.

    Parameters
    ----------
    data : CoxData
        Ordered histories.
    beta : (covariate,)
        Coefficients.
    ties : Ties
        Breslow or Efron.
    """
    at, share, jump, _, risk = _terms(data, beta, ties)
    expected = _collected(data, at, jump) - _tied(data, at, share * jump)
    return np.asarray(data.event - risk * expected)


def score_residuals(data: CoxData, beta: Array, ties: Ties) -> Array:
    """Contribution of each patient to the score, (patient, covariate), in the order of the data.

    Parameters
    ----------
    data : CoxData
        Ordered histories.
    beta : (covariate,)
        Coefficients.
    ties : Ties
        Breslow or Efron.

    References
    ----------
    LinWei1989
    """
    at, share, jump, mean, risk = _terms(data, beta, ties)
    size = _collected(data, at, jump) - _tied(data, at, share * jump)
    of_mean = _collected(data, at, jump[:, None] * mean) - _tied(data, at, (share * jump)[:, None] * mean)
    counts = data.deaths[at][:, None]
    own = data.event[:, None] * data.x - _tied(data, at, mean / counts)
    return np.asarray(own - risk[:, None] * (data.x * size[:, None] - of_mean))


def schoenfeld_residuals(data: CoxData, beta: Array, ties: Ties) -> Array:
    """Covariates of each patient with the event less their mean over those at risk, (event, covariate).

    Parameters
    ----------
    data : CoxData
        Ordered histories; events are in their order.
    beta : (covariate,)
        Coefficients.
    ties : Ties
        Breslow or Efron, whose mean is over its terms.
    """
    at, _, _, mean, _ = _terms(data, beta, ties)
    return np.asarray((data.x - _tied(data, at, mean / data.deaths[at][:, None]))[data.event])
