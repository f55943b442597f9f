"""Free quantities of the joint fit of labs: constants of human biology for all, and each population's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.patients import Population, load_population
from hepatica.patients.population import Covariate, Fitted

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shared:
    """Constant of human biology that moves for all populations, and the SD of its logarithm about its start."""

    parameter: str
    tolerance: float


BIOLOGY = (
    Shared("alt_content", 0.3),
    Shared("enzyme_leak", 0.7),
    Shared("alt_alcohol", 0.4),
    Shared("cholestasis_il6", 1.0),
    Shared("cholestasis_injury", 1.0),
    Shared("cholestasis_injury_half", 0.7),
    Shared("cholestasis_rate", 0.5),
    Shared("cholestasis_alcohol", 0.7),
    Shared("brake_inflammation", 0.7),
    Shared("senescence_repair", 0.5),
    Shared("alarm", 0.5),
    Shared("alarm_half", 0.3),
    Shared("damage_pace", 0.5),
    Shared("gut_leak_alcohol", 0.6),
    Shared("factor_consumption", 0.7),
    Shared("consumption_half", 0.6),
    Shared("creatinine_healthy", 0.1),
    Shared("gfr_fall", 0.3),
    Shared("tubule_inflammation", 0.4),
    Shared("white_gain", 0.5),
    Shared("il6_phagocytes", 0.5),
    Shared("alcohol_kill", 0.7),
    Shared("alcohol_rate", 0.4),
    Shared("viral_clearance", 0.7),
)
"""Moved by labs."""


def scaled(value: float | Covariate, factor: float) -> float | Covariate:
    """A number or a distribution times a factor."""
    if not isinstance(value, Covariate):
        return value * factor
    ends = ("mean", "sd", "low", "high", "median")
    parts = tuple(p.model_copy(update={n: getattr(p, n) * factor for n in ends}) for p in value.parts)
    return value.model_copy(update={"parts": parts})


def with_factor(population: Population, quantity: str, factor: float) -> Population:
    """The population with one of its own quantities, ``<table>.<name>``, times a factor, wherever it is stated."""
    table, _, name = quantity.partition(".")
    if table == "fitted":
        row = population.fitted[name]
        return population.model_copy(
            update={"fitted": population.fitted | {name: row.model_copy(update={"value": row.value * factor})}}
        )
    own = getattr(population, table)
    changed = {table: own | {name: scaled(own[name], factor)}} if name in own else {}
    causes = tuple(
        c.model_copy(update={table: getattr(c, table) | {name: scaled(getattr(c, table)[name], factor)}})
        if name in getattr(c, table)
        else c
        for c in population.causes
    )
    return population.model_copy(update={**changed, "causes": causes})


def with_biology(population: Population, values: Mapping[str, float]) -> Population:
    """The population under other constants of human biology."""
    held = {n: Fitted(value=v, reason="Tried by the joint fit.") for n, v in values.items()}
    return population.model_copy(update={"fitted": population.fitted | held})


@dataclass(frozen=True)
class Moves:
    """Everything that labs move, in the order of the search: names, starts and tolerances on the log scale."""

    shared: tuple[Shared, ...]
    own: tuple[tuple[str, str, float], ...]

    @classmethod
    def of(cls, keys: Sequence[str]) -> Moves:
        """Constants of biology, then each population's own quantities."""
        own = tuple((k, m.quantity, m.tolerance) for k in keys for m in load_population(k).fit.moved)
        return cls(BIOLOGY, own)

    def populations(self, x: Floats, system: System, keys: Sequence[str]) -> dict[str, Population]:
        """Every population at logarithms of factors."""
        biology = {
            s.parameter: system.model.parameters[s.parameter].value * float(np.exp(v))
            for s, v in zip(self.shared, x[: len(self.shared)], strict=True)
        }
        found = {k: load_population(k) for k in keys}
        for (k, quantity, _), v in zip(self.own, x[len(self.shared) :], strict=True):
            if k in found:
                found[k] = with_factor(found[k], quantity, float(np.exp(v)))
        return {k: with_biology(p, biology) for k, p in found.items()}

    def of_population(self, key: str) -> NDArray[np.int_]:
        """Positions in the search of the quantities that a population answers to."""
        own = [len(self.shared) + i for i, (k, *_) in enumerate(self.own) if k == key]
        return np.array([*range(len(self.shared)), *own])

    @property
    def tolerances(self) -> Floats:
        """SD of each logarithm about its start."""
        return np.array([*(s.tolerance for s in self.shared), *(t for *_, t in self.own)])
