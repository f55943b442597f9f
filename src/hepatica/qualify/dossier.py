"""Credibility dossier: verification, validation and applicability of the model for one question of interest.

In the terms of ICH M15 (Ich2026) and ASME V&V 40 (Asme2018), applied to models of drugs as by Kuemmel2020.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hepatica import __version__
from hepatica.dose_study import admit_patients, study_population
from hepatica.dosing import Decision, decide
from hepatica.dosing.utility import OUTPUTS
from hepatica.engine import System
from hepatica.evidence import Publication, load_all
from hepatica.files import to_json
from hepatica.individual.evaluation import Evaluation
from hepatica.individual.forecast import ForecastSettings, validate_people
from hepatica.patients import Admitted, Population
from hepatica.progress import Progress, ignore_progress
from hepatica.qualify import judgement
from hepatica.qualify.applicability import Scope, scope
from hepatica.qualify.calculation_verification import Error, Sampling, sampling_errors, solver_errors
from hepatica.qualify.code_verification import Check, verify_code
from hepatica.qualify.evidence_base import Known, grades, known, sources
from hepatica.qualify.influence import Influence, from_draws, read_screen
from hepatica.qualify.judgement import CredibilityEvidence, Factor, Risk
from hepatica.qualify.validation import Group, Validated, ValidationEvidence, validate_by_standing
from hepatica.simulation import simulate
from hepatica.study import Study
from hepatica.validation.simulated import PredictionSettings

CHECKED = 4  # patients that are solved again and again
TRIED = 8  # patients of the checks of the code
PREDICTION = PredictionSettings(people=20, draws=100)


@dataclass(frozen=True)
class Qualification:
    """Results of the credibility assessment of one study.

    Attributes
    ----------
    study, population, system, patients, decision
        The study answered, as in `hepatica.dose_study.Answer`, without asking again of the shown regimen.
    publications : tuple of Publication
        Evidence at hand.
    known : Known
    grades : dict of grade to number of parameters
    checks : tuple of Check
    errors : tuple of Error
    sampling : tuple of Sampling
    validated : Validated
    people : individual.evaluation.Evaluation or None
    scope : Scope
    influence : Influence
    risk : Risk
    factors : tuple of Factor
        In the order of the standard.
    settings : dict
        Sizes and seed of the validation.
    """

    study: Study
    population: Population
    system: System
    patients: Admitted
    decision: Decision
    publications: tuple[Publication, ...]
    known: Known
    grades: dict[str, int]
    checks: tuple[Check, ...]
    errors: tuple[Error, ...]
    sampling: tuple[Sampling, ...]
    validated: Validated
    people: Evaluation | None
    scope: Scope
    influence: Influence
    risk: Risk
    factors: tuple[Factor, ...]
    settings: dict[str, Any]


def qualify(
    study: Study,
    system: System,
    *,
    evidence: ValidationEvidence | None = None,
    people: Path | None = None,
    screen: Path | None = None,
    prediction: PredictionSettings = PREDICTION,
    progress: Progress | None = None,
) -> Qualification:
    """Assess the credibility of the model for a study (ASME V&V 40, ICH M15).

    Parameters
    ----------
    study : Study
        Its own patients, draws, seed and posterior are used for its answer.
    system : System
        The compiled model.
    evidence : ValidationEvidence, optional
        Publications to be predicted; those for calibration unless given.
    people : Path, optional
        A file of real people, forecast one by one.
    screen : Path, optional
        A folder of `hepatica sensitivity`; without it, influence is the rank correlation of the draws with the gain.
    prediction : PredictionSettings
        Virtual patients and draws of the predictions, and threads of the engine; the seed is the study's.
    progress : Progress, optional
        Called as a part of the work starts and ends.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    shipped, learnt, workers = tuple(load_all().values()), study.known(), prediction.workers
    asked = evidence or ValidationEvidence()
    publications = (*asked.blind, *asked.known(shipped))
    influence = None if screen is None else read_screen(screen, system.model, study.population)
    tell = progress or ignore_progress
    tell("admit", 0, 1)
    cohort = admit_patients(study, system, workers=workers)
    tell("admit", 1, 1)
    arms, times, utility, first = study.arms(), study.times(), study.utility.utility(), study.hypotheses[0]
    datasets = []
    for h in study.hypotheses:
        tell(h, 0, 1)
        datasets.append(simulate(system, cohort, arms, times, outputs=OUTPUTS, hypothesis=h, workers=workers))
        tell(h, 1, 1)
    decision = decide(datasets, arms, utility, cohort.cohort)
    few, more = (cohort.take(np.arange(min(n, study.patients))) for n in (CHECKED, TRIED))
    checks = verify_code(system, more, arms, times, study, first)
    errors = solver_errors(system, few, [arms[0], arms[decision.top]], times, utility, first)
    sampling = sampling_errors(decision, cohort.cohort.draw)
    validated = validate_by_standing(
        system, asked, shipped, learnt, hypotheses=study.hypotheses, settings=replace(prediction, seed=study.seed),
        progress=progress,
    )  # fmt: skip
    forecast = None if people is None else validate_people(
        people, system, known=learnt, settings=ForecastSettings(seed=study.seed), workers=workers
    )  # fmt: skip
    weight = float(np.median(cohort.cohort.covariate("body_weight")))
    population, what = study_population(study), known(study.posterior, learnt, system.model, shipped)
    where = scope(study, publications, validated.validation.records, weight, population.extrapolation)
    risk = judgement.risk(where, float(1.0 - np.mean([h.survival[0].mean for h in decision.by_hypothesis])))
    counted = grades(system.model)
    judged = judgement.factors(risk, CredibilityEvidence(
        checks=checks, errors=errors, sampling=sampling, decision=decision, known=what, grades=counted, scope=where,
        validated=validated, people=forecast, biases={p.key: p.risk_of_bias for p in publications},
    ))  # fmt: skip
    influence = influence or from_draws(decision, cohort.cohort, study.hypotheses)
    settings = {"patients": prediction.people, "draws": prediction.draws, "seed": study.seed,
                "blind": [p.key for p in asked.blind]}  # fmt: skip
    return Qualification(
        study=study, population=population, system=system, patients=cohort, decision=decision, publications=shipped,
        known=what, grades=counted, checks=checks, errors=errors, sampling=sampling, validated=validated,
        people=forecast, scope=where, influence=influence, risk=risk, factors=tuple(judged), settings=settings,
    )  # fmt: skip


def as_record(q: Qualification) -> dict[str, Any]:
    """Dossier as JSON has it: mappings, lists, numbers and text; what is not finite is None."""
    v, d = q.validated, q.decision
    parameters = q.system.model.parameters
    dossier = {
        "study": {"title": q.study.title, "hash": q.study.hash, "population": q.study.population,
                  "extrapolation": q.population.extrapolation, "horizon": q.study.horizon, "seed": q.study.seed,
                  "patients": q.study.patients, "draws": q.study.draws, "posterior": q.study.posterior},
        "risk": asdict(q.risk),
        "factors": [asdict(f) for f in judgement.badly_first(list(q.factors))],
        "evidence": {"publications": sources(q.publications).to_dict(orient="records"), "grades": q.grades,
                     "known": asdict(q.known) | {"matches_model": q.known.matches_model,
                                                 "matches_evidence": q.known.matches_evidence}},
        "code": [asdict(c) | {"passed": c.passed} for c in q.checks],
        "calculation": [asdict(e) for e in q.errors],
        "sampling": [asdict(s) | {"error": s.error} for s in q.sampling],
        "validation": {"groups": [asdict(g) for g in v.groups], "effects": asdict(v.effects) if v.effects else None,
                       "standing": v.standing, "pareto_k": v.validation.pareto_k,
                       "not_predicted": v.validation.not_predicted,
                       "matching": v.validation.matching, "totals": v.validation.totals().to_dict(orient="records"),
                       "records": [r.json() for r in v.validation.records]},
        "people": q.people.to_dict() if q.people else None,
        "applicability": {"regimens": [{"regimen": r.label, "place": place} for r, place in q.scope.regimens],
                          "arms": [asdict(g) for g in q.scope.given], "numbers": q.scope.numbers,
                          "days": q.scope.days, "days_with_cells": q.scope.days_with_cells},
        "influence": {"screened": q.influence.screened, "rows": [
            {"rank": k, "parameter": n, "strength": s, "grade": parameters[n].entry.grade if n in parameters else ""}
            for k, n, s in q.influence.rows]},
        "decision": {"top": d.arms[d.top].name, "recommended": d.arms[d.recommended].name},
        "settings": q.settings,
        "run": {"model_hash": q.system.model.hash, "version": __version__, "engine": q.system.engine},
        "purpose": "for research use",
    }  # fmt: skip
    record: dict[str, Any] = json.loads(to_json(dossier))
    return record


__all__ = ["Error", "Factor", "Group", "Qualification", "Sampling", "as_record", "qualify"]
