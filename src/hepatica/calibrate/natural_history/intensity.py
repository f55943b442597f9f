"""Deaths and transplants of the untreated for other values of the intensities' parameters, without simulating again.

The intensities are read from the model's own equations: simulated once, evaluated for any value of their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.evidence import load
from hepatica.model.functions import NUMPY
from hepatica.patients import Cohort
from hepatica.patients.population import Published

Floats = NDArray[np.float64]
NAMES = ("death_intensity", "transplant_intensity")
INTENSITIES = (
    *("liver_rate", "death_mass", "circulation_rate", "death_kidney", "brain_rate", "death_brain"),
    *("infection_lethality", "infection_paralysed", "death_inflammation", "death_half", "death_paralysis", "death_age"),
    *("bleeding_lethal", "bleeding_lethal_failing", "tumour_lethal", "base_rate"),
)
"""Uncertain parameters of which nothing but deaths depends: no state, no lab and no other event."""
VARIABLES = ("death", "survival", "transplant_free_survival", "transplanted")
LARGEST = 50.0  # intensity, 1/day, above which nobody lives for an hour


def expressions(system: System, moved: Iterable[str]) -> dict[str, Any]:
    """Symbolic intensities, with every quantity written out that depends on a moved parameter."""
    model, moved = system.model, set(moved)
    moving: set[str] = set()
    for name, quantity in model.quantities.items():  # in causal order
        if {s.name for s in quantity.expr.free_symbols} & (moved | moving):
            moving.add(name)
    intensities = {}
    for name in NAMES:
        expr = model.quantities[name].expr
        while used := [s for s in expr.free_symbols if s.name in moving]:
            expr = expr.xreplace({s: model.quantities[s.name].expr for s in used})
        intensities[name] = expr
    return intensities


def needed(system: System, moved: Iterable[str]) -> tuple[str, ...]:
    """Outputs that the intensities read, for any value of the moved parameters."""
    used = {s.name for expr in expressions(system, moved).values() for s in expr.free_symbols}
    return tuple(name for name in system.outputs if name in used)


@dataclass(frozen=True)
class Outcomes:
    """Cumulative incidences of each patient, (patients, time): alive without transplant, transplanted."""

    times: Floats
    free: Floats
    transplanted: Floats

    def each(self, variable: str, day: float) -> Floats:
        """Probability of a published variable by a day, (patients,); survivors of a transplant count as alive."""
        k = int(np.argmin(np.abs(self.times - day)))
        free, transplanted = self.free[:, k], self.transplanted[:, k]
        values = {
            "transplant_free_survival": free,
            "transplanted": transplanted,
            "death": 1 - free - transplanted,
            "survival": free + transplanted,
        }
        return values[variable]


def outcomes(
    outputs: Mapping[str, Floats], times: Floats, cohort: Cohort, system: System, moved: Iterable[str]
) -> Callable[[Mapping[str, Floats]], Outcomes]:
    """Outcomes as a function of the patients' values, each (patients,), of moved parameters; others are as drawn.

    Parameters
    ----------
    outputs : mapping of str to (patients, time)
        Those that `needed` names.
    times : (time,)
        Day.
    cohort : Cohort
        Of the patients.
    system : System
        Model and engine.
    moved : iterable of str
        Parameters whose values may be given.
    """
    drawn = cohort.under("treatment", cohort.parameters())
    functions = []
    for expr in expressions(system, moved).values():
        symbols = sorted(expr.free_symbols, key=lambda s: str(s.name))
        functions.append((sp.lambdify(symbols, expr, modules=[NUMPY, "numpy"], cse=True), [s.name for s in symbols]))
    place = {name: k for k, name in enumerate(system.parameters)}
    usual = {n: drawn[:, place[n]] for _, names in functions for n in names if n in place}
    shape = (len(drawn), len(times))

    def evaluate(values: Mapping[str, Floats]) -> Outcomes:
        known = usual | {n: v for n, v in values.items() if n in usual}
        rates = []
        for function, names in functions:
            with np.errstate(over="ignore"):  # a power of next to nothing, whose limit is right
                rate = np.asarray(function(*(known[n][:, None] if n in known else outputs[n] for n in names)), float)
            rates.append(np.minimum(np.broadcast_to(rate, shape), LARGEST))
        death, transplant = rates
        return incidences(death, transplant, times)

    return evaluate


def incidences(death: Floats, transplant: Floats, times: Floats) -> Outcomes:
    """Cumulative incidences of two competing intensities, both (patients, time)."""
    both = death + transplant
    step = (both[:, 1:] + both[:, :-1]) / 2 * np.diff(times)
    free = np.exp(-np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, axis=1)], axis=1))
    share = (transplant[:, 1:] + transplant[:, :-1]) / np.maximum(both[:, 1:] + both[:, :-1], 1e-300)
    gone = np.concatenate([np.zeros((len(step), 1)), np.cumsum((free[:, :-1] - free[:, 1:]) * share, axis=1)], axis=1)
    return Outcomes(times, free, gone)


@dataclass(frozen=True)
class Event:
    """Published proportion of people with an endpoint by a day."""

    variable: str
    time: float
    value: float
    people: int | None = None


def published(source: Published) -> list[Event]:
    """Published deaths, survival and transplants of an arm, as proportions, in order of time.

    Survival of all is left out where transplants are counted: some of them die after it.
    """
    variables = source.variables or VARIABLES
    rows = [
        o for o in load(source.publication).find(arm=source.arm) if o.variable in VARIABLES and o.variable in variables
    ]
    counted = any(o.variable == "transplanted" for o in rows)
    return sorted(
        (
            Event(o.variable, float(o.time), float(o.value) / 100, o.n)
            for o in rows
            if not (counted and o.variable in ("survival", "death"))
        ),
        key=lambda e: (e.time, e.variable),
    )
