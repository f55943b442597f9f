"""Untreated course of a population at typical values of what is not known, with its deaths at other intensities."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.natural_history import intensity
from hepatica.calibrate.natural_history.groups import FIVE_YEARS
from hepatica.calibrate.natural_history.moves import INTENSITIES
from hepatica.calibrate.natural_history.targets import Met, mean_or_median, targets
from hepatica.engine import System
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, Draws, Population
from hepatica.patients.draws import DrawKind
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
YEAR = 550.0  # day until which labs and deaths of most populations are followed
COHORT_SD = 0.04  # by which deaths of cohorts of one population differ beyond sampling
MOVED = (*(s.parameter for s in INTENSITIES), "transplant_rate")


@dataclass(frozen=True)
class Course:
    """One population as simulated: who they are, their untreated course, and its outcomes at other intensities."""

    population: Population
    patients: Admitted
    simulated: xr.Dataset
    outcomes: Callable[[dict[str, float]], intensity.Outcomes]


def typical_draws(system: System) -> Draws:
    """A single row in which every parameter stands at the middle of its prior and every effect acts."""
    prior = Draws.prior(system.model, 1, seed=0)
    return Draws({key: np.ones(1) if key.kind.value == "u" else np.zeros(1) for key in prior.columns})


def output_times(population: Population) -> Floats:
    """Output times, day: daily in the first month, then coarser, and each published day."""
    days = [e.time for source in population.fit.deaths for e in intensity.published(source)]
    usual = np.concatenate([np.arange(0.0, 29.0), np.arange(30.0, 91.0, 3.0), np.arange(105.0, 366.0, 15.0)])
    return np.unique(np.concatenate([usual, np.arange(410.0, FIVE_YEARS + 1, 45.0), days, [FIVE_YEARS]]))


def held_at_value(draws: Draws, names: Collection[str]) -> Draws:
    """Draws in which some parameters stand at the middle of their priors; all others are as drawn."""
    middle = {key: np.zeros(draws.n) for key in draws.columns if key.kind is DrawKind.COORDINATE and key.name in names}
    return Draws(dict(draws.columns) | middle, draws.provenance)


def follow(
    system: System,
    population: Population,
    *,
    n: int,
    seed: int,
    horizon: float = YEAR,
    known: Draws | None = None,
) -> Course:
    """Admit and simulate one population untreated, until `horizon` (day), at typical values or with `known` draws."""
    known = typical_draws(system) if known is None else known
    patients = admit(system, population, n, seed=seed, draws=min(n, known.n), known=known)
    wanted = [t for source in population.fit.targets for t in targets(source, system)]
    labs = {t.variable for t in wanted if t.variable != "meld"} | {"bilirubin", "inr", "creatinine"}
    times = output_times(population)
    times = times[times <= horizon]
    wanted_outputs = labs | set(intensity.needed(system, MOVED))
    outputs = tuple(name for name in system.outputs if name in wanted_outputs)
    ds = simulate(system, patients, [Arm("standard care")], times, outputs=outputs)
    score = meld(bilirubin=ds["bilirubin"].values, inr=ds["inr"].values, creatinine=ds["creatinine"].values)
    ds["meld"] = (("arm", "patient", "time"), np.asarray(score))
    return Course(population, patients, ds, intensity.outcomes(ds, patients, system, population, MOVED))


def lab_rows(course: Course, system: System, intensities: dict[str, float]) -> list[Met]:
    """Published labs beside simulated ones, each patient counted by the probability of still being there."""
    at, alive = course.simulated["time"].values, course.outcomes(intensities).each
    rows = []
    for target in (t for source in course.population.fit.targets for t in targets(source, system)):
        k = int(np.argmin(np.abs(at - target.time)))
        rows.append(mean_or_median(target, course.simulated[target.variable].values[0, :, k], alive[:, k]))
    return rows


def death_rows(course: Course, intensities: dict[str, float]) -> list[Met]:
    """Published deaths and transplants beside simulated ones, with the SD by which a cohort may differ."""
    at, outcomes, rows = course.simulated["time"].values, course.outcomes(intensities), []
    for source in course.population.fit.deaths:
        for e in intensity.published(source):
            share = float(outcomes.of(e.variable)[int(np.argmin(np.abs(at - e.time)))])
            sd = float(np.hypot(COHORT_SD, np.sqrt(max(e.value * (1 - e.value), 0.01) / (e.people or 200))))
            rows.append(Met(e.variable, e.time, e.value, share, published_spread=sd, source=source.publication))
    return rows
