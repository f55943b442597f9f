"""Conditions, treatments and visits of a Bundle: what counts, what is set aside."""

import datetime as dt

import pytest

from hepatica.individual.person import Background, Cause, GivenTreatment, Visit
from hepatica.individual.readers.fhir.bundle import check_fhir

TODAY = dt.date(2026, 1, 1)


def test_conditions_treatments_and_visits(bundle, written):
    person = check_fhir(written(bundle), TODAY).person
    assert person.causes == (Cause.HEPATITIS_B,) and person.background is Background.CIRRHOSIS
    assert person.treatments == (
        GivenTreatment(treatment="antiviral", day=1.0),
        GivenTreatment(treatment="plasma_exchange", day=2.0, until=3.0),
    )
    assert person.visits == (Visit(day=0.25, until=14.0),)


def test_a_medication_by_reference_and_contained(bundle, written):
    bundle["entry"][10]["resource"] |= {"contained": [{"resourceType": "Medication", "id": "m", "code": bundle["entry"][10]
                                                       ["resource"].pop("medicationCodeableConcept")}],
                                        "medicationReference": {"reference": "#m"}}  # fmt: skip
    assert check_fhir(written(bundle), TODAY).person.treatments[0].treatment == "antiviral"
    bundle["entry"][10]["resource"]["medicationReference"] = {"reference": "Medication/other"}
    found = check_fhir(written(bundle), TODAY)
    assert "medication_reference" in [r.code for r in found.set_aside] and len(found.person.treatments) == 1


@pytest.mark.parametrize(
    ("index", "status"),
    [(1, "cancelled"), (2, "entered-in-error"), (10, "not-done"), (11, "entered-in-error")],
)
def test_what_did_not_happen_is_set_aside(bundle, written, index, status):
    whole = check_fhir(written(bundle), TODAY).person
    bundle["entry"][index]["resource"]["status"] = status
    found = check_fhir(written(bundle), TODAY)
    assert ("status", status) in [(r.code, r.blanks.get("what")) for r in found.set_aside] and not found.refused
    assert found.person != whole


def test_a_refuted_condition_is_set_aside(bundle, written):
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    bundle["entry"][9]["resource"]["verificationStatus"] = {"coding": [{"system": system, "code": "refuted"}]}
    found = check_fhir(written(bundle), TODAY)
    assert found.person.background is Background.CHRONIC_HEPATITIS and "status" in [r.code for r in found.set_aside]


def test_a_sign_without_its_grade_is_noted(bundle, written):
    bundle["entry"][9]["resource"]["code"]["coding"][0]["code"] = "389026000"
    found = check_fhir(written(bundle), TODAY)
    assert [r.text() for r in found.notes if r.code == "grade_unstated"] and "ascites" not in found.person.names
