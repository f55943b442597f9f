"""Value of information of an answer: groups are all parameters once, and nothing is worth more than everything."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.information import SIZES, Group, group_of, information
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
        assert set(r.groups) == set(Group) and r.first in Group
        assert all(0 <= t.per_patient <= r.everything.mean + 1e-6 for t in r.trials)
        each = [t.per_patient for t in r.trials]
        assert [t.people for t in r.trials] == list(SIZES) and each == sorted(each)
        assert r.best_trial.net == max(t.net for t in r.trials)
        assert all(0 < v.error < 10 for v in (r.everything, *r.groups.values()))
        assert all(0 < t.per_patient_error < r.everything.mean and t.error > 0 for t in r.trials)
    assert learning.hypothesis_value.mean >= 0 and learning.hypothesis_value.error > 0


def test_the_trial_is_that_of_the_verdict_where_there_are_two_choices(found):
    c, t = found.decision.conclusion, found.study.verdict.thresholds()
    p, column = c.predictive[0], c.column(c.dose)
    value, own = trial_of(p, column, t.trial_people, t, choices=np.array([0, column])), c.judgements[0].trial
    assert (value.people, value.per_patient, value.net) == (own.people, own.per_patient, own.net)
    assert np.isnan(value.error) and own.error == own.per_patient_error * (t.population - t.trial_people) > 0


def test_without_cells_there_is_nothing_to_learn(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert information(replace(found, decision=none)) is None
