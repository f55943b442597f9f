"""Biomarkers of a study: potential outcomes, value of every measurable, ranking, panels, rule, and trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.admission import admit
from hepatica.biomarkers.crossfit import cross_predict
from hepatica.biomarkers.decision import Cut, Panel, benefit_curve, best_cut, gain_at, panels, ranking
from hepatica.biomarkers.measurables import LANDMARKS
from hepatica.biomarkers.policy_tree import Rule, make_rule
from hepatica.biomarkers.potential import Potential, simulate_potential
from hepatica.biomarkers.trial import TrialDesign, designs
from hepatica.biomarkers.value import by_hypothesis, hypothesis_agreement, value_table
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.patients import Admitted, load_population
from hepatica.progress import Progress, ignore_progress
from hepatica.simulation import Arm, simulate
from hepatica.study import Study
from hepatica.study_system import system_of

Floats = NDArray[np.float64]
PATIENTS, MIN_PATIENTS, MAX_PATIENTS = 1000, 100, 20_000
DRAWS = 100
SEARCH_PATIENTS = 100
"""Patients in whom the regimen is chosen that the markers are about."""
MIN_HORIZON = 14.0


@dataclass(frozen=True)
class DayAnswer:
    """Answer for the choice of one day: give or withhold on day 0, go on or stop later.

    Attributes
    ----------
    day : float
    ranking : DataFrame
        `hepatica.biomarkers.decision.ranking`.
    panels : tuple of Panel
    rule : Rule
    rule_markers : tuple of int
        Measurables that the rule may ask for.
    """

    day: float
    ranking: pd.DataFrame
    panels: tuple[Panel, ...]
    rule: Rule
    rule_markers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class BiomarkerStudy:
    """Biomarkers of response in the virtual patients of a study.

    Attributes
    ----------
    study : Study
    potential : Potential
    values : DataFrame
        Prognostic and predictive value (`hepatica.biomarkers.value.value_table`).
    days : tuple of DayAnswer
        Day 0, and the landmarks after which an infusion comes.
    cut : Cut
        Of the best single measurable of day 0.
    cut_marker : int
    curve : DataFrame
        Gain by tenth of that measurable.
    trials : tuple of TrialDesign
        That would validate it.
    false_calls : float
        Share of measurables called predictive where none is; that of each is a column of `values`.
    agreement : float
        Spearman correlation of interactions between hypotheses.
    first_by_hypothesis : mapping of str to str
        First-ranked measurable of day 0 if one hypothesis holds.
    provenance : mapping
    """

    study: Study
    potential: Potential
    values: pd.DataFrame
    days: tuple[DayAnswer, ...]
    cut: Cut
    cut_marker: int
    curve: pd.DataFrame
    trials: tuple[TrialDesign, ...]
    false_calls: float
    agreement: float
    first_by_hypothesis: Mapping[str, str]
    provenance: Mapping[str, Any] = field(default_factory=dict)


def find_biomarkers(
    study: Study,
    *,
    patients: int = PATIENTS,
    regimen: str | None = None,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BiomarkerStudy:
    """Biomarkers of response of a study's population to one of its regimens.

    Parameters
    ----------
    study : Study
        Population, product, grid of regimens, horizon, hypotheses.
    patients : int
        Virtual patients, nested in draws.
    regimen : str, optional
        Label of a regimen of the grid; the one of the highest mean gain unless given.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads.
    progress : Progress, optional
        Stages are "admit", "regimen" and "markers".

    Raises
    ------
    InputError
        If a number is out of range, or the grid has no such regimen.

    Examples
    --------
    >>> from hepatica import check_study
    >>> few = {"title": "t", "patients": 100, "draws": 40, "horizon": "30 d", "grid": {"dose": ["1e6 cells/kg"]}}
    >>> result = find_biomarkers(check_study(few), patients=100)
    >>> len(result.values) >= 25
    True
    """
    if not MIN_PATIENTS <= patients <= MAX_PATIENTS:
        raise InputError("patients", patients, f"a number from {MIN_PATIENTS} to {MAX_PATIENTS}")
    if study.horizon < MIN_HORIZON:
        raise InputError("horizon", study.horizon, f"at least {MIN_HORIZON:g} d, past the last early change")
    report, system = progress or ignore_progress, system_of(study, system)
    report("admit", 0, 1)
    admitted = admit(
        system,
        load_population(study.population, transplant_rate=study.transplant_rate),
        patients,
        seed=study.seed,
        draws=min(DRAWS, max(40, patients // 5)),
        known=study.known(),
        workers=workers,
    )
    report("admit", 1, 1)
    arm = _regimen(study, system, admitted, regimen, workers, report)
    potential = simulate_potential(
        system,
        admitted,
        arm.regimen,
        study=study,
        workers=workers,
        progress=report,
    )
    return evaluate(study, potential, {"model_hash": system.model.hash, "hepatica_version": __version__})


def evaluate(study: Study, potential: Potential, provenance: Mapping[str, Any]) -> BiomarkerStudy:
    """All of the answer that follows from the potential outcomes.

    Parameters
    ----------
    study : Study
        The question.
    potential : Potential
        Outcomes and measurables.
    provenance : mapping
        Of the model.
    """
    p, seed = potential, study.seed
    days = [_day(p, 0.0, seed)]
    days += [_day(p, day, seed) for day, later in zip(LANDMARKS, p.later, strict=True) if later]
    names = [m.name for m in p.measurables]
    first = days[0].panels[0].markers[0]
    cut = best_cut(p.values[:, first], p.gain, p.draw, seed)
    treat = (p.values[:, first] > cut.threshold) == cut.above
    values = value_table(p, seed)
    by = {h: _first(p, gain) for h, gain in by_hypothesis(p).items()}
    return BiomarkerStudy(
        study=study,
        potential=p,
        values=values,
        days=tuple(days),
        cut=cut,
        cut_marker=first,
        curve=benefit_curve(p.values[:, first], p.gain, p.draw, seed),
        trials=designs(treat, p.responders, p.gain),
        false_calls=float(values["false_calls"].mean()),
        agreement=hypothesis_agreement(p),
        first_by_hypothesis={h: names[k] for h, k in by.items()},
        provenance=dict(provenance) | {"patients": len(p.risk), "draws": len(np.unique(p.draw)), "seed": seed},
    )


def _day(p: Potential, day: float, seed: int) -> DayAnswer:
    """Ranking, panels and rule for the choice of one day."""
    gain, weight = gain_at(p, day)
    table = ranking(p, day, seed)
    result = panels(p, day, seed, ranked=table)
    markers = result[-1].markers
    full = cross_predict(p.values[:, p.at(day)], gain, p.draw, weight)
    rule = make_rule(p.values[:, markers], gain, p.draw, weight, full=full, seed=seed)
    return DayAnswer(day, table, result, rule, markers)


def _first(p: Potential, gain: Floats) -> int:
    """Measurable of day 0 that explains most of a gain."""
    errors = [(float(np.mean((gain - cross_predict(p.values[:, [k]], gain, p.draw)) ** 2)), k) for k in p.baseline()]
    return int(min(errors)[1])


def _regimen(
    study: Study, system: System, admitted: Admitted, label: str | None, workers: int | None, report: Progress
) -> Arm:
    """Regimen that the markers are about."""
    arms = study.arms()
    cells = [a for a in arms if a.regimen.gives_cells]
    if label is not None:
        chosen = [a for a in cells if a.name == label]
        if not chosen:
            raise InputError("regimen", label, f"one of {', '.join(a.name for a in cells)}")
        return chosen[0]
    report("regimen", 0, 1)
    few = admitted.take(np.arange(min(SEARCH_PATIENTS, len(admitted.cohort.patient))))
    utility, net = study.utility.utility(), np.zeros(len(cells))
    for hypothesis in study.hypotheses:
        ds = simulate(system, few, cells, study.times(), outputs=OUTPUTS, hypothesis=hypothesis, workers=workers)
        net += np.nanmean(evaluate_benefit(ds, cells, utility).net, axis=1)
    report("regimen", 1, 1)
    return cells[int(net.argmax())]
