"""Structure: the hash of a model, its edges, and formulas that are evaluated when asked for."""

import dataclasses

import sympy as sp

from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.spread import Spread
from hepatica.model.structure import Flow, Quantity, formula_of

TABLE = """
[state.y]
initial = 0.0
scale = 1.0
[decay]
value = 1.0
unit = "1/day"
label = "decay"
reason = "A test."
grade = "assumed"
"""


def made_up(m):
    y = m.state("y", "mg/dL", "a state")
    m.flow("decay", m.pars("decay")[0] * y, out_of=y)


def test_the_hash_knows_equations_values_and_starts(build):
    first = build((made_up, TABLE)).hash
    assert build((made_up, TABLE)).hash == first
    assert build((made_up, TABLE.replace("value = 1.0", "value = 2.0", 1))).hash != first
    assert build((made_up, TABLE.replace("initial = 0.0", "initial = 1.0"))).hash != first
    assert build((made_up, TABLE.replace("scale = 1.0", "scale = 2.0"))).hash != first


def renamed(obj, **changed):
    """The same fields under a class of another name."""
    fields = {f.name: getattr(obj, f.name) for f in dataclasses.fields(obj)}
    return type("Renamed", (type(obj),), {})(**fields | changed)


def hash_with(model, name, **changed):
    """The hash of a model with some keys of one parameter's row changed."""
    p = model.parameters[name]
    row = dataclasses.replace(p, entry=p.entry.model_copy(update=changed))
    return dataclasses.replace(model, parameters=model.parameters | {name: row}).hash


def test_a_renamed_class_changes_no_hash_of_a_model():
    model = assemble(MODULES)
    other = dataclasses.replace(
        model,
        thresholds=tuple(map(renamed, model.thresholds)),
        states={n: renamed(s) for n, s in model.states.items()},
        quantities={n: renamed(q) for n, q in model.quantities.items()},
        parameters={n: renamed(p) for n, p in model.parameters.items()},
    )
    assert "Renamed" in repr(other.thresholds) and other.hash == model.hash
    assert hash_with(model, "alarm_half", note="seen again", label="said better") == model.hash
    assert hash_with(model, "alarm_half", prior=Spread(kind="lognormal", cv=9.0)) != model.hash
    moved = dataclasses.replace(model, thresholds=tuple(renamed(t, hazard="elsewhere") for t in model.thresholds))
    assert moved.hash != model.hash


def test_formulas_are_evaluated_when_asked_for():
    calls = []
    lazy = Quantity("q", "", "l", "m", (), lambda: calls.append(1) or sp.Integer(2))
    assert calls == [] and lazy.expr == 2 and calls == [1]
    assert Flow("f", None, "x", "m", "", formula_of(sp.Symbol("x"))).expr == sp.Symbol("x")


def test_uses_are_the_symbols_of_the_expression(model):
    for q in model.quantities.values():
        assert set(q.uses) == {s.name for s in q.expr.free_symbols}


def test_edges_join_giver_and_taker(model):
    for giver, taker, name in model.edges():
        assert name in model.needs[taker]
        assert (model.states.get(name) or model.quantities[name]).module == giver
