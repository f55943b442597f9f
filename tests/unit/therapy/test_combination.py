"""Established treatments: known controls and states, clear refusals, doses at their times."""

import pytest

from hepatica.errors import InputError
from hepatica.therapy import TREATMENTS, combine


@pytest.mark.parametrize("name", sorted(TREATMENTS))
def test_a_treatment_names_what_the_model_has(model, name):
    t = TREATMENTS[name]
    assert t.source and set(t.label) == {"en", "zh"} and all(t.label.values()) and (t.sets or t.doses)
    assert {n for n, _ in t.sets} <= set(model.parameters)
    assert all(model.states[s].dosed for s, _ in t.doses)
    assert list(t.times) == sorted(set(t.times)) and (bool(t.times) == bool(t.doses))


def test_together_they_add_up():
    sets, events = combine(["antiviral", "plasma_exchange"])
    assert sets == {"antiviral": 1.0, "plasma_exchange": 1.0}
    assert [e[0] for e in events] == list(TREATMENTS["plasma_exchange"].times)
    assert combine([]) == ({}, [])


@pytest.mark.parametrize(
    "names, words",
    [
        (["prayer"], "one of antiviral"),
        (["plasma_exchange", "fresh_frozen_plasma"], "plasma_exchange"),
        (["albumin", "gcsf", "albumin"], "each treatment once; 'albumin' stands twice"),
    ],
)
def test_refuses(names, words):
    with pytest.raises(InputError, match=words):
        combine(names)
