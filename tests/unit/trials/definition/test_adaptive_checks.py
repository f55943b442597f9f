"""Adaptive designs that do not suit the rest of their trial are refused in a sentence."""

import pytest

from hepatica.errors import InputError

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
LOOK = {"look": [{"fraction": 0.5}]}
RMST = {"name": "x", "kind": "survival", "method": "restricted_mean"}
ALIVE = {"name": "x", "kind": "proportion", "when": "alive == 1", "day": "28 d", "higher_is_better": True}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (LOOK | {"re_estimation": {}, "bayesian": {}}, "one adaptive design"),
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
        ({"arm": [THREE[0], THREE[1] | {"after": "a"}]}, "platform"),
        ({"arm": [*THREE[:2], THREE[2] | {"after": "b"}], "platform": {"per_arm": 9}}, "before it"),
        ({"arm": THREE, "platform": {"per_arm": 9, "first": 10}}, "at most per_arm"),
        ({"blinded_re_estimation": {"first": 100, "effect": 0.4}}, "fewer than all"),
        ({"blinded_re_estimation": {"first": 50, "effect": 0.4}, "analysis": {"events": 50}}, "none"),
        ({"blinded_re_estimation": {"first": 50, "effect": 0.4}, "endpoint": [RMST]}, "log-rank"),
        ({"blinded_re_estimation": {"first": 50, "effect": 1.4}, "endpoint": [ALIVE]}, "below 1"),
        ({"arm": [THREE[0] | {"opens": "9 d"}, *THREE[1:]], "platform": {"per_arm": 9}}, "control"),
        ({"arm": [THREE[0], *(a | {"opens": "9 d"} for a in THREE[1:])], "platform": {"per_arm": 9}}, "first arm"),
    ],
)
def test_misfits_are_refused(make_trial, changes, word):
    with pytest.raises(InputError, match=word):
        make_trial(**changes)
