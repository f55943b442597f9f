"""Behaviour common to all engines: doses, times, failure and progress, on a system whose every answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.engine.interface import Status
from hepatica.engine.problem import BOLUS, RATE
from hepatica.errors import EngineError, InputError


def rate(small, p):
    return p[0, small.system.parameters.index("alt_clearance")]


def test_a_bolus_decays(small, rest):
    p, y = rest
    k = rate(small, p)
    found = small.follow(p, y, [0.0, 1.0, 3.0], ("alt",), events=small.events([(1.0, "alt", 100.0, BOLUS)]), rtol=1e-9)[
        "alt"
    ][0]
    np.testing.assert_allclose(found, [25.0, 125.0, 25.0 + 100.0 * np.exp(-2 * k)], rtol=1e-7)


def test_a_bolus_at_the_start_is_in_the_first_value(small, rest):
    p, y = rest
    assert (
        small.follow(p, y, [0.0, 1.0], ("alt",), events=small.events([(0.0, "alt", 75.0, BOLUS)]))["alt"][0, 0] == 100.0
    )


def test_an_infusion_rises_and_stops(small, rest):
    p, y = rest
    k, rows = rate(small, p), [(1.0, "alt", 50.0, RATE), (3.0, "alt", -50.0, RATE)]
    found = small.follow(p, y, [1.0, 2.0, 3.0, 4.0], ("alt",), events=small.events(rows), rtol=1e-9)["alt"][0] - 25.0
    top = 50.0 / k * (1 - np.exp(-2 * k))
    np.testing.assert_allclose(found, [0.0, 50.0 / k * (1 - np.exp(-k)), top, top * np.exp(-k)], rtol=1e-6, atol=1e-7)


def test_infusions_add_up(small, rest):
    p, y = rest
    one = [(0.0, "alt", 20.0, RATE), (2.0, "alt", -20.0, RATE)]
    other = [(1.0, "alt", 40.0, RATE), (4.0, "alt", -40.0, RATE)]
    alone = [
        small.follow(p, y, [1.5, 3.0, 5.0], ("alt",), events=small.events(r), rtol=1e-9)["alt"][0] - 25.0
        for r in (one, other)
    ]
    both = small.follow(p, y, [1.5, 3.0, 5.0], ("alt",), events=small.events(one + other), rtol=1e-9)["alt"][0] - 25.0
    np.testing.assert_allclose(both, alone[0] + alone[1], rtol=1e-6)


def test_events_before_the_start_count_at_the_start(small, rest):
    p, y = rest
    found = small.follow(
        p, y, [2.0], ("alt",), events=small.events([(0.5, "alt", 100.0, BOLUS)]), start=1.0, rtol=1e-9
    )["alt"][0, 0]
    assert found == pytest.approx(25.0 + 100.0 * np.exp(-rate(small, p)), rel=1e-7)


def test_times_before_zero(small, rest):
    p, y = rest
    found = small.follow(
        p, y, [-1.0, 0.0], ("alt",), events=small.events([(-2.0, "alt", 100.0, BOLUS)]), start=-3.0, rtol=1e-9
    )["alt"][0]
    np.testing.assert_allclose(found, 25.0 + 100.0 * np.exp(-rate(small, p) * np.array([1.0, 2.0])), rtol=1e-7)


def test_a_patient_that_is_not_finite_does_not_stop_the_others(small, rest):
    p, y = np.repeat(rest[0], 3, axis=0), np.repeat(rest[1], 3, axis=0)
    y[1, 0] = np.nan
    done = small.system.solve(small.problem(p, y, [1.0], ("alt",)))
    assert done.status.tolist() == [Status.SOLVED, Status.NOT_FINITE_AT_START, Status.SOLVED]
    assert np.isnan(done.values[1]).all() and np.isnan(done.final[1]).all()
    np.testing.assert_allclose(done.values[[0, 2], 0, 0], 25.0)


def test_a_parameter_that_is_not_finite_is_a_status(small, rest):
    p, y = np.repeat(rest[0], 2, axis=0), np.repeat(rest[1], 2, axis=0)
    p[0, small.system.parameters.index("alt_clearance")] = np.nan
    done = small.system.solve(small.problem(p, y, [1.0], ("alt",)))
    assert done.status[0] != 0 and np.isnan(done.values[0]).all() and done.status[1] == 0


def test_a_patient_without_end_is_a_status(small, rest):
    p, y = rest
    small.set(p, alt_clearance=-1e4)  # grows beyond all numbers
    done = small.system.solve(small.problem(p, y * 2, [10.0], ("alt",)))
    assert done.status[0] in (1, 2) and np.isnan(done.values).all()


def test_a_solve_that_the_kernel_gives_up_is_retried(make_bench, enzymes_alone, rest):
    bench = make_bench(System(enzymes_alone, "compiled"))
    p, y = rest
    problem = replace(
        bench.problem(p, y, [1.0, 2.0], ("alt",), events=bench.events([(0.0, "alt", 100.0, BOLUS)])), max_steps=2
    )
    done = bench.system.solve(problem)
    k = rate(bench, p)
    assert done.status[0] == 0
    np.testing.assert_allclose(done.values[0, :, 0], 25.0 + 100.0 * np.exp(-k * np.array([1.0, 2.0])), rtol=1e-4)


def test_progress_reaches_all(small, rest):
    told = []
    p, y = np.repeat(rest[0], 130, axis=0), np.repeat(rest[1], 130, axis=0)
    small.system.solve(small.problem(p, y, [1.0], ("alt",)), progress=lambda *report: told.append(report))
    assert told == sorted(told) and told[-1] == ("solve", 130, 130)


def test_an_output_that_does_not_exist(small, rest):
    with pytest.raises(InputError, match="output: got 'bilirubine'"):
        small.follow(*rest, [1.0], ("bilirubine",))


def test_sensitivities_that_an_engine_cannot_have(small, rest):
    problem = small.problem(*rest, [1.0], ("alt",))
    with pytest.raises(InputError, match="sensitivity: got 'nothing'; a parameter, or a state"):
        small.system.solve(problem, sensitivities=["nothing"])
    if small.system.engine == "reference":
        with pytest.raises(EngineError, match="sensitivities need the compiled engine: install a C compiler"):
            small.system.solve(problem, sensitivities=["alt_clearance"])


def test_a_problem_is_checked_before_it_is_solved(small, rest):
    p, y = rest
    with pytest.raises(InputError, match="initial: got 'shape"):
        small.system.solve(small.problem(p, y[:, :1], [1.0], ("alt",)))
