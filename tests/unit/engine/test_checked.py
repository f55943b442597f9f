"""The one door to the engines: shapes, types, order and finiteness, each refused with what was got."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.engine import Events, Problem, Status
from hepatica.engine.checked import check
from hepatica.engine.problem import BOLUS, RATE, Layout
from hepatica.errors import InputError

N, NP, NS = 3, 4, 2
LAYOUT = Layout(("a", "b"), ("p", "q", "r", "s"), ("x",), (1.0, 2.0), (1,), (("a", "p"),))


def good(**changed):
    events = Events.gather([[(0.0, 0, 1.0, BOLUS), (2.0, 1, 1.0, BOLUS)], [], [(1.0, 0, 1.0, BOLUS)]])
    made = Problem(
        np.ones((N, NP)), np.ones((N, NS)), np.array([0.0, 1.0]), ("a", "x"), events, np.full((N, 1, 8), np.inf)
    )
    return replace(made, **changed)


def test_what_is_right_passes_unchanged():
    problem = good()
    found = check(problem, LAYOUT)
    assert found.problem.parameters is problem.parameters and found.problem.events.time is problem.events.time
    assert found.out_index.tolist() == [0, 2] and found.required.tolist() == [1, 0, 1]


def test_dose_events_of_nothing_are_left_out():
    rows = [[(0.0, 0, 0.0, BOLUS), (2.0, 1, 1.0, BOLUS)], [(0.0, 0, 0.0, RATE)], [(1.0, 0, -1.0, RATE)]]
    events = check(good(events=Events.gather(rows)), LAYOUT).problem.events
    assert events.offset.tolist() == [0, 1, 1, 2] and events.amount.tolist() == [1.0, -1.0]
    assert events.time.tolist() == [2.0, 1.0] and events.state.tolist() == [1, 0]


def test_other_orders_and_types_are_turned_into_those_of_c():
    fortran = np.asfortranarray(np.arange(N * NP, dtype=np.float32).reshape(N, NP))
    strided = np.ones((2 * N, NS))[::2]
    found = check(good(parameters=fortran, initial=strided, times=[0, 1]), LAYOUT).problem
    for array in (found.parameters, found.initial, found.times):
        assert array.flags.c_contiguous and array.dtype == np.float64
    np.testing.assert_array_equal(found.parameters, fortran)


WRONG = {
    "thresholds of the issue": ({"thresholds": np.ones((3, 1, 2))}, r"thresholds: got 'shape \(3, 1, 2\)'.*3, 1, 8"),
    "initial one column short": ({"initial": np.ones((N, NS - 1))}, r"initial: got 'shape \(3, 1\)'.*\(3, 2\)"),
    "one patient short": ({"initial": np.ones((N - 1, NS))}, r"initial: got 'shape \(2, 2\)'"),
    "parameters flat": ({"parameters": np.ones(NP)}, r"parameters: got 'shape \(4,\)'.*\(n, 4\)"),
    "parameters in words": ({"parameters": np.full((N, NP), "x")}, "parameters: got 'an array of <U1'"),
    "parameters in complex numbers": ({"parameters": np.ones((N, NP), complex)}, "an array of complex128"),
    "ragged": ({"initial": [[1.0], [1.0, 2.0], [1.0]]}, "initial: got 'list'"),
    "integers beyond C": ({"initial": [[2**70, 1], [1, 1], [1, 1]]}, "initial: got 'an array of object'"),
    "thresholds not numbers": ({"thresholds": np.full((N, 1, 8), np.nan)}, r"thresholds: got 'nan at \[0, 0, 0\]'"),
    "thresholds below zero": ({"thresholds": np.full((N, 1, 8), -1.0)}, "thresholds: got '-1.0 at"),
    "no times": ({"times": np.zeros(0)}, "times: got 'none'; one output time at least"),
    "times not finite": ({"times": np.array([0.0, np.inf])}, r"times: got 'inf at \[1\]'; finite numbers"),
    "times backwards": ({"times": np.array([2.0, 1.0])}, "times: got '2 before 1'; ascending"),
    "times before the start": ({"start": 1.0}, "times: got 0.0; output times from the start, 1, on"),
    "start not finite": ({"start": np.nan}, "start: got nan; a finite number"),
    "start beyond C": ({"start": 10**5000}, "start: got a number of thousands of digits"),
    "no tolerance": ({"rtol": 0.0}, "rtol: got 0.0; a relative tolerance above 0 and below 1"),
    "tolerance in words": ({"rtol": "tight"}, "rtol: got 'tight'; a finite number"),
    "no steps": ({"max_steps": 0}, "max_steps: got 0; a whole number from 1"),
    "steps beyond C": ({"max_steps": 2**63}, "max_steps: got 9223372036854775808"),
    "steps of 5,000 digits": ({"max_steps": 10**5000}, "max_steps: got a number of thousands of digits"),
    "steps not whole": ({"max_steps": 1.5}, "max_steps: got 1.5"),
    "an output that is none": ({"outputs": ("a", "nope")}, "output: got 'nope'"),
}


@pytest.mark.parametrize("changed, words", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused(changed, words):
    with pytest.raises(InputError, match=words):
        check(good(**changed), LAYOUT)


WRONG_EVENTS = {
    "too few offsets": (
        {"offset": np.array([0, 2, 3])},
        r"events.offset: got .3 offsets.*; 4 ascending offsets from 0 to 3",
    ),
    "offsets beyond the events": ({"offset": np.array([0, 2, 2, 4])}, "events.offset: got '4 at"),
    "offsets backwards": ({"offset": np.array([0, 3, 2, 3])}, "ascending offsets"),
    "offsets not from 0": ({"offset": np.array([1, 2, 2, 3])}, "ascending offsets"),
    "a state that is none": (
        {"state": np.array([0, NS, 0])},
        r"events.state: got '2 at \[1\]'; whole numbers from 0 to 1",
    ),
    "a state below 0": ({"state": np.array([0, -1, 0])}, r"events.state: got '-1 at \[1\]'"),
    "a state beyond C": ({"state": np.array([0, 2**63, 0], np.uint64)}, "events.state: got '9223372036854775808"),
    "a state far beyond C": ({"state": [0, 2**70, 0]}, "events.state: got 'an array of object'"),
    "a state not whole": ({"state": np.array([0.0, 0.5, 0.0])}, "events.state: got 'an array of float64'"),
    "states in a table": ({"state": np.zeros((3, 1), int)}, "events.state: got 'shape"),
    "too few states": ({"state": np.array([0, 1])}, "events.state: got '2 entries'; 3, one for each event"),
    "a kind that is none": ({"kind": np.array([0, 2, 0])}, r"events.kind: got '2 at \[1\]'; whole numbers from 0 to 1"),
    "too few kinds": ({"kind": np.array([0])}, "events.kind: got '1 entries'"),
    "an amount that is none": ({"amount": np.array([1.0, np.nan, 1.0])}, r"events.amount: got 'nan at \[1\]'"),
    "too many amounts": ({"amount": np.ones(4)}, r"events.amount: got 'shape \(4,\)'"),
    "a time that is none": ({"time": np.array([0.0, np.inf, 1.0])}, "events.time: got 'inf at"),
    "times backwards in one solve": ({"time": np.array([2.0, 0.0, 1.0])}, "events.time: got '2 before 0'"),
}


@pytest.mark.parametrize("changed, words", WRONG_EVENTS.values(), ids=WRONG_EVENTS)
def test_events_that_are_wrong_are_refused(changed, words):
    with pytest.raises(InputError, match=words):
        check(good(events=replace(good().events, **changed)), LAYOUT)


def test_the_next_solve_s_events_may_be_earlier():
    check(good(), LAYOUT)  # 2 days in the first solve, 1 day in the third
    with pytest.raises(InputError, match="2 before 1"):
        check(good(events=replace(good().events, offset=np.array([0, 3, 3, 3]))), LAYOUT)


def test_a_solution_that_no_memory_holds():
    shape = (N, NP)
    huge = np.lib.stride_tricks.as_strided(np.zeros(1), (2**21,), (0,))
    with pytest.raises(InputError, match="3 solves x 2097152 times x 2 outputs"):
        check(good(parameters=np.ones(shape), times=huge), LAYOUT, most=2**22)


def test_a_part_is_that_of_its_patients():
    found = check(good(), LAYOUT).part(1, 3)
    assert found.problem.n == 2 and found.problem.events.offset.tolist() == [0, 0, 1]
    assert found.problem.thresholds.flags.c_contiguous


def test_patients_that_are_not_finite_get_a_status(bench):
    """A patient whose history failed is no error of the problem: it is counted with the failures."""
    p = np.repeat(bench.parameters(), 2, axis=0)
    y = bench.system.healthy(p)
    y[0, 3] = np.nan
    done = bench.system.solve(bench.problem(p, y, [1.0], ("alt",)))
    assert done.status.tolist() == [Status.NOT_FINITE_AT_START, Status.SOLVED]
