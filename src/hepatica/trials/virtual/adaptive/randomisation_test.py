"""Randomisation test of response-adaptive trials: the design allocates the same patients again, outcomes as they were.

Without effect a patient's outcome is the same in either arm, so that the statistic of the trial is one of many equally
likely ones, whatever the rule of allocation, delay or drift (Simon and Simon 2011, Stat Probab Lett 81:767). The level
holds with any number of replicates; a trial whose test can no longer reject is not replicated further, which decides
alike (Besag and Clifford 1991, Biometrika 78:301).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.adaptive.response_adaptive import Allocation
from hepatica.trials.definition.adaptive_tables import ResponseAdaptive
from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Endpoint, Kind, Method
from hepatica.trials.virtual.conduct.allocation import allocate
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.streams import uniforms
from hepatica.trials.virtual.kernels import scores, values
from hepatica.trials.virtual.kernels.scores import LinearScores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CHUNK = 40  # replicates between checks of what can still reject
SAME = 1e-9  # difference of statistics that is rounding


def linear_scores(data: EndpointData, endpoint: Endpoint) -> LinearScores:
    """Linear scores of an endpoint at the end of each trial, larger in favour of the treated.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    endpoint : Endpoint
        Of the trial.
    """
    b = data.block
    if endpoint.kind in TIME_TO_EVENT:
        h, sign = data.history(endpoint), -1.0 if endpoint.higher_is_better else 1.0
        horizon = endpoint.visit(b.trial.follow_up) if endpoint.analysis is Method.RESTRICTED_MEAN else None
        group = np.where(h.time >= 0, 0, scores.ABSENT)
        if endpoint.analysis is Method.LOG_RANK and b.trial.analysis.stratified and b.factors.shape[-1]:
            group = np.where(h.time >= 0, b.strata, scores.ABSENT)
            return LinearScores(sign * scores.stratified_scores(h.time, h.event, b.strata), group)
        combined = endpoint.analysis is Method.MAX_COMBO
        return LinearScores(sign * scores.event_scores(h.time, h.event, horizon=horizon, combined=combined), group)
    sign = 1.0 if endpoint.higher_is_better or endpoint.kind is Kind.DAYS else -1.0
    if endpoint.kind is Kind.PROPORTION:
        hit, present = data.proportion(endpoint)
        own = scores.residual_scores(hit.astype(float), np.zeros(hit.shape), present)
    elif endpoint.analysis is Method.WIN_RATIO:
        pairs = data.win_pairs(endpoint)
        own, present, sign = values.win_scores(*pairs, endpoint.margin), pairs[0] >= 0, 1.0
    else:
        v = data.values(endpoint)
        present = v.present
        if endpoint.analysis is Method.ANCOVA:
            present = present & np.isfinite(v.value)
            own = scores.residual_scores(np.where(present, v.value, 0.0), v.baseline, present)
        else:
            own = scores.rank_scores(v.value, present)
    return LinearScores(sign * own[None], np.where(present, 0, scores.ABSENT))


class Updates(NamedTuple):
    """Updates of the allocation: first patient of each, and outcomes known by then, (update, trial, patient)."""

    start: list[int]
    known: list[Floats]
    hit: Floats


def updates_of(data: EndpointData, rule: ResponseAdaptive) -> Updates:
    """Updates of a block of trials as they were conducted.

    Parameters
    ----------
    data : EndpointData
        Of the block.
    rule : ResponseAdaptive
        Of the trial.
    """
    b = data.block
    hit, present = data.proportion(rule.success())
    start = list(range(min(rule.burn_in, b.patients), b.patients, rule.every))
    ready = b.entry + rule.day
    known = [(present & (ready <= b.entry[:, k, None]) & (np.arange(b.patients) < k)).astype(float) for k in start]
    return Updates(start, known, hit.astype(float))


def reallocated(
    data: EndpointData, rule: ResponseAdaptive, allocation: Allocation, updates: Updates, rows: Ints, replicates: range
) -> Floats:
    """Arms drawn anew by the design for some trials, outcomes as they were, (row, replicate, patient) of 0 and 1.

    Parameters
    ----------
    data : EndpointData
        Of the block.
    rule : ResponseAdaptive
        Of the trial.
    allocation : Allocation
        Its rule.
    updates : Updates
        Of the block.
    rows : (row,)
        Trials of the block.
    replicates : range
        Numbers, which key the streams.
    """
    b = data.block
    seed, size, first = b.trial.seed, b.patients, min(rule.burn_in, b.patients)
    scheme = b.trial.randomisation.scheme(b.trial.ratio)
    arm = np.empty((len(rows), len(replicates), size))
    draw = np.empty(arm.shape)
    for j, k in enumerate(replicates):
        arm[:, j, :first] = allocate(scheme, b.factors[:, :first], seed, b.block, purpose=f"allocation again:{k}")[rows]
        draw[:, j] = uniforms(seed, f"response_adaptive again:{k}", b.block, size)[rows]
    for start, known in zip(updates.start, updates.known, strict=True):
        chance = _chance(rule, allocation, arm[..., :start], known[rows, :start], updates.hit[rows, :start])
        stop = min(start + rule.every, size)
        arm[..., start:stop] = draw[..., start:stop] < chance[..., None]
    return arm


def _chance(rule: ResponseAdaptive, allocation: Allocation, arm: Floats, known: Floats, hit: Floats) -> Floats:
    """Chance of treatment, (row, replicate), from the arms so far (row, replicate, patient) and what is known."""

    def both(what: Floats) -> Ints:
        treated = np.einsum("tp,trp->tr", what, arm, optimize=True)
        counts = np.stack([what.sum(axis=1)[:, None] - treated, treated], axis=-1).reshape(-1, 2)
        return np.asarray(np.rint(counts), np.int64)

    chance = allocation.probability(both(known * hit), both(known), both(np.ones(known.shape)))
    return np.clip(chance, rule.least, 1 - rule.least).reshape(arm.shape[:2])


def randomisation_test(data: EndpointData, rule: ResponseAdaptive, allocation: Allocation, alpha: float) -> Bools:
    """Rejections of the null hypothesis by the randomisation test, one-sided, (trial,).

    Parameters
    ----------
    data : EndpointData
        Of a block, as it was conducted.
    rule : ResponseAdaptive
        Of the trial.
    allocation : Allocation
        Its rule.
    alpha : float
        At most `alpha (replicates + 1)` statistics, the trial's own among them, may be as large.
    """
    linear, updates = linear_scores(data, data.block.trial.primary), updates_of(data, rule)
    own = scores.standardised(linear, data.block.arm[:, None, :].astype(float))[:, 0]
    most = int(np.floor(alpha * (rule.replicates + 1) + 1e-9)) - 1
    larger, open_ = np.zeros(len(own), np.int64), own > 0  # a statistic of 0 or less never rejects
    for k in range(0, rule.replicates, CHUNK):
        rows = np.flatnonzero(open_ & (larger <= most))
        if not len(rows):
            break
        again = reallocated(data, rule, allocation, updates, rows, range(k, min(k + CHUNK, rule.replicates)))
        part = LinearScores(linear.score[:, rows], linear.group[rows])
        larger[rows] += (scores.standardised(part, again) >= own[rows, None] - SAME).sum(axis=1)
    return np.asarray(open_ & (larger <= most))
