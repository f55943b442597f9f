"""Problem, layout and solution: what an engine takes and gives, in plain arrays."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.engine.interface import EventKind
from hepatica.errors import InputError
from hepatica.model.structure import Model

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BOLUS, RATE = EventKind.BOLUS, EventKind.RATE


@dataclass(frozen=True)
class Events:
    """Dose events of many solves, one after another, each solve's in order of time.

    Attributes
    ----------
    offset : (n + 1,) int
        Events of solve i are offset[i]:offset[i + 1].
    time : (m,) float, day
    state : (m,) int
        Index of the state that is dosed.
    amount : (m,) float
        Amount for a bolus; change of rate per day for an infusion's start or end.
    kind : (m,) int
        Member of `EventKind`.
    """

    offset: Ints
    time: Floats
    state: Ints
    amount: Floats
    kind: Ints

    @classmethod
    def none(cls, n: int) -> Events:
        """No events for n solves."""
        i, f = np.zeros(0, np.int64), np.zeros(0)
        return cls(np.zeros(n + 1, np.int64), f, i, f, i)

    def repeat(self, factor: Floats, scaled: NDArray[np.bool_] | None = None) -> Events:
        """The events of this one solve for many, each with its amounts (where `scaled`) times its factor."""
        n, m = len(factor), len(self.time)
        factors = np.outer(factor, np.ones(m))
        if scaled is not None:
            factors = np.where(scaled, factors, 1.0)
        return Events(
            np.arange(n + 1, dtype=np.int64) * m,
            np.tile(self.time, n),
            np.tile(self.state, n),
            (factors * self.amount).ravel(),
            np.tile(self.kind, n),
        )

    def without_zeros(self) -> Events:
        """The events that give something: an amount of zero is no event, and would count as the end of an infusion.

        Examples
        --------
        >>> rows = [[(0.0, 3, 0.0, RATE), (1.0, 3, 0.0, RATE)], [(0.0, 3, 5.0, BOLUS)]]
        >>> Events.gather(rows).without_zeros().offset.tolist()
        [0, 0, 1]
        """
        given = self.amount != 0.0
        if given.all():
            return self
        offset = np.concatenate([[0], np.cumsum(given)]).astype(np.int64)[self.offset]
        return Events(offset, self.time[given], self.state[given], self.amount[given], self.kind[given])

    @classmethod
    def join(cls, parts: list[Events]) -> Events:
        """The events of several batches of solves, one after another."""
        counts = np.concatenate([np.diff(p.offset) for p in parts])
        columns = (np.concatenate([getattr(p, name) for p in parts]) for name in ("time", "state", "amount", "kind"))
        return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), *columns)

    @classmethod
    def gather(cls, rows: Sequence[Sequence[tuple[float, int, float, int]]]) -> Events:
        """From one list of (time, state, amount, kind) per solve; ties keep their order, boluses first."""
        ordered = [sorted(row, key=lambda e: (e[0], e[3])) for row in rows]
        flat = [e for row in ordered for e in row]
        offset = np.concatenate([[0], np.cumsum([len(r) for r in ordered])]).astype(np.int64)
        columns = list(zip(*flat, strict=True)) if flat else [(), (), (), ()]
        return cls(
            offset,
            np.array(columns[0], float),
            np.array(columns[1], np.int64),
            np.array(columns[2], float),
            np.array(columns[3], np.int64),
        )


@dataclass(frozen=True)
class Problem:
    """Initial value problems of one system, one for each patient.

    Attributes
    ----------
    parameters : (n, n_parameters) float
    initial : (n, n_states) float
    times : (n_times,) float, day
        Output times, ascending; the solve runs from `start` to the last.
    outputs : tuple of str
        States or quantities.
    events : Events
    thresholds : (n, n_threshold_events, MAX_CROSSINGS) float
        Exp(1) increments of cumulative hazard between crossings.
    start : float
    rtol : float
        Relative tolerance; absolute tolerance is rtol times the scale of each state.
    """

    parameters: Floats
    initial: Floats
    times: Floats
    outputs: tuple[str, ...]
    events: Events
    thresholds: Floats
    start: float = 0.0
    rtol: float = 1e-4
    max_steps: int = 100_000

    @property
    def n(self) -> int:
        """Number of solves."""
        return int(self.parameters.shape[0])

    def part(self, first: int, last: int) -> Problem:
        """Solves `first` to `last` (not included) alone."""
        ev, some = self.events, slice(first, last)
        of = slice(int(ev.offset[first]), int(ev.offset[last]))
        events = Events(
            ev.offset[first : last + 1] - ev.offset[first], ev.time[of], ev.state[of], ev.amount[of], ev.kind[of]
        )
        return replace(
            self,
            parameters=self.parameters[some],
            initial=self.initial[some],
            thresholds=self.thresholds[some],
            events=events,
        )


@dataclass(frozen=True)
class Layout:
    """Names of a model's variables in the order of arrays.

    Attributes
    ----------
    states, parameters, quantities : tuple of str
        Columns of initial states, of parameters, and what follows the states among the outputs.
    scale : tuple of float
        Scale of each state, for its absolute tolerance.
    hazards : tuple of int
        Position of the state that each threshold event watches.
    uses : tuple of tuple of str
        For each quantity, the names in its expression.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    quantities: tuple[str, ...]
    scale: tuple[float, ...]
    hazards: tuple[int, ...]
    uses: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, model: Model) -> Layout:
        """Layout of an assembled model."""
        states = tuple(model.states)
        return cls(
            states,
            tuple(model.parameters),
            tuple(model.quantities),
            tuple(s.scale for s in model.states.values()),
            tuple(states.index(t.hazard) for t in model.thresholds),
            tuple(q.uses for q in model.quantities.values()),
        )

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of outputs: states, then quantities."""
        return (*self.states, *self.quantities)

    @functools.cached_property
    def _position(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.outputs)}

    def index(self, names: Iterable[str]) -> Ints:
        """Positions of outputs.

        Raises
        ------
        InputError
            If a name is not an output of the model.
        """
        names = tuple(names)
        for name in names:
            if name not in self._position:
                raise InputError("output", name, "a state or quantity that `hepatica model` lists")
        return np.array([self._position[name] for name in names], np.int64)

    @functools.cached_property
    def _sources(self) -> dict[str, frozenset[str]]:
        """For each output, itself and all states and quantities that its value is computed from."""
        sources = {s: frozenset([s]) for s in self.states}
        for name, uses in zip(self.quantities, self.uses, strict=True):  # causal order
            sources[name] = frozenset([name]).union(*(sources[u] for u in uses if u in sources))
        return sources

    def required(self, names: Iterable[str]) -> NDArray[np.uint8]:
        """Mask, over all outputs, of what these outputs are computed from."""
        used = frozenset[str]().union(*(self._sources[n] for n in names))
        return np.array([name in used for name in self.outputs], np.uint8)

    def check_sensitivities(self, names: Iterable[str]) -> None:
        """Refuse derivatives by what is neither a parameter nor a state.

        Raises
        ------
        InputError
            If a name is neither.
        """
        for name in names:
            if name not in self.parameters and name not in self.states:
                raise InputError("sensitivity", name, "a parameter, or a state for its initial value, of the model")


@dataclass(frozen=True)
class Solution:
    """Solutions of a problem; a solve that failed is NaN with a status.

    Attributes
    ----------
    values : (n, n_times, n_outputs) float
    final : (n, n_states) float
    status : (n,) int
        Member of `Status`.
    steps, rejected : (n,) int
    crossings : (n, n_threshold_events, MAX_CROSSINGS) float
        Times of threshold events, NaN where none.
    retried : (n,) int
        Status that the compiled engine gave, where the reference engine tried again; else 0.
    sensitivities : (n, n_times, n_outputs, n_names) float, or None
        Derivatives of the values, where they were asked for.
    """

    values: Floats
    final: Floats
    status: Ints
    steps: Ints
    rejected: Ints
    crossings: Floats = field(repr=False)
    retried: Ints | None = field(default=None, repr=False)
    sensitivities: Floats | None = field(default=None, repr=False)

    @classmethod
    def join(cls, parts: list[Solution]) -> Solution:
        """The solutions of several batches of solves, one after another."""
        columns: dict[str, Any] = {}
        for f in fields(cls):
            rows = [getattr(p, f.name) for p in parts]
            columns[f.name] = None if rows[0] is None else np.concatenate(rows)
        return cls(**columns)
