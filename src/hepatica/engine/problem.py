"""What an engine is asked and what it answers, in plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BOLUS, RATE = 0, 1
MAX_CROSSINGS = 8
STATUS = {0: "solved", 1: "too many steps", 2: "step size fell to nothing", 3: "a value was not finite at the start"}


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
        `BOLUS` or `RATE`.
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

    @classmethod
    def join(cls, parts: list[Events]) -> Events:
        """The events of several batches of solves, one after another."""
        counts = np.concatenate([np.diff(p.offset) for p in parts])
        columns = (np.concatenate([getattr(p, name) for p in parts]) for name in ("time", "state", "amount", "kind"))
        return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), *columns)

    @classmethod
    def gather(cls, rows: list[list[tuple[float, int, float, int]]]) -> Events:
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
    """Many solves of one system.

    Attributes
    ----------
    parameters : (n, n_parameters) float
    initial : (n, n_states) float
    times : (n_times,) float, day
        Output times, ascending; the solve runs from `start` to the last.
    outputs : tuple of str
        States or quantities wanted.
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
class Solution:
    """What came out; a solve that failed is NaN with a status.

    Attributes
    ----------
    values : (n, n_times, n_outputs) float
    final : (n, n_states) float
    status : (n,) int
        Key of `STATUS`.
    steps, rejected : (n,) int
    crossings : (n, n_threshold_events, MAX_CROSSINGS) float
        Times of threshold events, NaN where none.
    retried : (n,) int
        Why the compiled engine failed, key of `STATUS`, where the reference engine had to try; else 0.
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
