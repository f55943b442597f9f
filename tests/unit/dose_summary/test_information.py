"""Value of information of an answer: groups are all parameters once, and nothing is worth more than everything."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.information import SIZES, Group, group_of, information
from hepatica.dosing.verdict import affordable_trial


def test_every_uncertain_parameter_is_in_a_group(found):
    model = found.system.model
    groups = {n: group_of(n, p.module) for n, p in model.parameters.items() if p.entry.prior.varies}
    assert set(groups.values()) == set(Group)
    assert groups["unexplained_survival"] is Group.UNEXPLAINED and groups["embolism_rate"] is Group.CLOTTING


def test_nothing_is_worth_more_than_everything(found):
    told = information(found)
    assert [r.hypothesis for r in told.by_hypothesis] == list(found.study.hypotheses)
    for r in told.by_hypothesis:
        assert set(r.groups) == set(Group) and r.first in Group
        assert all(0 <= t.per_patient <= r.everything + 1e-6 for t in r.trials)
        each = [t.per_patient for t in r.trials]
        assert [t.people for t in r.trials] == list(SIZES) and each == sorted(each)
        assert r.best_trial.net == max(t.net for t in r.trials)
    assert told.hypothesis_value >= 0


def test_the_trial_is_that_of_the_verdict_where_there_are_two_choices(found):
    c, t = found.decision.conclusion, found.study.verdict.thresholds()
    p, column = c.predictive[0], c.column(c.dose)
    two = np.array([a in (0, column) for a in range(p.arms)])
    value = affordable_trial(p, column, t, two)
    assert value == c.judgements[0].trial


def test_without_cells_there_is_nothing_to_learn(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert information(replace(found, decision=none)) is None
