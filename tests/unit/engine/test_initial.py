"""Chains of initial states: causal, complete, and the text that SymPy's own `lambdify` would compile."""

import inspect

import numpy as np
import sympy as sp

from hepatica.engine.initial import chains, function_of


def test_every_start_has_its_chain(model):
    made = chains(model)
    starts = {s.initial for s in model.states.values() if isinstance(s.initial, str)} - set(model.parameters)
    assert set(made) == starts
    for name, steps in made.items():
        known = set(model.parameters)
        for step in steps:
            assert set(step.needs) <= known
            known.add(step.name)
        assert steps[-1].name == name or name in {s.name for s in steps}


def test_a_step_is_what_lambdify_makes_of_it(model):
    for steps in chains(model).values():
        for step in steps:
            symbols = [sp.Symbol(name, real=True) for name in step.needs]
            made = sp.lambdify(symbols, model.quantities[step.name].expr)
            assert inspect.getsource(made).split("return ", 1)[1].strip() == step.source


def test_a_step_works_on_arrays(model):
    step = next(s for steps in chains(model).values() for s in steps if len(s.needs) > 1)
    values = [np.full(3, 0.5) for _ in step.needs]
    assert np.shape(function_of(step)(*values)) == (3,) and function_of(step) is function_of(step)
