"""Study definition in CDISC's Unified Study Definitions Model, version 4.0, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hepatica import __version__
from hepatica.exchange.cdisc.terminology import Maker
from hepatica.files import write_json
from hepatica.trials.definition.estimand import Strategy
from hepatica.trials.definition.trial import Trial

VERSION = "4.0"
STRATEGIES = {
    Strategy.TREATMENT_POLICY: "Treatment Policy Strategy",
    Strategy.HYPOTHETICAL: "Hypothetical Strategy",
    Strategy.COMPOSITE: "Composite Variable Strategy",
    Strategy.WHILE_ALIVE: "While on Treatment Strategy",
    Strategy.PRINCIPAL_STRATUM: "Principal Stratum Strategy",
}


def usdm(trial: Trial) -> dict[str, Any]:
    """Study definition of a trial.

    Parameters
    ----------
    trial : Trial
        Any.

    Returns
    -------
    dict
        The wrapper of the interface: study, version of the model, and the system that wrote it.
    """
    m = Maker()
    sponsor = m.make(
        "Organization",
        name="Hepatica",
        type=m.code("sponsor"),
        identifierScheme="NONE",
        identifier="for research use",
    )
    items, criteria = _criteria(m, trial)
    interventions = _interventions(m, trial)
    design = _design(m, trial, criteria, interventions)
    number = f"HEP-{trial.hash[:8].upper()}"
    version = m.make(
        "StudyVersion",
        versionIdentifier="1",
        rationale=trial.question,
        studyIdentifiers=[m.make("StudyIdentifier", text=number, scopeId=sponsor["id"])],
        titles=[m.make("StudyTitle", text=trial.title, type=m.code("title"))],
        studyDesigns=[design],
        eligibilityCriterionItems=items,
        studyInterventions=interventions,
        organizations=[sponsor],
    )
    study = {
        "id": None,
        "name": number,
        "description": f"{trial.question} For research use.",
        "label": trial.title,
        "versions": [version],
        "documentedBy": [],
        "instanceType": "Study",
    }
    return {"study": study, "usdmVersion": VERSION, "systemName": "Hepatica", "systemVersion": __version__}


def write_usdm(path: Path, trial: Trial) -> Path:
    """Write the study definition of a trial.

    Parameters
    ----------
    path : Path
        The file.
    trial : Trial
        Any.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    return write_json(path, usdm(trial))


def _criteria(m: Maker, trial: Trial) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Items and criteria of eligibility, linked in their order."""
    texts = [("inclusion", t) for t in trial.eligibility.include] + [
        ("exclusion", t) for t in trial.eligibility.exclude
    ]
    items = [m.make("EligibilityCriterionItem", name=f"ITEM{k + 1}", text=text) for k, (_, text) in enumerate(texts)]
    criteria = []
    for k, ((kind, text), item) in enumerate(zip(texts, items, strict=True)):
        criteria.append(
            m.make(
                "EligibilityCriterion",
                name=f"{kind.upper()}{k + 1}",
                label=text,
                category=m.code(kind),
                identifier=f"{k + 1:02d}",
                criterionItemId=item["id"],
                previousId=None,
                nextId=None,
            )
        )
    _link(criteria)
    return items, criteria


def _link(rows: list[dict[str, Any]]) -> None:
    """Chain rows by previousId and nextId."""
    for before, after in zip(rows, rows[1:], strict=False):
        before["nextId"], after["previousId"] = after["id"], before["id"]


def _interventions(m: Maker, trial: Trial) -> list[dict[str, Any]]:
    """One intervention an arm with cells."""
    return [
        m.make(
            "StudyIntervention",
            name=arm.name,
            label=arm.regimen().label,
            description=f"{trial.product.source.replace('_', ' ')} mesenchymal stromal cells, {trial.product.donor}",
            role=m.code("experimental"),
            type=m.code("substance"),
            codes=[],
            administrations=[],
        )
        for arm in trial.arm
        if arm.dose is not None
    ]


def _design(
    m: Maker, trial: Trial, criteria: list[dict[str, Any]], interventions: list[dict[str, Any]]
) -> dict[str, Any]:
    """Interventional design: arms x epochs, population, objectives, estimand, encounters."""
    arms, epochs, elements, cells = _cells(m, trial, interventions)
    objectives, primary = _objectives(m, trial)
    everybody = m.make("AnalysisPopulation", name="ITT", text="All randomised patients", subsetOfIds=[])
    is_adaptive = bool(trial.look) or trial.is_dose_finding
    subtypes = ["safety"] if trial.is_dose_finding else ["efficacy", "safety"]
    return m.make(
        "InterventionalStudyDesign",
        name="DESIGN1",
        label=trial.title,
        description=trial.question,
        studyType=m.code("interventional"),
        studyPhase=m.alias("phase_2"),
        characteristics=[m.code("adaptive")] if is_adaptive else [],
        encounters=_encounters(m, trial),
        arms=arms,
        studyCells=cells,
        rationale=trial.question,
        epochs=epochs,
        elements=elements,
        estimands=[_estimand(m, trial, everybody, interventions, primary)] if primary and interventions else [],
        studyInterventionIds=[i["id"] for i in interventions],
        objectives=objectives,
        population=_population(m, trial, criteria),
        eligibilityCriteria=criteria,
        analysisPopulations=[everybody],
        subTypes=[m.code(name) for name in subtypes],
        model=m.code("single_group" if trial.is_dose_finding else "parallel"),
        intentTypes=[m.code("treatment")],
        blindingSchema=m.alias("open"),
    )


def _cells(m: Maker, trial: Trial, interventions: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], ...]:
    """Arms, epochs, elements, and the cells that hold them: treatment, then follow-up."""
    by_name = {i["name"]: i["id"] for i in interventions}
    arms = [
        m.make(
            "StudyArm",
            name=arm.name,
            label=arm.regimen().label,
            type=m.code("protocol_arm" if arm.dose is None else "investigational"),
            dataOriginDescription="Simulated on virtual patients",
            dataOriginType=m.code("generated"),
            populationIds=[],
        )
        for arm in trial.arm
    ]
    epochs = [
        m.make("StudyEpoch", name=name, type=m.code(kind), previousId=None, nextId=None)
        for name, kind in (("Treatment", "treatment_epoch"), ("Follow-up", "follow_up_epoch"))
    ]
    _link(epochs)
    follow = m.make(
        "StudyElement", name="Follow-up", description=f"to day {trial.follow_up:g}", studyInterventionIds=[]
    )
    elements, cells = [follow], []
    for arm in arms:
        given = [by_name[arm["name"]]] if arm["name"] in by_name else []
        element = m.make("StudyElement", name=f"{arm['name']}, treatment", studyInterventionIds=given)
        elements.append(element)
        for epoch, own in zip(epochs, (element, follow), strict=True):
            cells.append(m.make("StudyCell", armId=arm["id"], epochId=epoch["id"], elementIds=[own["id"]]))
    return arms, epochs, elements, cells


def _encounters(m: Maker, trial: Trial) -> list[dict[str, Any]]:
    rows = [
        m.make("Encounter", name=f"Day {day:g}", type=m.code("visit"), previousId=None, nextId=None)
        for day in (0.0, *trial.visits.days)
    ]
    _link(rows)
    return rows


def _objectives(m: Maker, trial: Trial) -> tuple[list[dict[str, Any]], str]:
    """An objective an endpoint, and the identifier of the primary endpoint."""
    named = [(e.name, e.name, e is trial.primary) for e in trial.endpoint]
    if trial.is_dose_finding and not named:
        named = [("dose-limiting toxicity", trial.estimand.variable, True)]
    objectives, primary = [], ""
    for k, (name, text, is_primary) in enumerate(sorted(named, key=lambda row: not row[2])):
        level = "primary" if is_primary else "secondary"
        endpoint = m.make("Endpoint", name=name, text=text, purpose="efficacy", level=m.code(f"{level}_endpoint"))
        primary = endpoint["id"] if is_primary else primary
        objectives.append(
            m.make(
                "Objective",
                name=f"OBJ{k + 1}",
                text=trial.question if is_primary else f"To compare the arms by {text}",
                level=m.code(f"{level}_objective"),
                endpoints=[endpoint],
            )
        )
    return objectives, primary


def _estimand(
    m: Maker, trial: Trial, population: dict[str, Any], interventions: list[dict[str, Any]], endpoint: str
) -> dict[str, Any]:
    e = trial.estimand
    events = [
        m.make(
            "IntercurrentEvent",
            name=row.event.value.upper(),
            text=row.event.value,
            strategy=STRATEGIES[row.strategy],
        )
        for row in e.intercurrent
    ]
    return m.make(
        "Estimand",
        name="EST1",
        description=f"{e.treatment}; {e.variable}; {e.summary.value.replace('_', ' ')}",
        populationSummary=e.population,
        analysisPopulationId=population["id"],
        interventionIds=[i["id"] for i in interventions],
        variableOfInterestId=endpoint,
        intercurrentEvents=events,
    )


def _population(m: Maker, trial: Trial, criteria: list[dict[str, Any]]) -> dict[str, Any]:
    return m.make(
        "StudyDesignPopulation",
        name="POP1",
        description=trial.estimand.population,
        includesHealthySubjects=False,
        plannedEnrollmentNumber=m.make("Quantity", value=trial.patients, unit=None),
        plannedSex=[m.code("both")],
        criterionIds=[c["id"] for c in criteria],
        cohorts=[],
    )
