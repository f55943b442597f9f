"""Events in arrays, and what a solve does with doses, times and failure; both engines alike."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.engine import Events, System
from hepatica.engine.problem import BOLUS, RATE, STATUS
from hepatica.engine.system import ENGINES
from hepatica.errors import EngineError, InputError
from hepatica.model.assemble import assemble
from hepatica.model.modules.enzymes import enzymes

NO_DEATH = {"death_flux": 0.0, "plasma_removed": 0.0, "plasma_given": 0.0}


@pytest.fixture(scope="module", params=ENGINES)
def small(request, make_bench):
    """ALT and AST alone: linear, so that every answer is known."""
    return make_bench(System(assemble([enzymes], constants=NO_DEATH), request.param))


@pytest.fixture
def rest(small):
    p = small.parameters()
    return p, small.system.healthy(p)


def rate(small, p):
    return p[0, small.system.parameters.index("alt_clearance")]


def test_gather_sorts_by_time_boluses_first_and_keeps_ties():
    ev = Events.gather(
        [
            [(2.0, 1, 5.0, RATE), (2.0, 0, 3.0, BOLUS), (1.0, 2, 4.0, BOLUS), (2.0, 3, 6.0, BOLUS)],
            [],
            [(0.0, 0, 1.0, BOLUS)],
        ]
    )
    assert ev.offset.tolist() == [0, 4, 4, 5]
    assert ev.time.tolist() == [1.0, 2.0, 2.0, 2.0, 0.0] and ev.state.tolist() == [2, 0, 3, 1, 0]
    assert ev.kind.tolist() == [BOLUS, BOLUS, BOLUS, RATE, BOLUS] and ev.amount.tolist() == [4.0, 3.0, 6.0, 5.0, 1.0]


def test_no_events():
    for ev in (Events.none(3), Events.gather([[], [], []])):
        assert ev.offset.tolist() == [0, 0, 0, 0] and ev.time.size == 0 and ev.state.dtype == np.int64


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
    assert done.status.tolist() == [0, 3, 0] and STATUS[3].startswith("a value was not finite")
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


def test_a_solve_that_the_kernel_gives_up_is_retried(make_bench, rest):
    bench = make_bench(System(assemble([enzymes], constants=NO_DEATH), "compiled"))
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


def test_an_engine_without_its_library(small):
    broken = System(small.system.model, "reference")
    object.__setattr__(broken, "engine", "compiled")
    with pytest.raises(EngineError, match="not loaded"):
        broken.solve(small.problem(small.parameters(), small.system.healthy(small.parameters()), [1.0], ("alt",)))


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
