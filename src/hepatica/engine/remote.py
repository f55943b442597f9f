"""Remote engine: patients solved on an executor's workers, be they processes, a Dask cluster or an MPI pool.

A patient's numbers depend on nothing but the patient, so chunks of any size on any worker, lost and sent again or
not, give the same bytes. A worker builds the engine from its recipe once and keeps it.
"""

from __future__ import annotations

import functools
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, ClassVar, TypeAlias, final

import numpy as np

from hepatica.engine import store
from hepatica.engine.base import Engine, SolveOptions
from hepatica.engine.checked import Checked
from hepatica.engine.problem import Solution
from hepatica.errors import EngineError, InputError
from hepatica.model.structure import Model
from hepatica.progress import Progress

FIRST, LEAST, MOST = 64, 16, 8192  # patients in a chunk: before its cost is known, and at least and at most after
SECONDS = 1.0  # aimed at for a chunk
TRIES = 4  # a chunk whose worker died is sent again this often
CONNECT = 10.0  # seconds to wait for a cluster
LOOK = 1.0  # seconds after which a silent scheduler is looked at
Work: TypeAlias = Callable[[Checked], tuple[float, Solution]]
START_AGAIN = "start it again, then run the same command"


@dataclass(frozen=True)
class Recipe:
    """Recipe by which a worker makes the same engine: names of modules, constants, and the model's hash."""

    modules: tuple[str, ...]
    constants: tuple[tuple[str, float], ...]
    hash: str
    engine: type[Engine]

    @classmethod
    def of(cls, model: Model, engine: type[Engine]) -> Recipe:
        """The recipe of an assembled model.

        Raises
        ------
        EngineError
            If a module is not among those that are shipped: a worker could not import it.
        """
        if foreign := [m for m in model.modules if not store.has_module(m)]:
            raise EngineError(
                f"module '{foreign[0]}' is not one of Hepatica's own, so that workers elsewhere cannot have it; "
                "solve it in this process"
            )
        return cls(model.modules, tuple(sorted(model.constants.items())), model.hash, engine)


@functools.lru_cache(maxsize=4)
def _engine(recipe: Recipe) -> Engine:
    """Engine of a recipe, made once on a worker."""
    model = store.shipped()[0]
    if model.hash != recipe.hash:
        model = store.assemble_modules(recipe.modules, dict(recipe.constants))
    if model.hash != recipe.hash:
        raise EngineError("a worker has another version of the model; install the same Hepatica everywhere")
    return recipe.engine(model)


def _chunk(recipe: Recipe, sensitivities: tuple[str, ...], checked: Checked) -> tuple[float, Solution]:
    """Work of a worker: solve some patients; the seconds that it took, and the solution."""
    engine = _engine(recipe)
    began = time.perf_counter()
    done = engine.run(checked, SolveOptions(workers=1, sensitivities=sensitivities))
    return time.perf_counter() - began, done


@final
class Remote(Engine):
    """Engine that has chunks of patients solved by another engine on an executor's workers.

    Parameters
    ----------
    model : Model
        Of shipped modules.
    executor : Executor
        A chunk whose worker dies is sent again, `TRIES` times at most.
    local : type of Engine
        Engine on the workers.
    """

    name: ClassVar[str] = "remote"

    def __init__(self, model: Model, executor: Executor, local: type[Engine]) -> None:
        super().__init__(model)
        self.executor, self.local = executor, local

    def run(self, checked: Checked, options: SolveOptions) -> Solution:
        """Solve in chunks; `workers` is not used, as each worker takes one patient after another.

        Raises
        ------
        EngineError
            If a module does not ship, workers die again and again, or the scheduler is gone.
        """
        work = functools.partial(_chunk, Recipe.of(self.model, self.local), options.sensitivities)
        return _Round(self.executor, checked, work, options.progress).solve()


class _Round:
    """One problem, chunk by chunk, until every patient is solved."""

    def __init__(self, executor: Executor, checked: Checked, work: Work, progress: Progress | None) -> None:
        self.executor, self.checked, self.work, self.progress = executor, checked, work, progress
        self.n, self.in_flight = checked.problem.n, 2 * _slots(executor)
        self.running: dict[Future[tuple[float, Solution]], tuple[int, int]] = {}
        self.again: list[tuple[int, int]] = []
        self.tried: Counter[int] = Counter()
        self.parts: dict[int, Solution] = {}
        self.begun, self.size, self.done = 0, FIRST, 0

    def solve(self) -> Solution:
        """Send chunks and gather their solutions, in the order of patients."""
        try:
            while self.again or self.running or self.begun < self.n:
                self._send()
                done = wait(self.running, LOOK, return_when=FIRST_COMPLETED).done
                if not done and not _is_connected(self.executor):  # then these futures never end
                    raise EngineError(f"the scheduler of the workers is gone; {START_AGAIN}")
                for future in done:
                    self._take(future)
        finally:
            for future in self.running:
                future.cancel()
        return Solution.join([self.parts[first] for first in sorted(self.parts)])

    def _send(self) -> None:
        while len(self.running) < self.in_flight and (self.again or self.begun < self.n):
            first, last = self.again.pop() if self.again else (self.begun, min(self.begun + self.size, self.n))
            self.begun = max(self.begun, last)
            self.tried[first] += 1
            part = self.checked.part(first, last)
            try:
                future = self.executor.submit(self.work, part)
            except Exception as error:  # whatever kind of executor it is, it takes no more work
                why = type(error).__name__
                raise EngineError(f"the workers cannot be reached any more ({why}); {START_AGAIN}") from error
            self.running[future] = (first, last)

    def _take(self, future: Future[tuple[float, Solution]]) -> None:
        first, last = self.running.pop(future)
        try:
            seconds, self.parts[first] = future.result()
        except Exception as error:
            if not _lost(error):
                raise
            if self.tried[first] >= TRIES:
                raise EngineError(
                    f"workers died {self.tried[first]} times on patients {first} to {last - 1} "
                    f"({type(error).__name__}); give each more memory, or use fewer"
                ) from error
            self.again.append((first, last))
            return
        size = (last - first) * SECONDS / max(seconds, 1e-6)
        self.size = int(np.clip(size, LEAST, min(MOST, 4 * (last - first))))
        self.done += last - first
        if self.progress is not None:
            self.progress("solve", self.done, self.n)


def _lost(error: Exception) -> bool:
    """True where a worker died, not the work."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in (
        "KilledWorker",
        "CancelledError",
        "FutureCancelledError",
    )


def _is_connected(executor: Executor) -> bool:
    """False where a Dask client has lost its scheduler; it forgets its futures then, and they never end."""
    client: Any = getattr(executor, "_client", None)
    return client is None or client.status == "running"


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
def _quiet(*packages: str) -> Iterator[None]:
    """Keep the loggers of packages silent meanwhile."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in packages]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


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
        with _quiet("distributed", "tornado"):  # they log tracebacks of what is said here in one sentence
            pool = client.get_executor()  # type: ignore[no-untyped-call]
            try:
                yield pool
            finally:
                with suppress(Exception):  # of a scheduler that is gone
                    pool.shutdown(wait=False)
                    client.close(timeout=CONNECT)  # type: ignore[no-untyped-call]
    else:
        raise InputError("cluster", place, "tcp://host:port of a Dask scheduler, processes:4, or mpi")
