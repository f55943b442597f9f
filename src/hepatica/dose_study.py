"""Dose finding: admit virtual patients, simulate every arm under every hypothesis, decide, and confirm."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.dosing import Decision, confirm, decide
from hepatica.dosing.conclusion import prior_effect
from hepatica.dosing.readers import PRIOR_EFFECT, learning_of
from hepatica.dosing.utility import OUTPUTS
from hepatica.engine import System
from hepatica.manufacturing.clinical.dose_lots import DoseLots, dose_lots
from hepatica.outcomes import recovery, tail
from hepatica.outcomes.causes import BY_CAUSE
from hepatica.patients import Admitted, Population, load_population
from hepatica.progress import Progress, ignore_progress, staged
from hepatica.regimen_search import SearchAnswer
from hepatica.simulation import RTOL, Arm, simulate
from hepatica.study import MIN_DRAWS, Study
from hepatica.study_system import system_of
from hepatica.therapy import ROUTES
from hepatica.variables import Use, used_in

COURSE_OUTPUTS = tuple(dict.fromkeys((*OUTPUTS, *BY_CAUSE, *(v.name for v in used_in(Use.COURSE)), *recovery.OUTPUTS)))
KINETICS_OUTPUTS = (
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
KINETICS_DAYS = np.unique(np.concatenate([np.arange(0, 2, 1 / 24), np.arange(2, 14.1, 0.25)]))
KINETICS_PATIENTS = 40
LONG_TERM_PATIENTS = 60  # followed past the horizon
FRESH_PER_DRAW = 2  # patients per draw in which the leaders are simulated again: more draws tell more
FRESH_PER_PATIENT, FRESH_ENOUGH = 5, 400  # times as many as in the search, up to so many, for small studies
FRESH_SEED = 2**40  # the bit in which the seed of its fresh patients differs from that of a study
PRIOR_DRAWS, PRIOR_PER_DRAW = MIN_DRAWS, 2  # of the decision with the priors alone, which is shown beside the answer


@dataclass(frozen=True)
class PriorDecision:
    """Decision with the priors alone, in fewer patients than that of the study.

    Attributes
    ----------
    decision : Decision
    patients : int
    draws : int
        Draws from the priors, shared among the patients.
    """

    decision: Decision
    patients: int
    draws: int

    def monte_carlo_error(self, hypothesis: int, arm: int) -> float:
        """Standard error of the mean gain of an arm (day), by the number of draws and of patients."""
        return self.decision.by_hypothesis[hypothesis].gain[arm].error


@dataclass(frozen=True)
class Answer:
    """Answer of a dose-finding study.

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
        Biodistribution of one infusion by each route, cells per organ over 14 days; arm is the route.
    long_term : dict of hypothesis to Dataset
        Standard care and the shown regimen to five years, in a few patients; empty where the horizon is no shorter.
    failed_solves : int
        Solves that failed after the retry.
    tolerance_error : float
        Error of the default tolerance, relative to (size + scale) of each state, on a sample of patients.
    prior : PriorDecision or None
        The decision with the priors alone; None where the study itself has no other.
    lots : DoseLots or None
        Effect of the lots' variation at the recommended (or top) regimen; None where the product states none.

    Examples
    --------
    >>> from hepatica import answer, check_study
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
    >>> study = check_study({"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": grid})
    >>> answer(study).decision.arms[0].name
    'standard care'
    """

    study: Study
    population: Population
    system: System
    patients: Admitted
    decision: Decision
    courses: dict[str, xr.Dataset]
    kinetics: dict[str, xr.Dataset]
    long_term: dict[str, xr.Dataset]
    failed_solves: int
    tolerance_error: float
    prior: PriorDecision | None = None
    lots: DoseLots | None = None


def study_population(study: Study) -> Population:
    """Population of a study, with the study's own access to transplant."""
    return load_population(study.population, transplant_rate=study.transplant_rate)


def admit_patients(study: Study, system: System, *, workers: int | None = None) -> Admitted:
    """Virtual patients of a study at admission."""
    return admit(
        system,
        study_population(study),
        study.patients,
        seed=study.seed,
        draws=study.draws,
        known=study.known(),
        workers=workers,
    )


def fresh_patients(study: Study) -> int:
    """Fresh patients of the leaders: four per parameter draw of the study, more where it is small.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> small = {"title": "t", "grid": {"dose": ["1e6 cells/kg"]}}
    >>> [fresh_patients(check_study(small | {"patients": n, "draws": n // 2})) for n in (100, 200, 400)]
    [400, 400, 800]
    """
    few = min(study.draws, study.patients)
    return max(2 * FRESH_PER_DRAW * few, min(FRESH_PER_PATIENT * study.patients, FRESH_ENOUGH))


def answer(
    study: Study,
    *,
    system: System | None = None,
    searched: SearchAnswer | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Dose finding for a study: simulate every arm under every hypothesis, decide, confirm the leaders in fresh ones.

    The decision with the priors alone is made in a second thread, so that every core works while this one prepares
    and evaluates; what it gives does not depend on that. The leaders are simulated again in patients whom the search
    has not seen; the readers' priors take the place of the model's by what learning did to the whole effect.

    Parameters
    ----------
    study : Study
        The user's question.
    system : System, optional
        The shipped model unless given.
    searched : SearchAnswer, optional
        Of `hepatica.regimen_search.search` for this study: its leaders take the place of the grid, and are compared in
        patients whom that search has not seen.
    workers : int, optional
        Threads of the engine; all cores unless given.
    progress : Progress, optional
        Stages are "compile", "admit", each hypothesis, "confirm", "before", and "lots" where the product states them.

    Raises
    ------
    InputError
        If the population has no plausible patients, or the draws are not of this model.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1]}
    >>> few = {"title": "t", "patients": 2, "draws": 2, "horizon": "2 d", "grid": grid}
    >>> [arm.name for arm in answer(check_study(few)).decision.arms]
    ['standard care', '1e6/kg once peripheral vein']
    """
    report = progress or ignore_progress
    report("compile", 0, 1)
    arms = tuple(study.arms()) if searched is None else searched.arms()
    seen = 0 if searched is None else searched.seen_per_draw * min(study.draws, study.patients)
    run = _Run(study, system_of(study, system), workers, report, arms, seen)
    report("compile", 1, 1)
    with ThreadPoolExecutor(1) as other:
        prior = other.submit(run.decide_by_priors)
        try:
            return run.answer(prior)
        finally:
            prior.cancel()


def decide_study(study: Study, *, system: System | None = None, workers: int | None = None) -> Decision:
    """Decision of a study alone, that of `answer`, without the courses that a report shows.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1]}
    >>> few = {"title": "t", "patients": 2, "draws": 2, "horizon": "2 d", "grid": grid}
    >>> decide_study(check_study(few)).is_confirmed
    True
    """
    run = _Run(study, system_of(study, system), workers, ignore_progress, tuple(study.arms()), 0)
    return run.decide(lambda: None if learning_of(study.known()) else run.decide_by_priors())[2]


@dataclass(frozen=True)
class _Run:
    """One dose-finding study under way."""

    study: Study
    system: System
    workers: int | None
    report: Progress
    arms: tuple[Arm, ...]
    seen: int  # patients whom a search has met: they take no part

    def answer(self, prior: Future[PriorDecision | None]) -> Answer:
        """The answer; the decision with the priors alone is awaited where it is needed."""
        study, arms = self.study, list(self.arms)
        patients, datasets, decision = self.decide(prior.result)
        shown = arms[decision.top]
        gives_cells = shown.regimen.gives_cells
        pair = [arms[0], shown] if gives_cells else [arms[0]]
        daily = np.arange(0.0, study.horizon + 0.5, 1.0)
        return Answer(
            study=study,
            population=patients.cohort.population,
            system=self.system,
            patients=patients,
            decision=decision,
            courses={h: self.simulate(patients, pair, daily, COURSE_OUTPUTS, h) for h in study.hypotheses},
            kinetics=self.kinetics(patients, shown) if gives_cells else {},
            long_term=self.long_term(patients, pair),
            failed_solves=int(sum((ds["status"].values != 0).sum() for ds in datasets.values())),
            tolerance_error=tolerance_error(self.system, patients, shown, study.hypotheses[0]),
            prior=prior.result(),
            lots=self.lots(patients, shown) if gives_cells and shown.product.lots is not None else None,
        )

    def decide(self, prior: Callable[[], PriorDecision | None]) -> tuple[Admitted, dict[str, xr.Dataset], Decision]:
        """Patients of the study, their outcomes by hypothesis, and the decision, its leaders confirmed."""
        study = self.study
        self.report("admit", 0, 1)
        enough = study.model_copy(update={"patients": self.seen + study.patients})
        more = admit_patients(enough, self.system, workers=self.workers)
        patients = more.take(np.arange(self.seen, len(more.cohort.patient)))  # the same whatever their number
        self.report("admit", 1, 1)
        arms = list(self.arms)
        datasets = {h: self.simulate(patients, arms, study.times(), OUTPUTS, h, shown=True) for h in study.hypotheses}
        thresholds = study.verdict.thresholds()
        decision = decide(list(datasets.values()), arms, study.utility.utility(), patients.cohort, thresholds)
        if decision.top:
            decision = self.confirm(decision, self.fresh(), prior())
        return patients, datasets, decision

    def lots(self, patients: Admitted, shown: Arm) -> DoseLots:
        """Effect of the variation of lots at the shown regimen."""
        self.report("lots", 0, 1)
        found = dose_lots(self.study, patients, shown.product, shown.regimen, system=self.system, workers=self.workers)
        self.report("lots", 1, 1)
        return found

    def simulate(
        self,
        patients: Admitted,
        arms: list[Arm],
        times: NDArray[np.float64],
        outputs: tuple[str, ...],
        hypothesis: str,
        *,
        shown: bool = False,
    ) -> xr.Dataset:
        """Arms under a hypothesis, with progress under its name where it is shown."""
        return simulate(
            self.system,
            patients,
            arms,
            times,
            outputs=outputs,
            hypothesis=hypothesis,
            workers=self.workers,
            progress=staged(self.report, hypothesis) if shown else None,
        )

    def fresh(self) -> Admitted:
        """Patients of another seed, whom no search has seen, two of each of as many parameter draws."""
        study = self.study
        n = fresh_patients(study)
        return admit(
            self.system,
            study_population(study),
            n,
            seed=study.seed ^ FRESH_SEED,
            draws=max(n // FRESH_PER_DRAW, 1),
            known=study.known(),
            workers=self.workers,
        )

    def confirm(self, decision: Decision, fresh: Admitted, prior: PriorDecision | None) -> Decision:
        """Standard care and all leaders again, in patients whom the search has not seen."""
        study, datasets = self.study, []
        arms = [decision.arms[x.arm] for x in decision.conclusion.leaders]
        self.report("confirm", 0, len(study.hypotheses))
        for k, hypothesis in enumerate(study.hypotheses):
            datasets.append(self.simulate(fresh, arms, study.times(), OUTPUTS, hypothesis))
            self.report("confirm", k + 1, len(study.hypotheses))
        return confirm(
            decision,
            datasets,
            study.utility.utility(),
            fresh.cohort,
            study.verdict.thresholds(),
            prior_effect=PRIOR_EFFECT if prior is None else prior_effect(prior.decision.conclusion),
        )

    def kinetics(self, patients: Admitted, shown: Arm) -> dict[str, xr.Dataset]:
        """Biodistribution of labelled cells after one infusion of the shown dose by each route."""
        few = patients.take(np.arange(min(self.study.patients, KINETICS_PATIENTS)))
        once = [
            Arm(route, replace(shown.regimen, infusions=1, route=route, start=0.0), shown.product, labelled=True)
            for route in ROUTES
        ]
        return {h: self.simulate(few, once, KINETICS_DAYS, KINETICS_OUTPUTS, h) for h in self.study.hypotheses}

    def long_term(self, patients: Admitted, arms: list[Arm]) -> dict[str, xr.Dataset]:
        """Arms to five years, coarsely, in the first of the patients."""
        times = tail.grid(self.study.horizon)
        if not len(times):
            return {}
        few = patients.take(np.arange(min(self.study.patients, LONG_TERM_PATIENTS)))
        outputs = (*tail.OUTPUTS, *(("collagen",) if "collagen" in self.system.outputs else ()))
        return {h: self.simulate(few, arms, times, outputs, h) for h in self.study.hypotheses}

    def decide_by_priors(self) -> PriorDecision | None:
        """Decision with the priors alone, in the first few draws; None where they are all the study has."""
        study = self.study
        if study.known() is None:
            return None
        self.report("before", 0, 1)
        draws = min(study.draws, PRIOR_DRAWS)
        n = min(study.patients, PRIOR_PER_DRAW * draws)
        fewer = study.model_copy(update={"posterior": "prior", "patients": n, "draws": draws})
        patients, arms = admit_patients(fewer, self.system, workers=self.workers), list(self.arms)
        datasets = [self.simulate(patients, arms, study.times(), OUTPUTS, h) for h in study.hypotheses]
        decision = decide(datasets, arms, study.utility.utility(), patients.cohort, study.verdict.thresholds())
        self.report("before", 1, 1)
        return PriorDecision(decision, n, min(draws, n))


def tolerance_error(system: System, patients: Admitted, arm: Arm, hypothesis: str, n: int = 10) -> float:
    """Solver error: largest difference, over (size + scale), between the default and a tight tolerance.

    Parameters
    ----------
    system : System
        Model and engine.
    patients : Admitted
        Admitted patients.
    arm : Arm
        Arm to simulate.
    hypothesis : str
        Named hypothesis about what the cells do.
    n : int
        Patients, the first of `patients`.
    """
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
