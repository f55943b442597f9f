"""A system: its engine by name, typical values, and initial states in health."""

import numpy as np
import pytest
import sympy as sp

from hepatica.engine import ENGINES, System, shipped_system
from hepatica.engine.system import choose
from hepatica.errors import EngineError, InputError


def test_every_engine_is_chosen_by_its_name():
    assert [choose(engine.name) for engine in ENGINES] == list(ENGINES)
    with pytest.raises(InputError, match="engine: got 'fast'; one of compiled, reference"):
        choose("fast")


def test_without_a_compiler_the_reference_engine_answers(enzymes_alone, monkeypatch):
    monkeypatch.setenv("HEPATICA_NO_COMPILER", "1")
    assert System(enzymes_alone).engine == "reference"
    with pytest.raises(EngineError, match="no C compiler was found; install one"):
        System(enzymes_alone, "compiled")


def test_with_a_compiler_the_compiled_engine_answers(enzymes_alone):
    assert System(enzymes_alone).engine == "compiled"


def test_starts_in_health_come_from_parameters(bench):
    p = np.repeat(bench.parameters(), 3, axis=0)
    bench.set(p, cirrhosis=np.array([0.0, 0.4, 0.8]), alt_healthy=np.array([20.0, 25.0, 40.0]))
    y = bench.system.healthy(p)
    room = 1 - p[:, bench.system.parameters.index("room_loss")] * [0.0, 0.4, 0.8]
    np.testing.assert_allclose(y[:, bench.system.states.index("hepatocytes_quiescent")], room)
    assert y[:, bench.system.states.index("alt")].tolist() == [20.0, 25.0, 40.0]


def test_typical_and_neutral_values(system, model):
    typical, neutral = system.typical(), system.neutral()
    k = system.parameters.index("release_lung")
    assert system.typical("lung_only")[k] == 0.0003 != typical[k]
    for name, parameter in model.parameters.items():
        i = system.parameters.index(name)
        assert neutral[i] == (typical[i] if parameter.neutral is None else parameter.neutral)


def test_initial_states_are_those_of_sympy(reference, admitted):
    """To the last bit those of `lambdify`, step by step through the expressions."""
    p = admitted.cohort.parameters()[:5]
    known = dict(zip(reference.parameters, p.T, strict=True))
    for name, q in reference.model.quantities.items():
        symbols = sorted(q.expr.free_symbols, key=lambda s: s.name)
        if all(s.name in known for s in symbols) and not q.expr.has(sp.Function):
            known[name] = sp.lambdify(symbols, q.expr)(*(known[s.name] for s in symbols))
    y, checked = reference.healthy(p), 0
    for k, s in enumerate(reference.model.states.values()):
        if s.initial in known:
            np.testing.assert_array_equal(y[:, k], np.broadcast_to(known[s.initial], 5))
            checked += 1
    assert checked > 10


def test_the_shipped_system_is_that_of_the_modules(model):
    shipped, made = shipped_system("reference"), System(model, "reference")
    assert shipped.model.hash == model.hash and shipped.layout == made.layout
    p = made.typical()[None]
    assert shipped.healthy(p).tobytes() == made.healthy(p).tobytes()
