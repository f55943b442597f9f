"""Observations of a Bundle: units and comparators, values that are absent, weights."""

import datetime as dt

import pytest

from hepatica.individual.readers.fhir.bundle import check_fhir
from hepatica.laboratory_units import Bound

TODAY = dt.date(2026, 1, 1)


def test_labs_in_the_units_of_the_model(bundle, written):
    person = check_fhir(written(bundle), TODAY).person
    assert person.value("creatinine", 0.3333).value == pytest.approx(90 * 0.011312)
    assert person.value("bilirubin", 0.3333).value == 18.7 and person.value("inr", 0.3333).value == 2.3
    assert person.value("white_cells", 2.0).value == 7.2 and person.weight == 62.0


@pytest.mark.parametrize(("comparator", "bound"), [("<", Bound.BELOW), (">=", Bound.ABOVE), (None, Bound.EXACT)])
def test_comparators(bundle, written, comparator, bound):
    if comparator:
        bundle["entry"][5]["resource"]["valueQuantity"]["comparator"] = comparator
    assert check_fhir(written(bundle), TODAY).person.value("alt", 2.0).bound is bound


def test_a_value_that_is_absent_was_not_measured(bundle, written):
    resource = bundle["entry"][5]["resource"]
    del resource["valueQuantity"]
    resource["dataAbsentReason"] = {"text": "clotted"}
    found = check_fhir(written(bundle), TODAY)
    assert "absent" in [r.code for r in found.set_aside] and "alt" not in found.person.names


def test_a_unit_as_text_is_read_as_printed(bundle, written):
    quantity = bundle["entry"][6]["resource"]["valueQuantity"]
    for key in ("system", "code"):
        del quantity[key]
    quantity |= {"value": 7200, "unit": "/µL"}
    assert check_fhir(written(bundle), TODAY).person.value("white_cells", 2.0).value == pytest.approx(7.2)


def test_a_value_as_text(bundle, written):
    resource = bundle["entry"][5]["resource"]
    del resource["valueQuantity"]
    resource["valueString"] = "<5 U/L"
    assert check_fhir(written(bundle), TODAY).person.value("alt", 2.0).bound is Bound.BELOW


def test_other_codes_are_counted(bundle, written):
    bundle["entry"][5]["resource"]["code"]["coding"][0]["code"] = "1968-7"
    found = check_fhir(written(bundle), TODAY)
    assert [r.blanks["n"] for r in found.set_aside if r.code == "not_taken"] == ["2"]


def test_the_weight_nearest_to_admission_is_taken(bundle, written):
    late = bundle["entry"][7] | {"fullUrl": "http://hospital.example/fhir/Observation/late"}
    late = {**late, "resource": {**late["resource"], "effectiveDateTime": "2024-05-09"}}
    late["resource"]["valueQuantity"] = late["resource"]["valueQuantity"] | {"value": 70}
    bundle["entry"].insert(1, late)
    assert check_fhir(written(bundle), TODAY).person.weight == 62.0
