"""A model ready to be solved: names, indices, and the engine that does it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from hepatica.engine import compile as compiler
from hepatica.engine import kernel, reference, remote
from hepatica.engine import sensitivities as derivatives
from hepatica.engine.generate import python_source
from hepatica.engine.problem import Floats, Ints, Problem, Solution
from hepatica.errors import EngineError, InputError
from hepatica.model.assemble import Model
from hepatica.progress import Progress

ENGINES = ("compiled", "reference")
RETRY_RTOL = 1e-6


@dataclass(frozen=True)
class System:
    """A model with an engine.

    Parameters
    ----------
    model : Model
    engine : {"auto", "compiled", "reference"}
        "auto" compiles where there is a compiler and otherwise answers with the reference engine.
    executor : Executor, optional
        Where to solve, instead of threads of this process: see `engine.spread`.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> System(assemble(MODULES), "reference").engine
    'reference'
    """

    model: Model
    engine: str = "auto"
    executor: Executor | None = field(default=None, repr=False, compare=False)
    _library: list[Any] = field(default_factory=list, repr=False, compare=False)
    _chains: dict[str, list[Any]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.engine == "auto":
            object.__setattr__(self, "engine", "compiled" if compiler.find_compiler() else "reference")
        if self.engine not in ENGINES:
            raise InputError("engine", self.engine, f"one of {', '.join(ENGINES)}")
        if self.engine == "compiled":
            self._library.append(compiler.load(compiler.build(self.model)))

    @functools.cached_property
    def states(self) -> tuple[str, ...]:
        """Names of states, in the order of arrays."""
        return tuple(self.model.states)

    @functools.cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of parameters, in the order of arrays."""
        return tuple(self.model.parameters)

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names that can be asked for: states, then quantities."""
        return (*self.model.states, *self.model.quantities)

    @functools.cached_property
    def scale(self) -> Floats:
        """Size of each state that counts as large."""
        return np.array([s.scale for s in self.model.states.values()])

    @functools.cached_property
    def _python(self) -> dict[str, Any]:
        space: dict[str, Any] = {}
        exec(compile(python_source(self.model), "<model>", "exec"), space)
        space["N_OUTPUTS"] = len(self.outputs)
        return space

    def typical(self, hypothesis: str = "") -> Floats:
        """Typical parameters, in the order of arrays."""
        return np.array([p.under(hypothesis) for p in self.model.parameters.values()])

    def neutral(self) -> Floats:
        """Parameters that restore the published forms of the sub-models."""
        return np.array([p.value if p.neutral is None else p.neutral for p in self.model.parameters.values()])

    def healthy(self, parameters: Floats) -> Floats:
        """States in health, from the table, shape (n, n_states)."""
        parameters = np.atleast_2d(parameters)
        columns = []
        for s in self.model.states.values():
            if isinstance(s.initial, str):
                columns.append(self._constant(s.initial, parameters))
            else:
                columns.append(np.full(len(parameters), s.initial))
        return np.stack(columns, axis=1)

    def _constant(self, name: str, parameters: Floats) -> Floats:
        """A parameter, or a quantity that depends on parameters alone, for each patient."""
        known: dict[str, Any] = dict(zip(self.parameters, parameters.T, strict=True))
        for quantity, needed, function in self._chain(name):
            known[quantity] = function(*(known[n] for n in needed))
        return np.broadcast_to(np.asarray(known[name], float), (len(parameters),)).copy()

    def _chain(self, name: str) -> list[tuple[str, tuple[str, ...], Callable[..., Any]]]:
        """The quantities that one needs, in order, each as a function of earlier ones and of parameters."""
        if name in self.parameters:
            return []
        if name not in self._chains:
            wanted, rows = {name}, []
            for quantity in reversed(list(self.model.quantities)):  # causal order, so needs come earlier
                if quantity in wanted:
                    expr = self.model.quantities[quantity].expr
                    symbols = sorted(expr.free_symbols, key=lambda s: s.name)
                    names = tuple(s.name for s in symbols)
                    wanted |= set(names)
                    rows.append((quantity, names, sp.lambdify(symbols, expr)))
            self._chains[name] = rows[::-1]
        return self._chains[name]

    def index(self, names: tuple[str, ...]) -> Ints:
        """Positions of outputs.

        Raises
        ------
        InputError
            If a name is not an output of the model.
        """
        for name in names:
            if name not in self.outputs:
                raise InputError("output", name, "a state or quantity that `hepatica model` lists")
        return np.array([self.outputs.index(n) for n in names], np.int64)

    @functools.cached_property
    def _uses(self) -> dict[str, frozenset[str]]:
        """What each output is made from, itself included: states and quantities."""
        uses = {s: frozenset([s]) for s in self.states}
        for name, quantity in self.model.quantities.items():  # causal order
            names = [s.name for s in quantity.expr.free_symbols]
            uses[name] = frozenset([name]).union(*(uses[n] for n in names if n in uses))
        return uses

    def _wanted(self, names: tuple[str, ...]) -> NDArray[np.uint8]:
        used = frozenset[str]().union(*(self._uses[n] for n in names))
        return np.array([name in used for name in self.outputs], np.uint8)

    def solve(
        self,
        problem: Problem,
        *,
        workers: int | None = None,
        sensitivities: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Solution:
        """Solve; a patient that the compiled engine cannot solve is retried by the reference engine.

        Parameters
        ----------
        sensitivities : sequence of str
            Parameters, or states for their initial values, by which derivatives of the outputs are wanted.
            Infections stay at the times at which they happened; a patient is not retried.

        Raises
        ------
        InputError
            If an output or a sensitivity is not of the model.
        """
        out, names = self.index(problem.outputs), tuple(sensitivities)
        hazards = tuple(self.states.index(t.hazard) for t in self.model.thresholds)
        for name in names:
            if name not in self.parameters and name not in self.states:
                raise InputError("sensitivity", name, "a parameter, or a state for its initial value, of the model")
        if self.executor is not None:
            recipe = remote.Recipe.of(self.model, self.engine)
            return remote.solve(self.executor, recipe, problem, sensitivities=names, progress=progress)
        if self.engine == "reference":
            if names:
                raise EngineError(
                    "sensitivities need the compiled engine: install a C compiler, or `pip install hepatica[zig]`"
                )
            return reference.solve(self._python, problem, self.scale, out, hazards, progress=progress)
        if not self._library:
            raise EngineError("the compiled engine is not loaded")
        library, wanted, threads = self._library[0], self._wanted(problem.outputs), workers or os.cpu_count() or 1
        if names:
            return derivatives.solve(
                lambda p: kernel.solve(library, p, self.scale, out, wanted, workers=threads, frozen=True),
                problem,
                names,
                self.parameters,
                self.states,
                self.scale,
                library.hepatica_lanes(),
                progress,
            )
        done = kernel.solve(library, problem, self.scale, out, wanted, workers=threads, progress=progress)
        first = np.where(done.status == 3, 0, done.status)
        failed = np.flatnonzero(first)
        for i in failed:
            one = replace(problem.part(int(i), int(i) + 1), rtol=min(problem.rtol, RETRY_RTOL))
            again = reference.solve(self._python, one, self.scale, out, hazards)
            if again.status[0] == 0:
                done.values[i], done.final[i], done.status[i] = again.values[0], again.final[0], 0
                done.crossings[i] = again.crossings[0]
        return replace(done, retried=first)
