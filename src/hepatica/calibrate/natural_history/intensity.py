"""Deaths and transplants of the untreated for other values of the intensities' parameters, without simulating again.

The intensities are read from the model's own equations: simulated once, evaluated for any value of their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
import xarray as xr
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.evidence import load
from hepatica.model.functions import NUMPY
from hepatica.patients import Admitted, Population
from hepatica.patients.population import Published

Floats = NDArray[np.float64]
NAMES = ("death_intensity", "transplant_intensity")
VARIABLES = ("death", "survival", "transplant_free_survival", "transplanted")


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
    """Cumulative incidences, (time,): alive without transplant, dead without one, transplanted."""

    free: Floats
    dead: Floats
    transplanted: Floats
    each: Floats

    def of(self, variable: str) -> Floats:
        """Proportion of a published variable over time; survivors of a transplant count as alive."""
        return {
            "death": self.dead,
            "survival": 1 - self.dead,
            "transplant_free_survival": self.free,
            "transplanted": self.transplanted,
        }[variable]


def outcomes(
    ds: xr.Dataset, patients: Admitted, system: System, row: Population, moved: Iterable[str]
) -> Callable[[dict[str, float]], Outcomes]:
    """Outcomes of the first arm as a function of typical values of moved parameters; uncertainty stays as drawn."""
    columns = patients.cohort.under("treatment", patients.cohort.parameters()).T[:, :, None]
    typical = (
        {name: system.model.parameters[name].value for name in system.parameters}
        | {name: f.value for name, f in row.fitted.items()}
        | {name: v for name, v in row.treatment.items() if isinstance(v, float)}
    )
    times, functions = ds["time"].values, []
    for expr in expressions(system, moved).values():
        symbols = sorted(expr.free_symbols, key=lambda s: str(s.name))
        functions.append((sp.lambdify(symbols, expr, modules=[NUMPY, "numpy"], cse=True), [s.name for s in symbols]))

    def rate(function: Any, names: list[str], values: dict[str, float]) -> Floats:
        given = []
        for name in names:
            if name not in system.parameters:
                given.append(ds[name].values[0])
                continue
            column = columns[system.parameters.index(name)]
            if name in values:  # a value of 0 has no deviation to keep
                column = (
                    column * (values[name] / typical[name]) if typical[name] else np.full_like(column, values[name])
                )
            given.append(column)
        shape = (len(columns[0]), len(times))
        intensity: Floats = np.asarray(function(*given), float)
        return np.minimum(np.broadcast_to(intensity, shape), 50.0)

    def evaluate(values: dict[str, float]) -> Outcomes:
        death, transplant = (rate(f, names, values) for f, names in functions)
        return _incidences(death, transplant, times)

    return evaluate


def _incidences(death: Floats, transplant: Floats, times: Floats) -> Outcomes:
    """Cumulative incidences of two competing intensities (patients, time), averaged over solved patients."""
    both = death + transplant
    step = (both[:, 1:] + both[:, :-1]) / 2 * np.diff(times)
    free = np.exp(-np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, axis=1)], axis=1))
    share = (transplant[:, 1:] + transplant[:, :-1]) / np.maximum(both[:, 1:] + both[:, :-1], 1e-300)
    gone = np.concatenate([np.zeros((len(step), 1)), np.cumsum((free[:, :-1] - free[:, 1:]) * share, axis=1)], axis=1)
    known = np.isfinite(free).all(axis=1)
    alive, moved = free[known].mean(0), gone[known].mean(0)
    return Outcomes(alive, 1 - alive - moved, moved, free)


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
