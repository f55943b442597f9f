"""Subgroup analysis: subgroups are halves, a rule needs patients, and the leaders are what is chosen among."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.subgroups import FEATURES, features, subgroup_members, whom_it_helps


def test_subgroups_are_halves_of_what_is_known_at_admission(found):
    x = features(found)
    assert x.shape == (found.study.patients, len(FEATURES)) and np.isfinite(x).all()
    members = subgroup_members(x)
    assert len(members) == 2 * len(FEATURES)
    for name in FEATURES:
        assert (members[f"{name}_low"] ^ members[f"{name}_high"]).all()


def test_leaders_are_chosen_among_under_each_hypothesis(found):
    told, c = whom_it_helps(found), found.decision.conclusion
    assert [r.hypothesis for r in told] == list(found.study.hypotheses)
    for r in told:
        assert r.arms == tuple(x.arm for x in c.leaders) and 0 <= r.risk.share <= 1
        assert r.rule is None  # forty patients teach no rule
        assert all(0 <= s.best < len(r.arms) and s.lost >= 0 for s in r.subgroups)


def test_nobody_without_cells(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert whom_it_helps(replace(found, decision=none)) == ()
