"""The language of modules: what a draft takes down, and what it refuses."""

import pytest
import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.lang import Draft
from hepatica.model.parameters import read_table

TEXT = """
[state.x]
initial = 2.0
scale = 3.0
[k]
value = 1.0
unit = "1/day"
label = "l"
reason = "r"
grade = "assumed"
"""


@pytest.fixture
def draft():
    return Draft("made_up", read_table("made_up", TEXT))


def test_a_draft_takes_down_what_a_module_declares(draft):
    x = draft.state("x", "mg/dL", "a pool", dosed=True)
    (k,) = draft.pars("k")
    q = draft.let("q", k * x, "mg/dL/day", "loss")
    draft.flow("loss", q, out_of=x, cite="Key2012")
    draft.threshold("event", x, {x: k})
    state = draft.states["x"]
    assert (state.initial, state.scale, state.dosed, state.module) == (2.0, 3.0, True, "made_up")
    assert draft.quantities["q"].uses == ("k", "x") and draft.quantities["q"].expr == k * x
    assert (draft.flows["loss"].out_of, draft.flows["loss"].into, draft.flows["loss"].cite) == ("x", None, "Key2012")
    assert draft.thresholds["event"].adds == (("x", k),) and list(draft.used) == ["k"]


def test_a_draft_refuses_what_the_table_lacks_and_what_is_double(draft):
    x = draft.state("x", "", "l")
    for wrong, words in (
        (lambda: draft.state("y", "", "l"), r"add \[state.y\]"),
        (lambda: draft.state("x", "", "l"), "declares 'x' twice"),
        (lambda: draft.pars("k nope"), r"add \[nope\]"),
        (lambda: draft.flow("f", sp.Integer(1)), "has neither origin nor end"),
    ):
        with pytest.raises(ModelError, match=words):
            wrong()
    draft.needs("z", "mg/dL")
    with pytest.raises(ModelError, match="needs 'z' in two units"):
        draft.needs("z", "g/L")
    assert x.is_real
