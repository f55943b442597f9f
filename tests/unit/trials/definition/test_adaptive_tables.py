"""Tables of adaptive designs: each is read, one at a time, and what does not suit it is refused in a sentence."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.adaptive_tables import ADAPTIVE

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
LOOK = {"look": [{"fraction": 0.5}]}
GIVEN = {
    "re_estimation": LOOK | {"re_estimation": {}},
    "response_adaptive": {"response_adaptive": {"when": "alive == 1 and bilirubin < 5"}},
    "bayesian": LOOK | {"bayesian": {"efficacy": [0.99, 0.975]}},
    "seamless": {"arm": THREE, "seamless": {"first": 50}},
    "enrichment": {"enrichment": {"subgroup": "meld >= 25", "first": 50}},
    "platform": {"arm": [*THREE[:2], THREE[2] | {"opens": "60 d"}], "platform": {"per_arm": 30}},
}


@pytest.mark.parametrize("name", ADAPTIVE)
def test_each_design_is_read(make_trial, name):
    assert make_trial(**GIVEN[name]).adaptive == name and make_trial().adaptive == ""


def test_labs_of_a_success_are_kept_by_the_bank(make_trial):
    assert "bilirubin" in make_trial(**GIVEN["response_adaptive"]).labs()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (GIVEN["re_estimation"] | GIVEN["bayesian"], "one adaptive design"),
        ({"re_estimation": {}}, "one look"),
        ({"look": [{"day": "50 d"}], "re_estimation": {}}, "one look"),
        (LOOK | {"re_estimation": {"least": 0.95}}, "below the target"),
        (LOOK | {"bayesian": {"efficacy": [0.99]}}, "2"),
        (LOOK | {"bayesian": {}, "stopping": {"futility": [0.0]}}, "its own"),
        (LOOK | {"seamless": {"first": 50}, "arm": THREE}, "none beside"),
        ({"seamless": {"first": 50}}, "two arms or more"),
        ({"seamless": {"first": 100}, "arm": THREE}, "fewer than all"),
        ({"seamless": {"first": 50, "by": "odd"}, "arm": THREE}, "death"),
        ({"seamless": {"first": 50, "test": "spiessens_debois"}, "arm": THREE}, "dunnett"),
        ({"seamless": {"first": 50}, "arm": [*THREE[:2], THREE[2] | {"ratio": 2}]}, "equal ratios"),
        ({"enrichment": {"subgroup": "hair > 2", "first": 50}}, "meld"),
        ({"enrichment": {"subgroup": "meld > 2", "first": 50, "test": "dunnett"}}, "simes"),
        ({"enrichment": {"subgroup": "meld > 2", "first": 50}, "arm": THREE}, "two arms"),
        ({"response_adaptive": {"when": "hair < 2"}}, "alive"),
        ({"response_adaptive": {"day": "300 d"}}, "follow-up"),
        ({"response_adaptive": {"critical": 2.1}}, "normal"),
        ({"response_adaptive": {"replicates": 19}}, "40"),
        ({"arm": [THREE[0], THREE[1] | {"opens": "9 d"}]}, "platform"),
        ({"arm": [THREE[0] | {"opens": "9 d"}, *THREE[1:]], "platform": {"per_arm": 9}}, "control"),
        ({"arm": [THREE[0], *(a | {"opens": "9 d"} for a in THREE[1:])], "platform": {"per_arm": 9}}, "first arm"),
    ],
)
def test_misfits_are_refused(make_trial, changes, word):
    with pytest.raises(InputError, match=word):
        make_trial(**changes)
