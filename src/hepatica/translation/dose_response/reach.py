"""Living cells within reach of the injured liver, per cell given: species, route and hypothesis of distribution."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from hepatica.engine import Events, Problem, System
from hepatica.model.assemble import assemble
from hepatica.model.modules.cells import cells
from hepatica.model.parameters import read_table
from hepatica.therapy import Regimen
from hepatica.translation.species import HUMAN_LIVER, SPECIES, as_species

ORGANS = ("lung", "liver", "spleen", "gut", "kidney", "rest")
HYPOTHESES = ("", "lung_only")
MAN, MAN_WEIGHT = "human", 70.0  # kg, a usual adult
FIRST_DAY = np.linspace(0.0, 1.0, 97)
COURSE = np.linspace(0.0, 14.0, 337)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Living cells per cell given, means of the first day.

    Attributes
    ----------
    mediators : float
        Weighted by how far their mediators reach the liver, as ``cells_half`` counts them.
    in_place : float
        Of cells injected into an organ.
    engulfed : float, 1/day
        Highest reprogramming of phagocytes, times ``engulfed_half``.
    size : float
        Human liver's mass over the species' own: a cell weighs as much more as the liver is smaller.
    """

    mediators: float
    in_place: float
    engulfed: float
    size: float


def compute_reach(species: str, hypothesis: str = "") -> Reach:
    """Follow one infusion into a peripheral vein through the model's module of cells.

    Parameters
    ----------
    species : str
        ``"human"`` or one of `hepatica.translation.SPECIES`.
    hypothesis : str
        One of `HYPOTHESES`.

    Returns
    -------
    Reach
    """
    system = _system()
    p = system.typical(hypothesis)[None]
    p = p if species == MAN else as_species(system, p, species)
    given = 1e6 if species == MAN else 1e4
    first = _follow(system, p, Regimen(given, per_kg=False), FIRST_DAY)
    course = _follow(system, p, Regimen(given, per_kg=False), COURSE)
    table = read_table("secretome").parameters
    far = {n: table[n].under(hypothesis) for n in ("mediator_reach_lung", "mediator_reach_rest")}
    elsewhere = sum(first[f"cells_{o}"] for o in ("gut", "kidney", "rest"))
    by_mediators = first["cells_liver"] + first["cells_spleen"] + far["mediator_reach_lung"] * first["cells_lung"]
    by_mediators = by_mediators + far["mediator_reach_rest"] * elsewhere
    death = first["death_rate_organ"][0]
    return Reach(
        mediators=_mean(by_mediators) / given,
        in_place=float(-np.expm1(-death) / death),
        engulfed=_reprogrammed(course["engulfed"], table["efferocytosis_rate"].under(hypothesis)) / given,
        size=1.0 if species == MAN else HUMAN_LIVER / SPECIES[species].liver.value,
    )


@functools.cache
def _system() -> System:
    return System(
        assemble([cells], constants={"death_flux": 0.0, "shunt_cells": 0.0, "weight": MAN_WEIGHT}), "reference"
    )


def _follow(system: System, p: np.ndarray, regimen: Regimen, times: np.ndarray) -> dict[str, np.ndarray]:
    outputs = (*(f"cells_{o}" for o in ORGANS), "engulfed", "death_rate_organ")
    rows = [(t, system.states.index(s), a, k) for t, s, a, k in regimen.events(1.0, viability=1.0)]
    thresholds = np.full((1, len(system.model.thresholds), 8), np.inf)
    done = system.solve(Problem(p, system.healthy(p), times, outputs, Events.gather([rows]), thresholds, start=0.0))
    return {name: done.values[0, :, k] for k, name in enumerate(outputs)}


def _mean(values: np.ndarray) -> float:
    return float(np.trapezoid(values, FIRST_DAY))


def _reprogrammed(engulfed: np.ndarray, rate: float) -> float:
    """Highest F of dF/dt = rate (engulfed - F), from 0."""
    step = COURSE[1] - COURSE[0]
    level, highest = 0.0, 0.0
    for before, after in zip(engulfed[:-1], engulfed[1:], strict=True):
        level = level * np.exp(-rate * step) - np.expm1(-rate * step) * (before + after) / 2.0
        highest = max(highest, float(level))
    return highest


@functools.cache
def reach(species: str, hypothesis: str = "") -> Reach:
    """Reach as it ships, in ``reach.toml``: that of `compute_reach` when the page was last written.

    Examples
    --------
    >>> reach("human").size
    1.0
    """
    text = (files("hepatica.translation") / "dose_response" / "reach.toml").read_text(encoding="utf-8")
    row = tomllib.loads(text)[hypothesis or "label"][species]
    return Reach(**{name: float(value) for name, value in row.items()})  # the file has a whole number as 1
