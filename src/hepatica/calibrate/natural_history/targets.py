"""Targets of the natural history: published means and medians of labs, and their simulated values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.evidence import load
from hepatica.patients.population import Published

Floats = NDArray[np.float64]
QUARTILES = 1.349  # SD of a normal distribution between its quartiles


@dataclass(frozen=True)
class Target:
    """One mean or median to meet: variable, day, value, and the spread where it is published."""

    variable: str
    time: float
    value: float
    median: bool = False
    sd: float = float("nan")
    quartiles: tuple[float, float] | None = None


@dataclass(frozen=True)
class Met:
    """Published value of a target with its simulated one; `source` is the publication."""

    variable: str
    time: float
    published: float
    simulated: float
    spread: float = float("nan")
    published_spread: float = float("nan")
    source: str = ""


def targets(source: Published, system: System) -> list[Target]:
    """Published labs of an arm, and of parts of it, that the model has.

    A part's value counts where none of that variable and day came before: the same people are never met twice.
    """
    rows, publication, seen = [], load(source.publication), set()
    for o in publication.observations:
        mine = source.arm in (o.arm, publication.arm(o.arm).subset_of)
        known = o.variable == "meld" or o.variable in system.outputs
        chosen = not source.variables or o.variable in source.variables
        if not (mine and known and chosen and o.usable and o.kind in ("mean_sd", "median")):
            continue
        if (o.variable, o.time) not in seen:
            seen.add((o.variable, o.time))
            quartiles = None if o.q1 is None or o.q3 is None else (float(o.q1), float(o.q3))
            rows.append(
                Target(o.variable, float(o.time), float(o.value), o.kind == "median", float(o.sd or np.nan), quartiles)
            )
    return rows


def mean_or_median(target: Target, value: Floats, weight: Floats) -> Met:
    """A target beside the simulated patients, each counted by the probability of still being there."""
    known = np.isfinite(value) & np.isfinite(weight)
    value, weight = value[known], weight[known]
    if not target.median:
        mean, sd = float(np.average(value, weights=weight)), float(value.std())
        return Met(target.variable, target.time, target.value, mean, sd, target.sd)
    order = np.argsort(value)
    place = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    q1, q2, q3 = np.interp([0.25, 0.5, 0.75], place, value[order])
    between = (target.quartiles[1] - target.quartiles[0]) / QUARTILES if target.quartiles else float("nan")
    return Met(target.variable, target.time, target.value, float(q2), float(q3 - q1) / QUARTILES, between)
