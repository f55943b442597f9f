"""The answer of a study: admit, simulate every arm under every hypothesis, decide, ask again, show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from hepatica.admission import admit
from hepatica.dosing import Decision, confirm, decide
from hepatica.dosing.utility import OUTPUTS
from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.outcomes import recovery, tail
from hepatica.outcomes.causes import BY_CAUSE
from hepatica.patients import Admitted, Population, load_population
from hepatica.progress import Progress, ignore_progress, staged
from hepatica.simulation import RTOL, Arm, simulate
from hepatica.study import Study
from hepatica.therapy import ROUTES
from hepatica.variables import Use, used_in

SHOWN = tuple(
    dict.fromkeys(
        (
            *OUTPUTS,
            *BY_CAUSE,
            *(v.name for v in used_in(Use.COURSE)),
            *recovery.OUTPUTS,
        )
    )
)
CELLS = (
    "cells_venous",
    "cells_lung",
    "cells_liver",
    "cells_spleen",
    "cells_gut",
    "cells_kidney",
    "cells_rest",
    "image_lung",
    "image_liver",
    "image_spleen",
)
FOLLOWED = 60  # patients followed past the horizon
CONFIRMED_PER_DRAW = 4  # patients per draw when the top-ranked regimen is asked again


@dataclass(frozen=True)
class Answer:
    """What a study answers.

    Attributes
    ----------
    study : Study
    population : Population
    system : System
    patients : Admitted
    decision : Decision
    courses : dict of hypothesis to Dataset
        Standard care and the recommended (or top) arm, daily labs: dimensions (arm, patient, time).
    kinetics : dict of hypothesis to Dataset
        The shown regimen's dose once by each route, cells per organ over 14 days; arm is the route.
    tails : dict of hypothesis to Dataset
        Standard care and the shown regimen to five years, in a few patients; empty where the horizon is no shorter.
    failed : int
        Solves that failed after the retry.
    before : Decision or None
        The same question with the priors alone; None where nothing was learnt.
    error : float
        Error of the default tolerance, relative to (size + scale) of each output, on a sample of patients.
    """

    study: Study
    population: Population
    system: System
    patients: Admitted
    decision: Decision
    courses: dict[str, xr.Dataset]
    kinetics: dict[str, xr.Dataset]
    tails: dict[str, xr.Dataset]
    failed: int
    error: float
    before: Decision | None = None


def population_of(study: Study) -> Population:
    """The study's population, with its own access to transplant."""
    population = load_population(study.population)
    if study.transplant_rate is None:
        return population
    return population.model_copy(
        update={"treatment": population.treatment | {"transplant_rate": study.transplant_rate}}
    )


def admitted(study: Study, system: System, *, workers: int | None = None) -> Admitted:
    """The study's patients as they arrive."""
    return admit(
        system,
        population_of(study),
        study.patients,
        seed=study.seed,
        draws=study.draws,
        known=study.known(),
        workers=workers,
    )


def answer(
    study: Study,
    *,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer a study.

    Parameters
    ----------
    progress : Progress, optional
        Stages are "compile", "admit", and each hypothesis.
    """
    tell = progress or ignore_progress
    tell("compile", 0, 1)
    system = system or System(assemble(MODULES))
    tell("compile", 1, 1)
    tell("admit", 0, 1)
    again = max(study.patients, CONFIRMED_PER_DRAW * min(study.draws, study.patients))
    more = admitted(study.model_copy(update={"patients": again}), system, workers=workers)
    patients = more.take(np.arange(study.patients))  # a patient is the same whatever their number
    tell("admit", 1, 1)
    arms, times = study.arms(), study.times()
    datasets = []
    for hypothesis in study.hypotheses:
        datasets.append(
            simulate(
                system,
                patients,
                arms,
                times,
                outputs=OUTPUTS,
                hypothesis=hypothesis,
                workers=workers,
                progress=staged(tell, hypothesis),
            )
        )
    decision = decide(datasets, arms, study.utility.utility(), patients.cohort)
    shown = arms[decision.top]
    if shown.regimen.gives_cells:
        decision = _confirm(study, system, more, decision, workers, tell)
    daily = np.arange(0.0, study.horizon + 0.5, 1.0)
    fine = np.unique(np.concatenate([np.arange(0, 2, 1 / 24), np.arange(2, 14.1, 0.25)]))
    once = [
        Arm(route, replace(shown.regimen, infusions=1, route=route, start=0.0), shown.product, labelled=True)
        for route in ROUTES
    ]
    courses, kinetics = {}, {}
    for hypothesis in study.hypotheses:
        two = [arms[0], shown] if shown.regimen.gives_cells else [arms[0]]
        courses[hypothesis] = simulate(
            system, patients, two, daily, outputs=SHOWN, hypothesis=hypothesis, workers=workers
        )
        if shown.regimen.gives_cells:
            kinetics[hypothesis] = simulate(
                system,
                patients.take(np.arange(min(study.patients, 40))),
                once,
                fine,
                outputs=CELLS,
                hypothesis=hypothesis,
                workers=workers,
            )
    tails = _tails(study, system, patients, [arms[0], shown], workers)
    failed = int(sum((ds["status"].values != 0).sum() for ds in datasets))
    return Answer(
        study,
        patients.cohort.population,
        system,
        patients,
        decision,
        courses,
        kinetics,
        tails,
        failed,
        tolerance_error(system, patients, shown, study.hypotheses[0]),
        _before(study, system, workers, tell),
    )


def _before(study: Study, system: System, workers: int | None, tell: Progress) -> Decision | None:
    """What would have been decided with the priors alone."""
    if study.known() is None:
        return None
    tell("before", 0, 1)
    patients = admitted(study.model_copy(update={"posterior": "prior"}), system, workers=workers)
    found = [
        simulate(system, patients, study.arms(), study.times(), outputs=OUTPUTS, hypothesis=h, workers=workers)
        for h in study.hypotheses
    ]
    tell("before", 1, 1)
    return decide(found, study.arms(), study.utility.utility(), patients.cohort)


def _tails(
    study: Study, system: System, patients: Admitted, arms: list[Arm], workers: int | None
) -> dict[str, xr.Dataset]:
    """Standard care and the shown regimen to five years, coarsely, in the first of the patients."""
    times = tail.grid(study.horizon)
    if not len(times):
        return {}
    if not arms[1].regimen.gives_cells:
        arms = arms[:1]
    few = patients.take(np.arange(min(study.patients, FOLLOWED)))
    outputs = (*tail.OUTPUTS, *(("collagen",) if "collagen" in system.outputs else ()))
    return {
        h: simulate(system, few, arms, times, outputs=outputs, hypothesis=h, workers=workers) for h in study.hypotheses
    }


def _confirm(
    study: Study,
    system: System,
    more: Admitted,
    decision: Decision,
    workers: int | None,
    tell: Progress,
) -> Decision:
    """The top-ranked regimen once more, in enough patients per draw for its interval to be one of ignorance."""
    total = len(study.hypotheses)
    tell("confirm", 0, total)
    found = []
    for k, hypothesis in enumerate(study.hypotheses):
        found.append(
            simulate(
                system,
                more,
                [decision.arms[0], decision.arms[decision.top]],
                study.times(),
                outputs=OUTPUTS,
                hypothesis=hypothesis,
                workers=workers,
            )
        )
        tell("confirm", k + 1, total)
    return confirm(decision, found, study.utility.utility(), more.cohort)


def tolerance_error(system: System, patients: Admitted, arm: Arm, hypothesis: str, n: int = 10) -> float:
    """Largest difference, over (size + scale), between the default and a tight tolerance on a few patients."""
    few = patients.take(np.arange(min(n, len(patients.cohort.patient))))
    times = np.array([1.0, 7.0, 28.0, 90.0])
    names = tuple(system.states)
    loose, tight = (
        simulate(system, few, [arm], times, outputs=names, hypothesis=hypothesis, rtol=rtol) for rtol in (RTOL, 1e-9)
    )
    worst = [
        np.nanmax(np.abs(loose[s].values - tight[s].values) / (np.abs(tight[s].values) + system.scale[i]))
        for i, s in enumerate(names)
    ]
    return float(np.max(worst))
