"""Checked problem: the one door by which arrays enter an engine.

Shape, type, order and finiteness of every array are verified here, once; behind this door C reads memory unasked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.engine.interface import MAX_CROSSINGS, EventKind
from hepatica.engine.problem import Events, Floats, Ints, Layout, Problem
from hepatica.errors import InputError

LARGEST_INT = 2**63 - 1
LARGEST_RESULT = 2**40  # numbers in one solution; 8 TiB


@dataclass(frozen=True)
class Checked:
    """Problem whose arrays an engine can take as they are; made by `check` alone.

    Attributes
    ----------
    problem : Problem
        C-contiguous arrays of float64 and int64 of matching shapes; dose events of nothing are left out.
    layout : Layout
        That of the model.
    out_index : (n_outputs,) int
        Positions of the outputs.
    required : (n_states + n_quantities,) of 0 and 1
        What the outputs are computed from.
    """

    problem: Problem
    layout: Layout
    out_index: Ints
    required: NDArray[np.uint8]

    def part(self, first: int, last: int) -> Checked:
        """Solves `first` to `last` (not included) alone; slices along the first axis stay contiguous."""
        return replace(self, problem=self.problem.part(first, last))


def check(problem: Problem, layout: Layout, *, most: int = LARGEST_RESULT) -> Checked:
    """Verify a problem against the layout of a model.

    A patient whose parameters or initial state are not finite is no error: the engine gives it a status.

    Parameters
    ----------
    problem : Problem
        Arrays of any order and numeric type.
    layout : Layout
        That of the model.
    most : int
        Numbers in the solution at the most.

    Raises
    ------
    InputError
        If an array has a wrong shape or type, times or events are out of order, or a number is out of range.
    """
    ns, np_, ne = len(layout.states), len(layout.parameters), len(layout.hazards)
    out_index = layout.index(problem.outputs)
    parameters = _floats("parameters", problem.parameters, (None, np_), finite=False)
    n = len(parameters)
    initial = _floats("initial", problem.initial, (n, ns), finite=False)
    thresholds = _floats("thresholds", problem.thresholds, (n, ne, MAX_CROSSINGS), finite=False)
    if (
        thresholds.size and not thresholds.min() >= 0
    ):  # infinity is a threshold that is never crossed; NaN compares false
        raise InputError("thresholds", _first(thresholds, ~(thresholds >= 0)), "increments from 0 on, or infinity")
    start, rtol = _number("start", problem.start), _number("rtol", problem.rtol)
    if not 0 < rtol < 1:
        raise InputError("rtol", problem.rtol, "a relative tolerance above 0 and below 1")
    times = _times(problem.times, start)
    steps = _integer("max_steps", problem.max_steps)
    if n * len(times) * max(1, len(out_index)) > most:
        got = f"{n} solves x {len(times)} times x {len(out_index)} outputs"
        raise InputError("problem", got, "fewer at a time: the solution would not fit into memory")
    made = replace(
        problem,
        parameters=parameters,
        initial=initial,
        thresholds=thresholds,
        times=times,
        events=_events(problem.events, n, ns).without_zeros(),
        start=start,
        rtol=rtol,
        max_steps=steps,
    )
    return Checked(made, layout, out_index, layout.required(problem.outputs))


def _array(where: str, values: ArrayLike, kinds: str, allowed: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError) as error:  # rows of unequal length
        raise InputError(where, type(values).__name__, allowed) from error
    if array.dtype.kind not in kinds and array.size:
        raise InputError(where, f"an array of {array.dtype}", allowed)
    return array


def _floats(where: str, values: ArrayLike, shape: tuple[int | None, ...], *, finite: bool = True) -> Floats:
    """Contiguous float64 array of a shape; None stands for any length."""
    words = " x ".join("n" if size is None else str(size) for size in shape)
    array = _array(where, values, "fiu", f"numbers, {words}")
    if array.ndim != len(shape) or any(w is not None and w != g for w, g in zip(shape, array.shape, strict=True)):
        raise InputError(where, f"shape {array.shape}", f"shape ({', '.join(words.split(' x '))})")
    made = np.ascontiguousarray(array, np.float64)
    if finite and not np.isfinite(made).all():
        raise InputError(where, _first(made, ~np.isfinite(made)), "finite numbers")
    return made


def _ints(where: str, values: ArrayLike, low: int, high: int) -> Ints:
    """Contiguous vector of int64 within bounds, both included."""
    allowed = f"whole numbers from {low} to {high}"
    array = _array(where, values, "iu", allowed)
    if array.ndim != 1:
        raise InputError(where, f"shape {array.shape}", "a vector")
    if array.size and not (low <= array.min() and array.max() <= high):
        raise InputError(where, _first(array, (array < low) | (array > high)), allowed)
    return np.ascontiguousarray(array, np.int64)


def _first(array: NDArray[Any], wrong: NDArray[np.bool_]) -> str:
    """The first wrong number and its place."""
    place = tuple(int(k[0]) for k in np.nonzero(wrong))
    return f"{array[place]} at {list(place)}"


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(where, value, "a finite number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InputError(where, value, "a finite number")
    return number


def _integer(where: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= LARGEST_INT:
        raise InputError(where, value, f"a whole number from 1 to {LARGEST_INT}")
    return int(value)


def _times(values: ArrayLike, start: float) -> Floats:
    times = _floats("times", values, (None,))
    if not len(times):
        raise InputError("times", "none", "one output time at least")
    if times[0] < start:
        raise InputError("times", float(times[0]), f"output times from the start, {start:g}, on")
    if len(times) > 1 and (backward := np.diff(times) < 0).any():
        k = int(np.flatnonzero(backward)[0])
        raise InputError("times", f"{times[k]:g} before {times[k + 1]:g}", "ascending output times")
    return times


def _events(events: Events, n: int, ns: int) -> Events:
    m = _array("events.time", events.time, "fiu", "a vector of times").size
    offset = _ints("events.offset", events.offset, 0, m)
    if len(offset) != n + 1 or offset[0] != 0 or offset[-1] != m or (np.diff(offset) < 0).any():
        got = f"{len(offset)} offsets from {offset[:1]} to {offset[-1:]}"
        raise InputError("events.offset", got, f"{n + 1} ascending offsets from 0 to {m}")
    made = Events(
        offset,
        _floats("events.time", events.time, (m,)),
        _ints("events.state", events.state, 0, ns - 1),
        _floats("events.amount", events.amount, (m,)),
        _ints("events.kind", events.kind, min(EventKind), max(EventKind)),
    )
    for name in ("state", "kind"):
        if len(getattr(made, name)) != m:
            raise InputError(f"events.{name}", f"{len(getattr(made, name))} entries", f"{m}, one for each event")
    backward = np.diff(made.time) < 0
    backward[offset[1:-1][(offset[1:-1] > 0) & (offset[1:-1] < m)] - 1] = (
        False  # from one solve's last to the next's first
    )
    if backward.any():
        k = int(np.flatnonzero(backward)[0])
        raise InputError("events.time", f"{made.time[k]:g} before {made.time[k + 1]:g}", "each solve's events by time")
    return made
