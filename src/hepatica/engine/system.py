"""System: a model ready to be solved, with its names, typical values and engine."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hepatica.engine import store
from hepatica.engine.base import Engine, SolveOptions
from hepatica.engine.compiled import Compiled
from hepatica.engine.initial import Chains, chains, function_of
from hepatica.engine.problem import Floats, Ints, Layout, Problem, Solution
from hepatica.engine.reference import Reference, compiled_functions
from hepatica.engine.remote import Remote
from hepatica.errors import InputError
from hepatica.model.structure import Model
from hepatica.progress import Progress

ENGINES: tuple[type[Engine], ...] = (Compiled, Reference)  # "auto" takes the first that this machine can run


def choose(name: str = "auto") -> type[Engine]:
    """Engine of a name; "auto" is the first that this machine can run.

    Raises
    ------
    InputError
        If there is no engine of that name.

    Examples
    --------
    >>> choose("reference").name
    'reference'
    """
    for engine in ENGINES:
        if engine.name == name or (name == "auto" and engine.available()):
            return engine
    raise InputError("engine", name, f"one of {', '.join(e.name for e in ENGINES)}")


@dataclass(frozen=True)
class System:
    """Model with an engine.

    Parameters
    ----------
    model : Model
        The assembled model.
    engine : {"auto", "compiled", "reference"}
        "auto" compiles where there is a compiler and otherwise takes the reference engine.
    executor : Executor, optional
        Workers on which to solve, instead of threads of this process: see `hepatica.engine.remote`.

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
    chains: Chains | None = field(default=None, repr=False, compare=False)
    _solver: list[Engine] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Choose the engine, and load it or its workers."""
        local = choose(self.engine)
        object.__setattr__(self, "engine", local.name)
        self._solver.append(local(self.model) if self.executor is None else Remote(self.model, self.executor, local))

    def __reduce__(self) -> tuple[type[System], tuple[Model, str, None, Chains | None]]:
        """Pickle model and name of the engine; the library is loaded, or compiled, where the copy is made."""
        return System, (self.model, self.engine, None, self.chains)

    @property
    def layout(self) -> Layout:
        """Order of names in arrays."""
        return self._solver[0].layout

    @property
    def states(self) -> tuple[str, ...]:
        """Names of states, in the order of arrays."""
        return self.layout.states

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of parameters, in the order of arrays."""
        return self.layout.parameters

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of outputs: states, then quantities."""
        return self.layout.outputs

    @functools.cached_property
    def scale(self) -> Floats:
        """Scale of each state, for its absolute tolerance."""
        return np.array(self.layout.scale)

    @functools.cached_property
    def _python(self) -> dict[str, Any]:
        return compiled_functions(self.model)

    def with_parameters(self, model: Model) -> System:
        """System of a model with the same equations and other parameter values: the kernel is the same.

        Parameters
        ----------
        model : Model
            Of `hepatica.model.own_values.with_values`.
        """
        made = object.__new__(System)
        made.__dict__.update(self.__dict__ | {"model": model})
        return made

    def typical(self, hypothesis: str = "") -> Floats:
        """Typical parameters, in the order of arrays."""
        return np.array([p.under(hypothesis) for p in self.model.parameters.values()])

    def neutral(self) -> Floats:
        """Parameters at which the sub-models have their published forms."""
        return np.array([p.value if p.neutral is None else p.neutral for p in self.model.parameters.values()])

    @functools.cached_property
    def _chains(self) -> Chains:
        return chains(self.model) if self.chains is None else self.chains

    def healthy(self, parameters: Floats) -> Floats:
        """Initial states in health, shape (n, n_states), of parameters (n, n_parameters)."""
        parameters = np.atleast_2d(parameters)
        n = len(parameters)
        columns = []
        for s in self.model.states.values():
            value = self._constant(s.initial, parameters) if isinstance(s.initial, str) else s.initial
            columns.append(np.broadcast_to(np.asarray(value, float), (n,)))
        return np.stack(columns, axis=1)

    def _constant(self, name: str, parameters: Floats) -> Any:
        """A parameter, or a quantity that depends on parameters alone, for each patient."""
        known: dict[str, Any] = dict(zip(self.parameters, parameters.T, strict=True))
        for step in () if name in known else self._chains[name]:
            known[step.name] = function_of(step)(*(known[n] for n in step.needs))
        return known[name]

    def index(self, names: tuple[str, ...]) -> Ints:
        """Positions of outputs.

        Raises
        ------
        InputError
            If a name is not an output of the model.
        """
        return self.layout.index(names)

    def solve(
        self,
        problem: Problem,
        *,
        workers: int | None = None,
        sensitivities: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Solution:
        """Check a problem and solve it; a patient that the compiled engine cannot solve is retried.

        Parameters
        ----------
        problem : Problem
            Any number of patients.
        workers : int, optional
            Threads; all processors unless given. The solution does not depend on it.
        sensitivities : sequence of str
            Parameters, or states for their initial values, by which derivatives of the outputs are computed.
            Infections stay at the times at which they happened; a patient is not retried.
        progress : Progress, optional
            Told of the stage "solve", in patients.

        Raises
        ------
        InputError
            If an array of the problem cannot be used, or an output or a sensitivity is not of the model.
        """
        return self._solver[0].solve(problem, SolveOptions(workers, tuple(sensitivities), progress))


def shipped_system(engine: str = "auto", executor: Executor | None = None) -> System:
    """System of the shipped model, from the cache where it holds the assembled model.

    The same as ``System(assemble(MODULES), engine, executor)``, without SymPy until an expression is asked for.

    Examples
    --------
    >>> shipped_system("reference").model.modules[0]
    'matrix'
    """
    model, made = store.shipped()
    return System(model, engine, executor, made)
