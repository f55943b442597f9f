"""Tables of adaptive designs: each is read, one at a time."""

import pytest

from hepatica.trials.definition.adaptive_tables import ADAPTIVE

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
LOOK = {"look": [{"fraction": 0.5}]}
GIVEN = {
    "re_estimation": LOOK | {"re_estimation": {}},
    "response_adaptive": {"response_adaptive": {"when": "alive == 1 and bilirubin < 5"}},
    "bayesian": LOOK | {"bayesian": {"efficacy": [0.99, 0.975]}},
    "seamless": {"arm": THREE, "seamless": {"first": 50}},
    "enrichment": {"enrichment": {"subgroup": "meld >= 25", "first": 50}},
    "blinded_re_estimation": {"blinded_re_estimation": {"first": 40, "effect": 0.4}},
    "mcp_mod": {"arm": THREE, "mcp_mod": {"model": [{"shape": "emax", "ed50": "5e5 cells/kg"}], "effect": 0.3}},
    "platform": {"arm": [*THREE[:2], THREE[2] | {"opens": "60 d"}], "platform": {"per_arm": 30}},
}


@pytest.mark.parametrize("name", ADAPTIVE)
def test_each_design_is_read(make_trial, name):
    assert make_trial(**GIVEN[name]).adaptive == name and make_trial().adaptive == ""


def test_labs_of_a_success_are_kept_by_the_bank(make_trial):
    assert "bilirubin" in make_trial(**GIVEN["response_adaptive"]).labs()
