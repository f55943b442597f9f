"""Designs that a search tries: each is a trial of its own that suits its rules."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.adaptive_tables import ADAPTIVE
from hepatica.trials.definition.dose_finding_table import DesignName
from hepatica.trials.virtual.search_plans import RULES, adaptive_plans, escalation_plans, sequential_plans

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
GIVEN = {
    "re_estimation": {"look": [{"fraction": 0.5}], "re_estimation": {}, "analysis": {"events": 40}},
    "blinded_re_estimation": {"blinded_re_estimation": {"first": 30, "effect": 0.6}},
    "response_adaptive": {"response_adaptive": {}},
    "bayesian": {"look": [{"fraction": 0.5}], "bayesian": {}},
    "seamless": {"arm": THREE, "seamless": {"first": 30}},
    "enrichment": {"enrichment": {"subgroup": "meld >= 22", "first": 30}},
    "platform": {"arm": THREE, "platform": {"per_arm": 20}},
    "mcp_mod": {"arm": THREE, "mcp_mod": {"model": [{"shape": "linear"}], "effect": 0.3}},
}


@pytest.mark.parametrize("name", ADAPTIVE)
def test_an_adaptive_design_varies_its_own_rules_and_grows_with_the_size(make_trial, name):
    trial = make_trial(**GIVEN[name])
    plans = adaptive_plans(trial, [50, 200])
    assert {t.patients for _, t in plans} == {50, 200} and len({(r, t.patients) for r, t in plans}) == len(plans)
    for values in RULES[name].values():
        assert len(plans) >= 2 * len([v for v in values if v is not None])
    own = [getattr(t, name) for r, t in plans if r == "-" and t.patients == 200]
    assert len(own) == 1
    for key in ("first", "per_arm"):
        if getattr(getattr(trial, name), key, None):
            assert getattr(own[0], key) == 2 * getattr(getattr(trial, name), key)
    if name == "re_estimation":
        assert {t.analysis.events for _, t in plans} == {20, 80}
        assert ("least = 0.5, max_increase = 2.0", 200) in {(r, t.patients) for r, t in plans}


def test_sequential_designs_need_two_arms(make_trial):
    trial = make_trial(alternative=[{"name": "more", "dose": "5e6 cells/kg"}])
    plans = sequential_plans(trial, [40, 80])
    assert len(plans) == 2 * 2 * 3 and {len(t.look) for _, t in plans} == {0, 1, 2}
    with pytest.raises(InputError, match="two arms"):
        sequential_plans(make_trial(arm=THREE), [40])


def test_escalations_have_designs_of_their_kind_and_whole_cohorts(make_trial):
    trial = make_trial(arm=THREE[1:], endpoint=[], patients=12, dose_finding={})
    plans = escalation_plans(trial, [10, 12, 24])
    assert {t.patients for _, t in plans} == {12, 24} and plans[0][0] is DesignName.BOIN
    assert [n for n, _ in plans].count(DesignName.THREE_PLUS_THREE) == 1
    response = {"design": "boin12", "response": "alive == 1"}
    both = escalation_plans(make_trial(arm=THREE[1:], endpoint=[], patients=12, dose_finding=response), [12])
    assert [n for n, _ in both] == [DesignName.BOIN12, DesignName.UBOIN]
