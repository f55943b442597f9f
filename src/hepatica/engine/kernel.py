"""The compiled engine: arrays in, arrays out, patients shared among threads."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from hepatica.engine.problem import MAX_CROSSINGS, Problem, Solution

Progress = Callable[[int], None]
CHUNK = 64


class _Batch(ctypes.Structure):
    _fields_ = [(n, ctypes.c_long) for n in ("n", "n_times", "n_out", "max_steps")]
    _fields_ += [(n, ctypes.c_void_p) for n in (
        "parameters", "initial", "times", "scale", "thresholds", "event_time", "event_amount",
        "event_offset", "event_state", "event_kind", "out_index")]
    _fields_ += [("start", ctypes.c_double), ("rtol", ctypes.c_double)]
    _fields_ += [(n, ctypes.c_void_p) for n in ("values", "final", "crossings", "status", "steps", "rejected")]


def solve(library: ctypes.CDLL, problem: Problem, scale: np.ndarray, out_index: np.ndarray, *, workers: int,
          progress: Progress | None = None) -> Solution:
    """Solve all patients of a problem; the result does not depend on `workers`."""
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
    }
    outputs = {
        "values": np.empty((n, nt, no)), "final": np.empty((n, ns)),
        "crossings": np.full((n, problem.thresholds.shape[1], MAX_CROSSINGS), np.nan),
        "status": np.zeros(n, np.int64), "steps": np.zeros(n, np.int64), "rejected": np.zeros(n, np.int64),
    }
    pointers = {name: array.ctypes.data for name, array in (inputs | outputs).items()}
    batch = _Batch(n=n, n_times=nt, n_out=no, max_steps=problem.max_steps, start=problem.start, rtol=problem.rtol,
                   **pointers)

    def run(first: int) -> int:
        last = min(first + CHUNK, n)
        library.hepatica_solve(ctypes.byref(batch), ctypes.c_long(first), ctypes.c_long(last))
        return last - first

    with ThreadPoolExecutor(max(1, workers)) as pool:
        for done in pool.map(run, range(0, n, CHUNK)):
            if progress is not None:
                progress(done)
    return Solution(**outputs)
