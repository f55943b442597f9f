"""Solving on many workers through one seam, `concurrent.futures.Executor`: processes, a Dask cluster, MPI's pool.

A patient's numbers depend on nothing but the patient, so chunks of any size on any worker, lost and sent again or
not, give the same bytes. A worker builds the engine from its recipe once and keeps it.
"""

from __future__ import annotations

import functools
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from hepatica.engine.problem import Problem, Solution
from hepatica.errors import EngineError, InputError
from hepatica.model.assemble import Model, assemble
from hepatica.model.modules import MODULES
from hepatica.progress import Progress

if TYPE_CHECKING:
    from hepatica.engine.system import System

FIRST, LEAST, MOST = 64, 16, 8192  # patients in a chunk: before its cost is known, and at least and at most after
SECONDS = 1.0  # aimed at for a chunk
TRIES = 4  # a chunk whose worker died is sent again this often
CONNECT = 10.0  # seconds to wait for a cluster


@dataclass(frozen=True)
class Recipe:
    """What a worker needs to make the same engine: names of modules, constants, and the hash that must come out."""

    modules: tuple[str, ...]
    constants: tuple[tuple[str, float], ...]
    hash: str
    engine: str

    @classmethod
    def of(cls, model: Model, engine: str) -> Recipe:
        """The recipe of an assembled model.

        Raises
        ------
        EngineError
            If a module is not among those that are shipped: a worker could not import it.
        """
        known = {m.__name__ for m in MODULES}
        if foreign := [m for m in model.modules if m not in known]:
            raise EngineError(
                f"module '{foreign[0]}' is not one of Hepatica's own, so that workers elsewhere cannot have it; "
                "solve it in this process"
            )
        return cls(model.modules, tuple(sorted(model.constants.items())), model.hash, engine)


@functools.lru_cache(maxsize=4)
def _system(recipe: Recipe) -> System:
    from hepatica.engine.system import System

    model = assemble([m for m in MODULES if m.__name__ in recipe.modules], constants=dict(recipe.constants))
    if model.hash != recipe.hash:
        raise EngineError("a worker has another version of the model; install the same Hepatica everywhere")
    return System(model, recipe.engine)


def _chunk(recipe: Recipe, problem: Problem, sensitivities: tuple[str, ...]) -> tuple[float, Solution]:
    """What a worker does: solve some patients, and say how long that took."""
    system = _system(recipe)
    began = time.perf_counter()
    done = system.solve(problem, workers=1, sensitivities=sensitivities)
    return time.perf_counter() - began, done


def solve(
    executor: Executor,
    recipe: Recipe,
    problem: Problem,
    *,
    sensitivities: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Solution:
    """Solve a problem in chunks on an executor's workers.

    Parameters
    ----------
    executor : Executor
        A chunk whose worker dies is sent again, `TRIES` times at most.

    Raises
    ------
    EngineError
        If a chunk cannot be solved because its workers die.
    """
    in_flight = 2 * _slots(executor)
    running: dict[Future[tuple[float, Solution]], tuple[int, int]] = {}
    parts: dict[int, Solution] = {}
    again: list[tuple[int, int]] = []
    tried: Counter[int] = Counter()
    begun, size, done = 0, FIRST, 0
    try:
        while again or running or begun < problem.n:
            while len(running) < in_flight and (again or begun < problem.n):
                first, last = again.pop() if again else (begun, min(begun + size, problem.n))
                begun = max(begun, last)
                tried[first] += 1
                future = executor.submit(_chunk, recipe, problem.part(first, last), sensitivities)
                running[future] = (first, last)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                first, last = running.pop(future)
                try:
                    seconds, parts[first] = future.result()
                except Exception as error:
                    if not _lost(error):
                        raise
                    if tried[first] >= TRIES:
                        raise EngineError(
                            f"workers died {tried[first]} times on patients {first} to {last - 1} "
                            f"({type(error).__name__}); give each more memory, or use fewer"
                        ) from error
                    again.append((first, last))
                    continue
                size = int(np.clip((last - first) * SECONDS / max(seconds, 1e-6), LEAST, min(MOST, 4 * (last - first))))
                done += last - first
                if progress is not None:
                    progress("solve", done, problem.n)
    finally:
        for future in running:
            future.cancel()
    return Solution.join([parts[first] for first in sorted(parts)])


def _lost(error: Exception) -> bool:
    """Whether a worker died, not the work."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in (
        "KilledWorker",
        "CancelledError",
        "FutureCancelledError",
    )


def _slots(executor: Executor) -> int:
    client: Any = getattr(executor, "_client", None)
    if client is not None:
        return max(1, int(sum(client.nthreads().values())))
    known: int | None = getattr(executor, "_max_workers", None)
    return known or os.cpu_count() or 1


class Processes(Executor):
    """A pool of processes that is made anew when one of them has died."""

    def __init__(self, workers: int) -> None:
        self._max_workers = workers
        self._pool = self._make()

    def _make(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._max_workers, mp_context=get_context("spawn"))

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """As an Executor does; a pool that has broken meanwhile is replaced."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool = self._make()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


@contextmanager
def workers_at(place: str) -> Iterator[Executor]:
    """Workers named by a text: ``processes:4``, ``mpi``, or the address of a Dask scheduler, ``tcp://host:8786``.

    Raises
    ------
    InputError
        If the text names nothing that is there.

    Examples
    --------
    >>> with workers_at("processes:2") as executor:
    ...     type(executor).__name__
    'Processes'
    """
    kind, _, rest = place.partition(":")
    if kind == "processes":
        if not rest.isdigit() or int(rest) < 1:
            raise InputError("cluster", place, "a number of processes from 1 on, as in processes:4")
        with Processes(int(rest)) as pool:
            yield pool
    elif place == "mpi":
        try:
            from mpi4py.futures import MPIPoolExecutor  # type: ignore[import-not-found]
        except ImportError as error:
            raise EngineError(
                "MPI needs mpi4py: `pip install hepatica[mpi]`, and start with `mpiexec -n N python -m "
                "mpi4py.futures -m hepatica ...`"
            ) from error
        with MPIPoolExecutor() as pool:
            yield pool
    elif kind in ("tcp", "tls", "ucx", "ws", "wss") and rest.startswith("//"):
        try:
            from distributed import Client
        except ImportError as error:
            raise EngineError("a Dask cluster needs distributed: `pip install hepatica[cluster]`") from error
        try:
            client = Client(place, timeout=CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as error:
            why = f"the address of a Dask scheduler that answers ({type(error).__name__})"
            raise InputError("cluster", place, why) from error
        with client, client.get_executor() as pool:  # type: ignore[no-untyped-call]
            yield pool
    else:
        raise InputError("cluster", place, "tcp://host:port of a Dask scheduler, processes:4, or mpi")
