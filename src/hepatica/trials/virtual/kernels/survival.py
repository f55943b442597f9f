"""Log-rank, Cox and restricted means of two arms in many trials at once.

Arrays are (trial, patient). A patient who is not in the trial has time -1, which no risk set counts. Ties follow the
hypergeometric variance of the log-rank test and Breslow's likelihood of the Cox model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NEWTON_STEPS = 6
MOST_LOG_RATIO = 6.0  # of hazards; a trial with events in one arm alone has no finite estimate


class RiskSets(NamedTuple):
    """Sorted histories, (trial, patient): who has the event, who is treated, and numbers at risk.

    Attributes
    ----------
    time : times in order
    event, treated : 0 or 1
    control_at_risk, treated_at_risk : numbers just before each time
    tied : events at the same time
    """

    time: Floats
    event: Floats
    treated: Floats
    control_at_risk: Floats
    treated_at_risk: Floats
    tied: Floats


def risk_sets(time: NDArray[np.floating], event: Bools, treated: Bools) -> RiskSets:
    """Risk sets at each patient's time.

    Parameters
    ----------
    time : (trial, patient)
        Event or censoring; -1 for a patient who is not in the trial.
    event, treated : (trial, patient)
        Truth for each patient.
    """
    order = np.argsort(time, axis=1, kind="stable")
    if (np.diff(np.take_along_axis(time, order, axis=1), axis=1) == 0).any():
        order = np.lexsort((~event, time), axis=1)  # of those at one time, events come first
    t = np.take_along_axis(np.asarray(time, float), order, axis=1)
    e = np.take_along_axis(event, order, axis=1).astype(float)
    a = np.take_along_axis(treated, order, axis=1).astype(float)
    e[t < 0] = 0.0
    n = t.shape[1]
    after = np.cumsum(a[:, ::-1], axis=1)[:, ::-1]
    total = np.broadcast_to(np.arange(n, 0, -1, dtype=float), t.shape)
    tied = e.copy()
    same = t[:, 1:] == t[:, :-1]
    if (same & (e[:, 1:] + e[:, :-1] > 0)).any():
        place = np.arange(n)
        start = np.maximum.accumulate(
            np.concatenate([np.zeros((len(t), 1), int), np.where(same, 0, place[1:])], 1), axis=1
        )
        last = np.concatenate([np.where(same, n, place[:-1]), np.full((len(t), 1), n - 1)], axis=1)
        end = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        after, total = np.take_along_axis(after, start, 1), np.take_along_axis(total, start, 1)
        counted = np.concatenate([np.zeros((len(t), 1)), np.cumsum(e, axis=1)], axis=1)
        tied = np.take_along_axis(counted, end + 1, 1) - np.take_along_axis(counted, start, 1)
    return RiskSets(t, e, a, total - after, after, tied)


class LogRank(NamedTuple):
    """Log-rank statistics, (trial,): observed less expected events of the treated, its variance, events."""

    score: Floats
    variance: Floats
    events: Floats

    @property
    def z(self) -> Floats:
        """Statistic, positive where the treated have fewer events; 0 without information."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.variance > 0, -self.score / np.sqrt(np.maximum(self.variance, 1e-300)), 0.0)


def log_rank(r: RiskSets) -> LogRank:
    """Log-rank test of each trial.

    Parameters
    ----------
    r : RiskSets
        Of the trials.

    Examples
    --------
    >>> event, arm = np.array([[1, 1, 1, 1, 0, 0]]) > 0, np.array([[0, 0, 1, 0, 1, 1]]) > 0
    >>> log_rank(risk_sets(np.arange(1.0, 7.0)[None], event, arm)).z.round(3).tolist()
    [1.599]
    """
    total = r.control_at_risk + r.treated_at_risk
    share = r.treated_at_risk / total
    score = np.sum(r.event * (r.treated - share), axis=1)
    return LogRank(score, np.sum(r.event * share * (1 - share) * tie_factor(r), axis=1), r.event.sum(axis=1))


def stratified_log_rank(time: NDArray[np.floating], event: Bools, treated: Bools, strata: NDArray[np.int64]) -> LogRank:
    """Log-rank test stratified by numbered strata, which are added up.

    Parameters
    ----------
    time, event, treated : (trial, patient)
        As `risk_sets`.
    strata : (trial, patient)
        From 0.
    """
    parts = [
        log_rank(risk_sets(np.where(strata == s, time, -1.0), event, treated)) for s in range(int(strata.max()) + 1)
    ]
    return LogRank(*(np.sum([getattr(p, name) for p in parts], axis=0) for name in LogRank._fields))


def cox_log_ratio(r: RiskSets) -> tuple[Floats, Floats]:
    """Log hazard ratio of treated against control by the Cox model, and its standard error, (trial,) each.

    Parameters
    ----------
    r : RiskSets
        Of the trials.

    Returns
    -------
    log_ratio, standard_error : (trial,)
        NaN where one arm has no event.
    """
    beta = np.zeros(len(r.time))
    information = np.zeros(len(r.time))
    for _ in range(NEWTON_STEPS):
        risk = r.treated_at_risk * np.exp(beta)[:, None]
        share = risk / (risk + r.control_at_risk)
        score = np.sum(r.event * (r.treated - share), axis=1)
        information = np.sum(r.event * share * (1 - share), axis=1)
        step = np.where(information > 1e-9, score / np.maximum(information, 1e-9), 0.0)
        beta = np.clip(beta + np.clip(step, -2, 2), -MOST_LOG_RATIO, MOST_LOG_RATIO)
    own = np.sum(r.event * r.treated, axis=1)
    both = (own > 0) & (own < r.event.sum(axis=1))
    with np.errstate(divide="ignore"):
        return np.where(both, beta, np.nan), np.where(both, 1 / np.sqrt(np.maximum(information, 1e-9)), np.nan)


def tie_factor(r: RiskSets) -> Floats:
    """Factor of the hypergeometric variance where events are tied, (trial, patient); 1 without ties."""
    total = r.control_at_risk + r.treated_at_risk
    return np.where(total > 1, (total - np.maximum(r.tied, 1)) / np.maximum(total - 1, 1), 0.0)


def first_of_tied(time: Floats, values: Floats) -> Floats:
    """Values (trial, patient), each replaced by that of the first patient at the same time.

    Parameters
    ----------
    time, values : (trial, patient)
        Times in order.

    Examples
    --------
    >>> first_of_tied(np.array([[1.0, 2.0, 2.0]]), np.array([[5.0, 6.0, 7.0]])).tolist()
    [[5.0, 6.0, 6.0]]
    """
    same = time[:, 1:] == time[:, :-1]
    if not same.any():
        return values
    place = np.where(same, 0, np.arange(1, time.shape[1]))
    start = np.maximum.accumulate(np.concatenate([np.zeros((len(time), 1), int), place], axis=1), axis=1)
    return np.take_along_axis(values, start, axis=1)


def restricted_means(r: RiskSets, horizon: float) -> tuple[Floats, Floats]:
    """Difference of restricted mean times, treated less control, and its standard error (Royston2013), (trial,) each.

    Parameters
    ----------
    r : RiskSets
        Of the trials.
    horizon : float
        Of the means.
    """
    means, variances = [], []
    edges = np.clip(r.time, 0.0, horizon)
    widths = np.diff(np.concatenate([np.zeros((len(edges), 1)), edges, np.full((len(edges), 1), horizon)], 1), axis=1)
    for own in (1 - r.treated, r.treated):
        at_risk = np.cumsum(own[:, ::-1], axis=1)[:, ::-1]  # one by one, so that tied events multiply out
        dead = r.event * own * (r.time <= horizon)
        alive = np.cumprod(1 - dead / np.maximum(at_risk, 1), axis=1)
        steps = np.concatenate([np.ones((len(alive), 1)), alive], axis=1) * widths
        area = steps.sum(axis=1)
        beyond = area[:, None] - np.cumsum(steps, axis=1)[:, :-1]
        rest = np.maximum(at_risk * (at_risk - 1), 1)
        means.append(area)
        variances.append(np.sum(dead * beyond**2 / rest * (at_risk > 1), axis=1))
    return means[1] - means[0], np.sqrt(variances[0] + variances[1])
