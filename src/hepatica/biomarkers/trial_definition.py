"""Trials that would validate a marker, as trial files: the trial engine runs them on virtual patients.

The marker is the first-ranked measurable of day 0 that a trial can select by (`hepatica.trials.definition.latent`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from hepatica.biomarkers.decision import best_cut
from hepatica.biomarkers.study import BiomarkerStudy
from hepatica.biomarkers.trial import designs
from hepatica.trials.definition.latent import BASELINE
from hepatica.trials.definition.trial import MAX_TRIAL_PATIENTS
from hepatica.trials.definition.trial_file import check_trial

HEADER = (
    "A trial that would validate a marker which the model made: it proves nothing about people. For research use.",
    "`hepatica trial run FILE` gives its operating characteristics on virtual patients.",
)
PER_MONTH = 10.0
"""Patients that the one centre recruits in a month; assumed, to be replaced by those who would run the trial."""
FOLLOW_UP = 14.0
MIN_TRIAL_PATIENTS = 20


@dataclass(frozen=True)
class MarkerTrial:
    """A trial for a marker.

    Attributes
    ----------
    name : str
        ``unselected``, ``enriched`` or ``stratified``.
    condition : str
        On the marker: of eligibility where enriched, of the strata where stratified; empty where unselected.
    tables : dict
        Content of the trial file.
    """

    name: str
    condition: str
    tables: dict[str, Any]

    @property
    def text(self) -> str:
        """Content of the trial file as TOML."""
        made = tomlkit.document()
        for line in HEADER:
            made.add(tomlkit.comment(line))
        made.update(self.tables)
        return tomlkit.dumps(made)


def marker_trials(result: BiomarkerStudy) -> tuple[MarkerTrial, ...]:
    """Trials of `hepatica.biomarkers.trial.designs` that have a size, as files that the trial engine accepts.

    Parameters
    ----------
    result : BiomarkerStudy
        Biomarkers of a study.

    Returns
    -------
    tuple of MarkerTrial
        Empty where no measurable of day 0 can be selected by in a trial.
    """
    p = result.potential
    names = {m.name: k for k, m in enumerate(p.measurables) if m.output in BASELINE and m.day == 0 and not m.is_change}
    ranked = [names[row] for row in result.days[0].ranking["marker"] if row in names]
    if not ranked:
        return ()
    marker, values = p.measurables[ranked[0]], p.values[:, ranked[0]]
    cut = best_cut(values, p.gain, p.draw, result.study.seed)
    threshold = math.exp(cut.threshold) if marker.is_log else cut.threshold
    condition = f"{marker.output} {'>' if cut.above else '<='} {threshold:.4g}"
    treat = (values > cut.threshold) == cut.above
    made = []
    for design in designs(treat, p.responders, p.gain):
        if math.isfinite(design.patients):
            made.append(MarkerTrial(design.name, condition, _tables(result, design.name, design.patients, condition)))
    return tuple(made)


def _tables(result: BiomarkerStudy, name: str, patients: float, condition: str) -> dict[str, Any]:
    """Content of one trial file, checked by the reader of trials."""
    study, regimen = result.study, result.potential.regimen
    dose = f"{regimen.dose:g} cells/kg" if regimen.per_kg else f"{regimen.dose:g} cells"
    arm = {
        "name": "cells",
        "dose": dose,
        "infusions": regimen.infusions,
        "interval": f"{regimen.interval:g} d",
        "route": regimen.route,
        "duration": f"{regimen.duration:g} d",
        "start": f"{regimen.start:g} d",
    }
    horizon = f"{max(study.horizon, FOLLOW_UP):g} d"
    selected = {
        "enriched": {"eligibility": {"include": [condition]}},
        "stratified": {"randomisation": {"strata": [condition]}},
    }
    tables: dict[str, Any] = {
        "title": f"{study.title}: {name}"[:200],
        "question": f"Do cells ({regimen.label}) lower death or transplant within {horizon}?",
        "population": study.population,
        "patients": int(min(max(math.ceil(patients), MIN_TRIAL_PATIENTS), MAX_TRIAL_PATIENTS)),
        "follow_up": horizon,
        "seed": study.seed,
        "hypotheses": list(study.hypotheses),
        "posterior": study.posterior,
        "product": _given(study.product.model_dump()),
        "estimand": {
            "population": study.population,
            "treatment": f"{regimen.label}, against standard care",
            "variable": f"death or transplant within {horizon}",
            "summary": "hazard_ratio",
            "intercurrent": [
                {"event": "death", "strategy": "composite"},
                {"event": "transplant", "strategy": "composite"},
            ],
        },
        "arm": [{"name": "standard care"}, arm],
        "centre": [{"name": "one", "per_month": PER_MONTH}],
        "endpoint": [{"name": "transplant-free survival", "kind": "transplant_free_survival", "primary": True}],
    } | selected.get(name, {})
    if study.together_with:
        tables["together_with"] = list(study.together_with)
    if study.transplant_rate is not None:
        tables["transplant_rate"] = study.transplant_rate
    check_trial(tables)
    return tables


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    """Keys that have a value; TOML has none for what is not given."""
    return {key: value for key, value in row.items() if value is not None}
