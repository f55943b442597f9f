"""Record of a person as a FHIR R4B Bundle without identity; reading it gives the same record.

Times are counted from `DAY_ZERO`, which is nobody's admission: FHIR has no day since admission.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from hepatica.individual.person import GivenTreatment, Measurement, OutcomeKind, Person
from hepatica.individual.readers.fhir.codes import LOINC, OWN, UCUM
from hepatica.individual.readers.fhir.observations import AGE, WEIGHTS
from hepatica.individual.readers.lab_table import Analyte, Property, analytes, property_of_unit
from hepatica.laboratory_units import Bound

DAY_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Date that stands for the day of admission."""
PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000001"
_PROCEDURES = ("plasma_exchange", "dialysis", "transplant", "abstinence")


def bundle_of(person: Person) -> dict[str, Any]:
    """Bundle of a record, as JSON has it.

    Parameters
    ----------
    person : Person
        Record.

    Returns
    -------
    dict
        A Bundle of type collection: Patient without name, number and birth; Observations by LOINC and UCUM.

    Examples
    --------
    >>> [e["resource"]["resourceType"] for e in bundle_of(Person(age=54.0))["entry"]]
    ['Patient', 'Observation', 'Observation']
    """
    resources: list[dict[str, Any]] = [_observation(f"{OWN}:variable", "admission", 0.0)]
    if person.age is not None:
        resources.append(_observation(LOINC, AGE, 0.0) | _quantity(person.age, "a"))
    if person.weight is not None:
        resources.append(_observation(LOINC, WEIGHTS[0], 0.0) | _quantity(person.weight, "kg"))
    resources += [_condition("cause", cause.value) for cause in person.causes]
    if person.background is not None:
        resources.append(_condition("background", person.background.value))
    resources += [_lab(m) for m in person.measurements]
    resources += [_treatment(given) for given in person.treatments]
    for visit in person.visits:
        act = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
        status = "in-progress" if visit.until is None else "finished"
        period = _period(visit.day, visit.until)
        resources.append({"resourceType": "Encounter", "status": status, "class": act, "period": period})
    if person.outcome is not None:
        outcome = _observation(f"{OWN}:variable", "outcome", person.outcome.day)
        kind = {"system": f"{OWN}:outcome", "code": person.outcome.kind.value}
        resources.append(outcome | {"valueCodeableConcept": {"coding": [kind]}})
    entries = [{"fullUrl": PATIENT, "resource": _patient(person)}]
    for k, resource in enumerate(resources):
        url = f"urn:uuid:00000000-0000-4000-8000-{k + 2:012d}"
        entries.append({"fullUrl": url, "resource": resource | {"subject": {"reference": PATIENT}}})
    anonymised = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "ANONYED"}
    return {"resourceType": "Bundle", "meta": {"security": [anonymised]}, "type": "collection", "entry": entries}


def _patient(person: Person) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Patient"}
    if person.sex is not None:
        made["gender"] = person.sex.value
    ended = person.outcome
    if ended is not None and ended.kind is OutcomeKind.DIED:
        made |= {"deceasedBoolean": True} if ended.day is None else {"deceasedDateTime": _time(ended.day)}
    return made


def _time(day: float) -> str:
    """Date of a whole day, date and time of another."""
    when = DAY_ZERO + dt.timedelta(days=day)
    return when.date().isoformat() if day == int(day) else when.isoformat()


def _period(day: float, until: float | None) -> dict[str, str]:
    return {"start": _time(day)} | ({} if until is None else {"end": _time(until)})


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _observation(system: str, code: str, day: float | None) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": _concept(system, code)}
    return made if day is None else made | {"effectiveDateTime": _time(day)}


def _quantity(value: float, unit: str, bound: Bound = Bound.EXACT) -> dict[str, Any]:
    comparator = {} if bound is Bound.EXACT else {"comparator": bound.value}
    return {"valueQuantity": comparator | {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def _lab(m: Measurement) -> dict[str, Any]:
    analyte = analytes()[m.name]
    code = _loinc(analyte)
    made = _observation(LOINC, code, m.day) if code else _observation(f"{OWN}:variable", m.name, m.day)
    return made | _quantity(m.value, analyte.ucum, m.bound)


def _loinc(analyte: Analyte) -> str:
    """First code whose property is that of the unit in which the lab is written; "" for none."""
    requested = property_of_unit(analyte.ucum) or Property.OTHER
    return next((code for code, stated in analyte.loinc.items() if stated is requested), "")


def _condition(kind: str, name: str) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": _concept(f"{OWN}:{kind}", name)}


def _treatment(given: GivenTreatment) -> dict[str, Any]:
    concept = _concept(f"{OWN}:treatment", given.treatment)
    when: dict[str, Any] = {"DateTime": _time(given.day)}
    if given.until is not None:
        when = {"Period": _period(given.day, given.until)}
    key, value = next(iter(when.items()))
    if given.treatment in _PROCEDURES:
        return {"resourceType": "Procedure", "status": "completed", "code": concept, f"performed{key}": value}
    made = {"resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": concept}
    made[f"effective{key}"] = value
    if given.dose is not None:
        dose = {"value": given.dose, "unit": "{cells}/kg", "system": UCUM, "code": "{cells}/kg"}
        made["dosage"] = {"dose": dose}
    return made
