"""Untreated course of a population under parameter draws: labs beside published ones, deaths at any intensity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan, stamped
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.error_model.spread import SDS_BETWEEN_QUARTILES
from hepatica.calibrate.natural_history import intensity
from hepatica.calibrate.natural_history.intensity import INTENSITIES
from hepatica.engine import System
from hepatica.evidence import load
from hepatica.outcomes.scores import meld
from hepatica.outcomes.tail import FIVE_YEARS
from hepatica.patients import Cohort, Draws, Population
from hepatica.patients.population import Published
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
YEAR = 550.0  # day until which labs and deaths of most populations are followed
LABS = ("bilirubin", "inr", "creatinine")  # of MELD


@dataclass(frozen=True)
class Course:
    """One population as simulated: who they are, their untreated course, and its outcomes at other intensities.

    Attributes
    ----------
    cohort : Cohort
        Its population, and the draw of each patient.
    times : (time,)
        Day.
    outputs : mapping of str to (patients, time)
        Labs, MELD, and what the intensities read.
    turned_away : float
        Share of candidates whose labs the population does not admit.
    outcomes : callable
        Outcomes at values, each (patients,), of the intensities' parameters; those that are not given are as drawn.
    """

    cohort: Cohort
    times: Floats
    outputs: Mapping[str, Floats]
    turned_away: float
    outcomes: Callable[[Mapping[str, Floats]], intensity.Outcomes]

    @property
    def draws(self) -> NDArray[np.int64]:
        """Row of the draw that each patient carries, (patients,)."""
        known = self.cohort.known
        return self.cohort.draw if known is None else known.row(self.cohort.draw)

    def at(self, name: str, day: float) -> Floats:
        """Output of every patient on a day, (patients,)."""
        return self.outputs[name][:, int(np.argmin(np.abs(self.times - day)))]


def typical_draws(system: System) -> Draws:
    """A single row in which every parameter stands at the middle of its prior and every effect acts."""
    prior = Draws.prior(system.model, 1, seed=0)
    return Draws({key: np.ones(1) if key.kind.value == "u" else np.zeros(1) for key in prior.columns})


def output_times(population: Population) -> Floats:
    """Output times, day: daily in the first month, then coarser, and each published day."""
    days = [e.time for source in population.fit.deaths for e in intensity.published(source)]
    usual = np.concatenate([np.arange(0.0, 29.0), np.arange(30.0, 91.0, 3.0), np.arange(105.0, 366.0, 15.0)])
    return np.unique(np.concatenate([usual, np.arange(410.0, FIVE_YEARS + 1, 45.0), days, [FIVE_YEARS]]))


def follow(
    system: System,
    population: Population,
    *,
    n: int,
    seed: int,
    horizon: float = YEAR,
    known: Draws | None = None,
    kept: Execution | None = None,
) -> Course:
    """Admit and simulate one population untreated, until `horizon` (day), at typical values or with `known` draws.

    What an earlier run has finished is read from the work folder of `kept`, if there is one.
    """
    known = typical_draws(system) if known is None else known
    times = output_times(population)
    times = times[times <= horizon]
    wanted = {t.variable for source in population.fit.targets for t in targets(source, system)}
    wanted |= {*LABS, *intensity.needed(system, INTENSITIES)}
    names = tuple(name for name in system.outputs if name in wanted)
    workers = None if kept is None else kept.workers

    def simulated() -> Floats:
        """Identity, draw and turned away, then the outputs at each time; (rows, patients)."""
        patients = admit(system, population, n, seed=seed, draws=min(n, known.n), known=known, workers=workers)
        ds = simulate(system, patients, [Arm("standard care")], times, outputs=names, workers=workers)
        away = np.full(n, sum(patients.rejected.values()) / patients.tried)
        course = [ds[name].values[0].T for name in names]
        return np.concatenate([np.stack([patients.cohort.patient, patients.cohort.draw, away]), *course])

    if kept is None:
        block = simulated()
    else:
        key = [population.model_dump_json(), times.tolist(), list(names), n, seed]
        name = stamped(system, Plan((), ()), known, list[object](key))
        block = read_or_compute(kept.folder / f"untreated-{name}.npy", (3 + len(names) * len(times), n), simulated)
    who, draw = block[:2].astype(int)
    outputs = dict(zip(names, block[3:].reshape(len(names), len(times), n).transpose(0, 2, 1), strict=True))
    bilirubin, inr, creatinine = (outputs[lab] for lab in LABS)
    outputs["meld"] = np.asarray(meld(bilirubin=bilirubin, inr=inr, creatinine=creatinine))
    cohort = Cohort(system.model, population, seed, who, draw, known)
    outcomes = intensity.outcomes(outputs, times, cohort, system, INTENSITIES)
    return Course(cohort, times, outputs, float(block[2, 0]), outcomes)


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
    between = (target.quartiles[1] - target.quartiles[0]) / SDS_BETWEEN_QUARTILES if target.quartiles else float("nan")
    return Met(target.variable, target.time, target.value, float(q2), float(q3 - q1) / SDS_BETWEEN_QUARTILES, between)


def lab_rows(course: Course, system: System) -> list[Met]:
    """Published labs beside simulated ones, each patient counted by the probability of still being there."""
    alive, rows = course.outcomes({}), []
    for target in (t for source in course.cohort.population.fit.targets for t in targets(source, system)):
        weight = alive.each("transplant_free_survival", target.time)
        rows.append(mean_or_median(target, course.at(target.variable, target.time), weight))
    return rows
