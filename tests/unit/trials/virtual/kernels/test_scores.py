"""Linear scores: the statistics of other kernels come back, and the variance is that of all permutations."""

from itertools import combinations

import numpy as np
import pytest

from hepatica.trials.virtual.kernels import scores, survival, values
from hepatica.trials.virtual.kernels.max_combo import FAMILY
from hepatica.trials.virtual.kernels.scores import LinearScores

RNG = np.random.default_rng(7)
TRIALS, PATIENTS = 30, 60
TIME = RNG.exponential(10, (TRIALS, PATIENTS)).round(0)  # with ties
TIME[:, :4] = -1.0
EVENT, ARM = RNG.random(TIME.shape) < 0.6, RNG.random(TIME.shape) < 0.4
GROUP = np.where(TIME >= 0, 0, scores.ABSENT)


def of_the_treated(score):
    return (score * ARM).sum(axis=-1)


def test_log_rank_scores_add_up_to_the_observed_less_the_expected():
    own = scores.event_scores(TIME, EVENT)[0]
    assert of_the_treated(own) == pytest.approx(-survival.log_rank(survival.risk_sets(TIME, EVENT, ARM)).score)
    assert own.sum(axis=1) == pytest.approx(0, abs=1e-9) and (own[:, :4] == 0).all()
    t, e = TIME[3], EVENT[3]  # one trial, patient by patient
    for i in range(4, PATIENTS):
        steps = [(e & (t == u)).sum() / (t >= u).sum() for u in np.unique(t[e & (t >= 0)]) if u <= t[i]]
        assert own[3, i] == pytest.approx(sum(steps) - e[i])


def test_strata_are_added_up():
    strata = RNG.integers(0, 3, TIME.shape)
    own = scores.stratified_scores(TIME, EVENT, strata)[0]
    assert of_the_treated(own) == pytest.approx(-survival.stratified_log_rank(TIME, EVENT, ARM, strata).score)


def restricted_mean(time, event, horizon):
    area, alive, before = 0.0, 1.0, 0.0
    for u in np.unique(time[event & (time <= horizon)]):
        area, before = area + alive * (u - before), u
        alive *= 1 - (event & (time == u)).sum() / (time >= u).sum()
    return area + alive * (horizon - before)


def test_restricted_mean_scores_are_those_of_leaving_a_patient_out():
    own = scores.event_scores(TIME, EVENT, horizon=12.0)[0, 5, 4:]
    t, e = TIME[5, 4:], EVENT[5, 4:]
    whole = restricted_mean(t, e, 12.0)
    left = [whole - restricted_mean(np.delete(t, i), np.delete(e, i), 12.0) for i in range(len(t))]
    assert np.corrcoef(own, left)[0, 1] > 0.998  # equal but for terms of order 1 / patients
    assert own == pytest.approx(np.array(left) - np.mean(left), abs=0.02)


def test_combined_scores_add_up_to_weighted_log_rank_scores():
    time = np.where(TIME < 0, TIME, TIME + 1e-3 * np.arange(PATIENTS))  # no ties
    combined = of_the_treated(scores.event_scores(time, EVENT, combined=True))
    r = survival.risk_sets(time, EVENT, ARM)
    total = r.control_at_risk + r.treated_at_risk
    alive = np.cumprod(1 - r.event / total, axis=1)
    before = np.concatenate([np.ones((TRIALS, 1)), alive[:, :-1]], axis=1)
    for own, (rho, gamma) in zip(combined, FAMILY, strict=True):
        weight = before**rho * (1 - before) ** gamma
        assert own == pytest.approx(-(weight * r.event * (r.treated - r.treated_at_risk / total)).sum(axis=1))


def test_values_ranks_and_wins():
    value, baseline, present = RNG.normal(size=TIME.shape), RNG.normal(size=TIME.shape), TIME >= 0
    value[:, 7:9], value[:, 9:12] = -np.inf, 1.0
    ranks = scores.rank_scores(value, present)
    z = scores.standardised(LinearScores(ranks[None], GROUP), ARM[:, None].astype(float))[:, 0]
    assert z == pytest.approx(values.rank_sum(value, ARM, present)[1])
    finite = present & np.isfinite(value)
    residual = scores.residual_scores(np.where(finite, value, 0), baseline, finite)
    slope, start = np.polyfit(baseline[0, finite[0]], value[0, finite[0]], 1)
    assert residual[0, finite[0]] == pytest.approx(value[0, finite[0]] - start - slope * baseline[0, finite[0]])
    died = EVENT & present
    wins = values.win_scores(TIME, died, value, 0.1)
    z = scores.standardised(LinearScores(wins[None], GROUP), ARM[:, None].astype(float))[:, 0]
    assert z == pytest.approx(values.win_statistics(TIME, died, value, ARM, 0.1)[1])


def test_variance_is_that_of_all_permutations():
    own, group = RNG.normal(size=(1, 8)), np.array([[0, 0, 0, 0, 1, 1, 1, scores.ABSENT]])
    for g in (0, 1):
        own[group == g] -= own[group == g].mean()
    own[group == scores.ABSENT] = 0
    ways = [(*a, *b) for a in combinations(range(4), 2) for b in combinations(range(4, 7), 1)]
    treated = np.zeros((1, len(ways), 8))
    for k, way in enumerate(ways):
        treated[0, k, list(way)] = 1
    z = scores.standardised(LinearScores(own[None], group), treated)[0]
    assert z.std() == pytest.approx(1.0) and z.mean() == pytest.approx(0, abs=1e-12)
    assert (scores.standardised(LinearScores(np.zeros((1, 1, 8)), group), treated) == 0).all()
