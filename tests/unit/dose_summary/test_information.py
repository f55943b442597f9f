"""Value of information of an answer: groups are all parameters once, and nothing is worth more than everything."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dose_summary.information import SIZES, Group, InformationValue, Worth, group_of, information, worth_trying
from hepatica.dosing.draw_means import DrawMeans
from hepatica.dosing.information.perfect import Value
from hepatica.dosing.information.sample import TrialValue
from hepatica.dosing.predictive import bootstrap_counts
from hepatica.dosing.verdict import trial_of


def test_every_uncertain_parameter_is_in_a_group(found):
    model = found.system.model
    groups = {n: group_of(n, p.module) for n, p in model.parameters.items() if p.entry.prior.varies}
    assert set(groups.values()) == set(Group)
    assert groups["unexplained_survival"] is Group.UNEXPLAINED and groups["embolism_rate"] is Group.CLOTTING


def test_nothing_is_worth_more_than_everything(found):
    learning = information(found)
    assert [r.hypothesis for r in learning.by_hypothesis] == list(found.study.hypotheses)
    for r in learning.by_hypothesis:
        assert set(r.groups) == set(Group) and set(r.leading) <= set(Group)
        assert all(0 <= t.per_patient <= r.everything.mean + 1e-6 for t in r.trials)
        each = [t.per_patient for t in r.trials]
        assert [t.people for t in r.trials] == list(SIZES) and each == sorted(each)
        assert r.best_trial.net == max(t.net for t in r.trials)
        assert all(0 < v.error < 10 for v in (r.everything, *r.groups.values()))
        assert all(0 < t.per_patient_error < r.everything.mean and t.error > 0 for t in r.trials)
    hypothesis = learning.hypothesis_value  # 0, with no error, where both choose the same in every replicate
    assert hypothesis.mean >= 0 and (hypothesis.error > 0 or hypothesis.mean == 0)


def test_the_trial_is_that_of_the_verdict_where_there_are_two_choices(found):
    c, t = found.decision.conclusion, found.study.verdict.thresholds()
    p, column = c.predictive[0], c.column(c.dose)
    value, own = trial_of(p, column, t.trial_people, t, choices=np.array([0, column])), c.judgements[0].trial
    assert (value.people, value.per_patient, value.net) == (own.people, own.per_patient, own.net)
    assert np.isnan(value.error) and own.error == own.per_patient_error * (t.population - t.trial_people) > 0


def valued(nets, *, common=0.0, own=1.0, groups=(3.0, 1.0, 1.0, 1.0)) -> InformationValue:
    """Trials of these net values, whose replicates share one noise and have one of their own."""
    rng = np.random.default_rng(3)
    shared, noise = rng.normal(0, common, 500), rng.normal(0, own, (len(nets), 500))
    replicates = [net + shared + z for net, z in zip(nets, noise, strict=True)]
    trials = tuple(
        TrialValue(100 * 2**k, 1.0, net, float(np.std(r)), 0.1, tuple(r.tolist()))
        for k, (net, r) in enumerate(zip(nets, replicates, strict=True))
    )
    values = {g: Value(v, 0.5) for g, v in zip(Group, groups, strict=True)}
    return InformationValue(hypothesis="h", everything=Value(5.0, 0.1), groups=values, arm=1, trials=trials)


@pytest.mark.parametrize(
    "nets, told",
    [((1, 3, 2), Worth.PAYS), ((-9, 1, -9), Worth.UNTOLD), ((-9, -1, -9), Worth.UNTOLD), ((-9, -3, -9), Worth.COSTS)],
)
def test_a_trial_is_worth_its_cost_or_not_only_beyond_two_errors(nets, told):
    assert valued(nets).worth is told


def test_sizes_are_told_apart_in_pairs():
    """Noise that all sizes share does not blur which is best: noise of 1 each makes 2.83 of two errors of a difference."""
    assert valued((20, 23, 19)).best_sizes == (200,)
    assert valued((20, 22, 18), common=50.0).best_sizes == (100, 200)
    assert valued((10, 23, 10), common=50.0).best_sizes == (200,)


def test_groups_are_told_apart_only_beyond_two_errors():
    """An error of 0.5 each makes 1.41 of two errors of a difference, and 1 of a value."""
    first, second, *_ = Group
    assert valued((1,)).leading == (first,)
    assert valued((1,), groups=(3.0, 1.7, 1.0, 1.0)).leading == (first, second)
    assert valued((1,), groups=(0.9, 0.2, 0.1, 0.0)).leading == ()


def test_the_trial_is_of_the_regimen_whose_trial_tells_most(found):
    """A leader whose effect nobody knows is tried in place of the dose; one that is its copy is not."""
    c, t = found.decision.conclusion, found.study.verdict.thresholds()
    p, rng = c.predictive[0], np.random.default_rng(1)
    other, leader = 1 + max(x.arm for x in c.leaders), next(x for x in c.leaders if x.arm == c.dose)
    c = replace(c, leaders=(*c.leaders, replace(leader, arm=other)))
    columns = [*range(p.arms), c.column(c.dose)]
    wider = {
        "gain": DrawMeans.exact(p.shrunk[:, columns]),
        "harm_alone": DrawMeans.exact(p.null[:, columns]),
        "survived": DrawMeans.exact(p.survival[:, columns]),
        "odds_slope": p.odds_slope[columns],
        "excess": {k: v[:, columns] for k, v in p.excess.items()},
    }
    p = replace(p, **wider, shift=None)
    dose, column, n = c.column(c.dose), c.column(other), len(p.weight)
    for spread in (0.0, 3.0):
        odds = np.log(p.survival[:, dose] / (1 - p.survival[:, dose])) + spread * rng.normal(size=n)
        survival, gain = p.survival.copy(), np.tile(p.shrunk[:, [dose]], p.arms)
        survival[:] = p.survival[:, [dose]]
        survival[:, 0], gain[:, 0] = p.survival[:, 0], 0.0
        survival[:, column] = 1 / (1 + np.exp(-odds))
        gain[:, column] += 100 * (survival[:, column] - p.survival[:, dose])
        q = replace(p, survived=DrawMeans.exact(survival), gain=DrawMeans.exact(gain))
        some = [q.resampled(k) for k in bootstrap_counts(rng, n, 50)]
        assert worth_trying(c, q, t, some) == (other if spread else c.dose)


def test_without_cells_there_is_nothing_to_learn(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert information(replace(found, decision=none)) is None
