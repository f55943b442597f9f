"""Linear scores of patients in many trials at once: a two-arm statistic is the sum of the scores of the treated.

Scores depend on the pooled outcomes alone, not on the arms, so that a randomisation test draws arms anew and adds up.
Those of the log-rank test are the event less the pooled cumulative hazard (Peto and Peto 1972, J R Stat Soc A 135:185);
those of an analysis of covariance are residuals; those of a win ratio are wins less losses (Finkelstein and Schoenfeld
1999, Stat Med 18:1341). Arrays are (trial, patient); a score of 0 outside the groups leaves a patient out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from hepatica.trials.virtual.kernels.max_combo import FAMILY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ABSENT = -1  # group of a patient who is not analysed


class LinearScores(NamedTuple):
    """Scores (component, trial, patient), larger is better; `group` (trial, patient) within which they are centred."""

    score: Floats
    group: Ints


class Pooled(NamedTuple):
    """Pooled histories in order, (trial, patient): places, times, events, at risk, end of ties, alive before."""

    order: Ints
    time: Floats
    event: Floats
    at_risk: Floats
    end: Ints
    alive: Floats


def pooled_histories(time: Floats, event: Bools) -> Pooled:
    """Histories of all arms together.

    Parameters
    ----------
    time : (trial, patient)
        Event or censoring; -1 for a patient who is not analysed.
    event : (trial, patient)
        Truth for each patient.
    """
    order = np.lexsort((~event, time), axis=1)  # of those at one time, events come first
    t = np.take_along_axis(np.asarray(time, float), order, axis=1)
    e = np.take_along_axis(event, order, axis=1) * (t >= 0)
    n = t.shape[1]
    place, same = np.arange(n), np.diff(t, axis=1) == 0
    one, last = np.zeros((len(t), 1), np.int64), np.full((len(t), 1), n - 1)
    start = np.maximum.accumulate(np.concatenate([one, np.where(same, 0, place[1:])], axis=1), axis=1)
    end = np.concatenate([np.where(same, n, place[:-1]), last], axis=1)
    end = np.minimum.accumulate(end[:, ::-1], axis=1)[:, ::-1]
    after = np.cumprod(1 - e / (n - place), axis=1)  # one by one, which multiplies tied events out
    before = np.concatenate([np.ones((len(t), 1)), after[:, :-1]], axis=1)
    return Pooled(order, t, e.astype(float), n - start.astype(float), end, np.take_along_axis(before, start, axis=1))


def event_scores(time: Floats, event: Bools, *, horizon: float | None = None, combined: bool = False) -> Floats:
    """Scores (component, trial, patient) of a time to event: log-rank, restricted mean or max-combo.

    Parameters
    ----------
    time, event : (trial, patient)
        As of `pooled_histories`.
    horizon : float, optional
        Of the restricted mean, for its scores.
    combined : bool
        True for the four weighted scores of the max-combo test.

    Examples
    --------
    >>> event_scores(np.array([[1.0, 2.0]]), np.array([[True, True]])).tolist()
    [[[-0.5, 0.5]]]
    """
    p = pooled_histories(time, event)
    weights = [np.ones(p.time.shape)]
    if combined:
        weights = [p.alive**rho * (1 - p.alive) ** gamma for rho, gamma in FAMILY]
    elif horizon is not None:
        edges = np.concatenate([np.clip(p.time, 0.0, horizon), np.full((len(p.time), 1), horizon)], axis=1)
        here = p.alive * (1 - np.where(p.event > 0, 1 / p.at_risk, 0.0))
        area = np.cumsum((here * np.diff(edges, axis=1))[:, ::-1], axis=1)[:, ::-1]
        weights = [area / p.at_risk * (p.time <= horizon)]
    made = []
    for weight in weights:
        total = np.take_along_axis(np.cumsum(weight * p.event / p.at_risk, axis=1), p.end, axis=1)
        own = np.where(p.time >= 0, total - weight * p.event, 0.0)
        score = np.empty(own.shape)
        np.put_along_axis(score, p.order, own, axis=1)
        made.append(score)
    return np.stack(made)


def stratified_scores(time: Floats, event: Bools, strata: Ints) -> Floats:
    """Log-rank scores (1, trial, patient) within each numbered stratum (trial, patient)."""
    parts = [event_scores(np.where(strata == s, time, -1.0), event) for s in range(int(strata.max(initial=0)) + 1)]
    return np.asarray(np.sum(parts, axis=0))


def residual_scores(value: Floats, baseline: Floats, present: Bools) -> Floats:
    """Residuals (trial, patient) of the values regressed on baseline, all arms together; 0 where absent."""
    n = np.maximum(present.sum(axis=1, keepdims=True), 1)
    y, x = (np.where(present, v, 0.0) for v in (value, baseline))
    y, x = (np.where(present, v - v.sum(axis=1, keepdims=True) / n, 0.0) for v in (y, x))
    spread = (x * x).sum(axis=1, keepdims=True)
    slope = np.where(spread > 1e-12, (x * y).sum(axis=1, keepdims=True) / np.maximum(spread, 1e-12), 0.0)
    return np.asarray(y - slope * x)


def rank_scores(value: Floats, present: Bools) -> Floats:
    """Centred midranks (trial, patient), worse than any value first; 0 where absent.

    Examples
    --------
    >>> rank_scores(np.array([[5.0, -np.inf, 7.0]]), np.array([[True, True, False]])).tolist()
    [[0.5, -0.5, 0.0]]
    """
    largest = np.finfo(float).max
    rank = rankdata(np.where(present, np.clip(value, -largest, largest), np.inf), axis=1)
    n = present.sum(axis=1, keepdims=True)
    return np.where(present, rank - (n + 1) / 2, 0.0)


def standardised(scores: LinearScores, treated: Floats) -> Floats:
    """Largest standardised sum of the scores of the treated, (trial, replicate), by the permutation variance.

    Parameters
    ----------
    scores : LinearScores
        Of the trials.
    treated : (trial, replicate, patient)
        1 for the treated, 0 for controls.

    Examples
    --------
    >>> scores = LinearScores(np.array([[[0.5, -0.5, 0.5, -0.5]]]), np.zeros((1, 4), int))
    >>> standardised(scores, np.array([[[1.0, 0, 1, 0], [1, 1, 0, 0]]])).round(3).tolist()
    [[1.732, 0.0]]
    """
    sums = np.einsum("ktp,trp->ktr", scores.score, treated, optimize=True)
    variance = np.zeros(sums.shape)
    for g in range(int(scores.group.max(initial=0)) + 1):
        inside = (scores.group == g).astype(float)
        n = inside.sum(axis=1)
        own = np.einsum("tp,trp->tr", inside, treated, optimize=True)
        size = (scores.score**2 * inside).sum(axis=2) / np.maximum(n * (n - 1), 1)
        variance += size[..., None] * own * (n[:, None] - own)
    z = np.where(variance > 1e-12, sums / np.sqrt(np.maximum(variance, 1e-12)), 0.0)
    return np.asarray(z.max(axis=0))
