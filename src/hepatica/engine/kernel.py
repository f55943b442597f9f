"""The compiled engine: arrays in, arrays out; threads take patients from one counter."""

from __future__ import annotations

import ctypes
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np
from numpy.typing import NDArray

from hepatica.engine.problem import MAX_CROSSINGS, Floats, Ints, Problem, Solution
from hepatica.errors import EngineError
from hepatica.progress import Progress

PAUSE = 0.1  # seconds between looks at the counter


class _Batch(ctypes.Structure):
    _fields_ = [(n, ctypes.c_int64) for n in ("n", "n_times", "n_out", "max_steps", "frozen")]
    _fields_ += [
        (n, ctypes.c_void_p)
        for n in (
            "parameters",
            "initial",
            "times",
            "scale",
            "thresholds",
            "event_time",
            "event_amount",
            "event_offset",
            "event_state",
            "event_kind",
            "out_index",
            "want_state",
            "want_quantity",
        )
    ]
    _fields_ += [(n, ctypes.c_double) for n in ("start", "rtol")]
    _fields_ += [
        (n, ctypes.c_void_p)
        for n in ("values", "final", "crossings", "status", "steps", "rejected", "claimed", "finished")
    ]


def solve(
    library: ctypes.CDLL,
    problem: Problem,
    scale: Floats,
    out_index: Ints,
    wanted: NDArray[np.uint8],
    *,
    workers: int,
    frozen: bool = False,
    progress: Progress | None = None,
) -> Solution:
    """Solve all patients of a problem; the result does not depend on `workers`.

    Parameters
    ----------
    wanted : (n_states + n_quantities,) of 0 and 1
        What the outputs are made from; nothing else is interpolated or computed at output times.
    frozen : bool
        Rows run in groups, each group on the steps of its first row; n must be a multiple of the lanes.
    """
    n, ns, nt, no = problem.n, problem.initial.shape[1], len(problem.times), len(out_index)
    ev = problem.events
    inputs = {
        "parameters": np.ascontiguousarray(problem.parameters, float),
        "initial": np.ascontiguousarray(problem.initial, float),
        "times": np.ascontiguousarray(problem.times, float),
        "scale": np.ascontiguousarray(scale, float),
        "thresholds": np.ascontiguousarray(problem.thresholds, float),
        "event_time": np.ascontiguousarray(ev.time, float),
        "event_amount": np.ascontiguousarray(ev.amount, float),
        "event_offset": np.ascontiguousarray(ev.offset, np.int64),
        "event_state": np.ascontiguousarray(ev.state, np.int64),
        "event_kind": np.ascontiguousarray(ev.kind, np.int64),
        "out_index": np.ascontiguousarray(out_index, np.int64),
        "want_state": np.ascontiguousarray(wanted[:ns]),
        "want_quantity": np.ascontiguousarray(wanted[ns:]),
    }
    outputs = {
        "values": np.empty((n, nt, no)),
        "final": np.empty((n, ns)),
        "crossings": np.full((n, problem.thresholds.shape[1], MAX_CROSSINGS), np.nan),
        "status": np.zeros(n, np.int64),
        "steps": np.zeros(n, np.int64),
        "rejected": np.zeros(n, np.int64),
    }
    claimed, finished = np.zeros(1, np.int64), np.zeros(1, np.int64)
    pointers = {
        name: array.ctypes.data
        for name, array in (inputs | outputs | {"claimed": claimed, "finished": finished}).items()
    }
    batch = _Batch(
        n=n,
        n_times=nt,
        n_out=no,
        max_steps=problem.max_steps,
        frozen=frozen,
        start=problem.start,
        rtol=problem.rtol,
        **pointers,
    )
    threads = max(1, min(workers, -(-n // library.hepatica_lanes())))
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(library.hepatica_solve, ctypes.byref(batch)) for _ in range(threads)]
        try:
            _watch(running, finished, n, progress)
        finally:
            claimed[0] = n  # after an interruption no thread takes another patient
    if any(r.result() for r in running):
        raise EngineError("the engine found no memory to work in; ask for fewer workers")
    return Solution(**outputs)


def _watch(running: list[Future[int]], finished: Ints, total: int, progress: Progress | None) -> None:
    said, waiting = 0, True
    while waiting:
        waiting = bool(wait(running, None if progress is None else PAUSE).not_done)
        now = int(finished[0])
        if progress is not None and now > said:
            progress("solve", now, total)
        said = now
