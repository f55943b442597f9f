"""Compiled engine: memory, interruption, and the retry of what it cannot solve."""

import dataclasses

import numpy as np
import pytest

from hepatica.engine import System, compiled
from hepatica.engine.compiled import Compiled
from hepatica.errors import EngineError


@pytest.fixture
def bench_alone(make_bench, enzymes_alone):
    return make_bench(System(enzymes_alone, "compiled"))


def asked(bench, n=5):
    p = np.repeat(bench.parameters(), n, axis=0)
    return bench.problem(p, bench.system.healthy(p), [1.0], ("alt",))


def test_workers_change_no_bit(bench_alone):
    problem = asked(bench_alone, 40)
    one, many = (bench_alone.system.solve(problem, workers=k) for k in (1, 3))
    assert one.values.tobytes() == many.values.tobytes() and one.steps.tolist() == many.steps.tolist()


def test_no_memory_for_the_solution_is_said(bench_alone, monkeypatch):
    def full(checked):
        raise MemoryError

    monkeypatch.setattr(compiled, "_allocate", full)
    with pytest.raises(EngineError, match="there is no memory for 5 solutions; ask for fewer"):
        bench_alone.system.solve(asked(bench_alone))


def test_no_memory_to_work_in_is_said(bench_alone, monkeypatch):
    engine = Compiled(bench_alone.system.model)

    class Library:
        hepatica_lanes = staticmethod(engine.library.hepatica_lanes)
        hepatica_solve = staticmethod(lambda batch: 1)

    engine.library = Library()
    with pytest.raises(EngineError, match="found no memory to work in; ask for fewer workers"):
        engine.solve(asked(bench_alone))


def test_a_retry_that_fails_too_keeps_its_status(bench_alone):
    problem = asked(bench_alone, 1)
    bench_alone.set(problem.parameters, alt_clearance=-1e4)
    done = bench_alone.system.solve(dataclasses.replace(problem, initial=2 * problem.initial, times=np.array([10.0])))
    assert done.status[0] == done.retried[0] != 0 and np.isnan(done.values).all()
