"""A Bundle in the form of a hospital's export, and changes of it."""

import copy
import json

import pytest

URL = "http://hospital.example/fhir"


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def observation(loinc, value, unit, when="2024-05-01T08:00:00+08:00", **more):
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("http://loinc.org", loinc),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": when,
        "valueQuantity": quantity,
    } | more


def export():
    about = {"subject": {"reference": "Patient/p1"}}
    resources = [
        {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-06-15",
         "name": [{"family": "Lopez", "given": ["Maria"]}], "identifier": [{"value": "MRN4711"}],
         "address": [{"city": "Smallville"}], "telecom": [{"value": "555-0100"}]},
        {"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},
         "period": {"start": "2024-05-01T06:00:00+08:00", "end": "2024-05-15"}} | about,
        observation("1975-2", 18.7, "mg/dL"),
        observation("14682-9", 90.0, "umol/L"),
        observation("6301-6", 2.3, "{INR}"),
        observation("1742-6", 410, "U/L", "2024-05-03"),
        observation("6690-2", 7.2, "10*9/L", "2024-05-03"),
        observation("29463-7", 62, "kg"),
        {"resourceType": "Condition", "code": coded("http://hl7.org/fhir/sid/icd-10", "B18.1")} | about,
        {"resourceType": "Condition", "code": coded("http://snomed.info/sct", "19943007")} | about,
        {"resourceType": "MedicationAdministration", "status": "completed", "effectiveDateTime": "2024-05-02",
         "medicationCodeableConcept": coded("http://www.whocc.no/atc", "J05AF10")} | about,
        {"resourceType": "Procedure", "status": "completed", "code": coded("http://snomed.info/sct", "20720000"),
         "performedPeriod": {"start": "2024-05-03", "end": "2024-05-04"}} | about,
        {"resourceType": "Practitioner", "name": [{"family": "House"}]},
    ]  # fmt: skip
    entries = [
        {"fullUrl": f"{URL}/{r['resourceType']}/{r.get('id', k)}", "resource": r} for k, r in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@pytest.fixture
def bundle():
    return export()


@pytest.fixture
def written(tmp_path):
    """Write a Bundle, or the text of one."""

    def write(content):
        path = tmp_path / "bundle.json"
        path.write_text(content if isinstance(content, str) else json.dumps(copy.deepcopy(content)), encoding="utf-8")
        return path

    return write
