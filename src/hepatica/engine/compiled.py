"""Compiled engine: arrays in, arrays out; threads take patients from one counter."""

from __future__ import annotations

import ctypes
import functools
import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import ClassVar, final

import numpy as np

from hepatica.engine import compile as compiler
from hepatica.engine import sensitivities as derivatives
from hepatica.engine.base import DEFAULT, Engine, SolveOptions
from hepatica.engine.checked import Checked
from hepatica.engine.interface import MAX_CROSSINGS, Batch, Status
from hepatica.engine.problem import Ints, Solution
from hepatica.engine.reference import Reference
from hepatica.errors import EngineError
from hepatica.model.structure import Model
from hepatica.progress import Progress

PAUSE = 0.1  # seconds between looks at the counter
RETRY_RTOL = 1e-6


@final
class Compiled(Engine):
    """Rosenbrock method Rodas5P in C, many patients side by side; the reference engine retries what it cannot solve."""

    name: ClassVar[str] = "compiled"

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.library = compiler.load(model)

    @classmethod
    def available(cls) -> bool:
        """True where there is a C compiler."""
        return compiler.find_compiler() is not None

    @property
    def lanes(self) -> int:
        """Patients side by side in one vector."""
        return int(self.library.hepatica_lanes())

    @functools.cached_property
    def reference(self) -> Reference:
        """Engine that tries again."""
        return Reference(self.model)

    def run(self, checked: Checked, options: SolveOptions) -> Solution:
        """Solve all patients; one whose solve fails is tried again by the reference engine at a tighter tolerance.

        With sensitivities, threshold events stay at the times at which they happened, and no patient is retried.
        """
        threads, progress = options.workers or os.cpu_count() or 1, options.progress
        if options.sensitivities:
            frozen = functools.partial(self._call, threads=threads, frozen=True)
            return derivatives.solve(frozen, checked, options.sensitivities, lanes=self.lanes, progress=progress)
        done = self._call(checked, threads=threads, progress=progress)
        first = np.where(done.status == Status.NOT_FINITE_AT_START, Status.SOLVED, done.status)
        for i in np.flatnonzero(first):
            one = checked.part(int(i), int(i) + 1)
            one = replace(one, problem=replace(one.problem, rtol=min(one.problem.rtol, RETRY_RTOL)))
            again = self.reference.run(one, DEFAULT)
            if again.status[0] == Status.SOLVED:
                done.values[i], done.final[i], done.status[i] = again.values[0], again.final[0], Status.SOLVED
                done.crossings[i] = again.crossings[0]
        return replace(done, retried=first)

    def _call(
        self, checked: Checked, *, threads: int, frozen: bool = False, progress: Progress | None = None
    ) -> Solution:
        """Solve in C.

        With `frozen`, rows run in groups, each group on the steps of its first row; their number must be a multiple
        of the lanes.
        """
        n = checked.problem.n
        try:
            outputs = _allocate(checked)
        except (MemoryError, ValueError) as error:
            raise EngineError(f"there is no memory for {n} solutions; ask for fewer patients at a time") from error
        claimed, finished = np.zeros(1, np.int64), np.zeros(1, np.int64)
        arrays = _inputs(checked) | outputs | {"claimed": claimed, "finished": finished}
        p = checked.problem
        batch = Batch(
            n=n,
            n_times=len(p.times),
            n_out=len(checked.out_index),
            max_steps=p.max_steps,
            frozen=frozen,
            start=p.start,
            rtol=p.rtol,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        threads = max(1, min(threads, -(-n // self.lanes)))
        with ThreadPoolExecutor(threads) as pool:
            running = [pool.submit(self.library.hepatica_solve, ctypes.byref(batch)) for _ in range(threads)]
            try:
                _watch(running, finished, n, progress)
            finally:
                claimed[0] = n  # after an interruption no thread takes another patient
        if any(r.result() for r in running):
            raise EngineError("the engine found no memory to work in; ask for fewer workers")
        return Solution(**outputs)


def _inputs(checked: Checked) -> dict[str, np.ndarray]:
    p, ev, ns = checked.problem, checked.problem.events, len(checked.layout.states)
    return {
        "parameters": p.parameters,
        "initial": p.initial,
        "times": p.times,
        "scale": np.array(checked.layout.scale),
        "thresholds": p.thresholds,
        "event_time": ev.time,
        "event_amount": ev.amount,
        "event_offset": ev.offset,
        "event_state": ev.state,
        "event_kind": ev.kind,
        "out_index": checked.out_index,
        "want_state": checked.required[:ns],
        "want_quantity": checked.required[ns:],
    }


def _allocate(checked: Checked) -> dict[str, np.ndarray]:
    p, layout = checked.problem, checked.layout
    return {
        "values": np.empty((p.n, len(p.times), len(checked.out_index))),
        "final": np.empty((p.n, len(layout.states))),
        "crossings": np.full((p.n, len(layout.hazards), MAX_CROSSINGS), np.nan),
        "status": np.zeros(p.n, np.int64),
        "steps": np.zeros(p.n, np.int64),
        "rejected": np.zeros(p.n, np.int64),
    }


def _watch(running: list[Future[int]], finished: Ints, total: int, progress: Progress | None) -> None:
    reported, waiting = 0, True
    while waiting:
        waiting = bool(wait(running, None if progress is None else PAUSE).not_done)
        now = int(finished[0])
        if progress is not None and now > reported:
            progress("solve", now, total)
        reported = now
