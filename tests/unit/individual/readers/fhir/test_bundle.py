"""A table of broken Bundles: each is refused in one sentence that says what to do and repeats nothing of the person."""

import copy
import datetime as dt
import json

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual import read_person
from hepatica.individual.readers.fhir.bundle import check_fhir

TODAY = dt.date(2026, 1, 1)
SECRETS = ("Lopez", "Maria", "4711", "Smallville", "555-0100", "1970-06-15", "House")


def resource(bundle, k):
    return bundle["entry"][k]["resource"]


def change(k, **fields):
    def made(bundle):
        for key, value in fields.items():
            if value is None:
                resource(bundle, k).pop(key, None)
            else:
                resource(bundle, k)[key] = value
        return bundle

    return made


def quantity(k, **fields):
    def made(bundle):
        found = resource(bundle, k)["valueQuantity"]
        for key, value in fields.items():
            if value is None:
                found.pop(key)
            else:
                found[key] = value
        return bundle

    return made


def again(k, url=None, **fields):
    def made(bundle):
        entry = copy.deepcopy(bundle["entry"][k])
        entry["resource"] |= fields
        entry["fullUrl"] = url or f"{entry['fullUrl']}x"
        bundle["entry"].append(entry)
        return bundle

    return made


def lab_twice(value):
    def made(bundle):
        again(2)(bundle)
        bundle["entry"][-1]["resource"]["valueQuantity"]["value"] = value
        return bundle

    return made


LOINC = "http://loinc.org"
BROKEN = {
    "no JSON": (lambda _: "{", "this is no JSON"),
    "NaN": (lambda b: json.dumps(b).replace("18.7", "NaN"), "this is no JSON"),
    "a key twice": (lambda b: json.dumps(b).replace('"id": "p1"', '"id": "p1", "id": "p2"'), "has a key twice"),
    "no Bundle": (lambda b: resource(b, 0), "this is no FHIR Bundle"),
    "old versions": (lambda b: b | {"type": "history"}, "may hold old versions"),
    "one page": (lambda b: b | {"link": [{"relation": "next", "url": "http://x"}]}, "one page of a longer answer"),
    "R5 profile": (lambda b: b | {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Bundle|5.0.0"]}},
                   "says that it is FHIR R5"),
    "no Patient": (lambda b: b["entry"].pop(0) and b, "there is no Patient"),
    "unknown field of the Patient": (change(0, bodyStructure={"reference": "x"}), "bodyStructure is not as FHIR R4B has it"),
    "two Patients": (again(0, id="p2"), "there are 2 Patients"),
    "the same entry twice": (again(2, url="http://hospital.example/fhir/Observation/2"), "stands in the Bundle twice"),
    "an empty entry": (lambda b: b["entry"].append({}) or b, "the entry has no resource"),
    "unknown type": (change(12, resourceType="Prescription"), "no such type of resource"),
    "R5 field of Observation": (change(2, triggeredBy=[{"observation": {"reference": "Observation/1"}, "type": "reflex"}]),
                                "triggeredBy is a field of FHIR R5"),
    "R5 field of Encounter": (change(1, period=None, actualPeriod={"start": "2024-05-01"}, **{"class": [{"text": "x"}]}),
                              "is a field of FHIR R5"),
    "R5 field of Procedure": (change(11, performedPeriod=None, occurrenceDateTime="2024-05-03"),
                              "occurrenceDateTime is a field of FHIR R5"),
    "unknown field": (change(2, valueLaboratory=3), "valueLaboratory is not as FHIR R4B has it"),
    "another Patient's": (change(2, subject={"reference": "http://hospital.example/fhir/Patient/p2"}),
                          "about another person"),
    "relative reference to another": (change(2, subject={"reference": "Patient/p2"}), "about another person"),
    "no subject": (change(2, subject=None), "does not say whom it is about"),
    "unit missing": (quantity(3, unit=None, code=None, system=None), "creatinine has no unit; write it, as in 90 umol/L"),
    "unit of another case": (quantity(2, unit="MG/DL", code="MG/DL"), "written in the wrong case; if mg/dL is meant"),
    "unit of another quantity": (quantity(5, unit="mg/dL", code="mg/dL"), "contradicts"),
    "unit unknown": (quantity(4, unit="zz", code="zz"), "INR has a unit that is not known"),
    "unit of another system": (quantity(2, system="http://units.example"), "the unit code of bilirubin is not of UCUM"),
    "unit and code differ": (quantity(2, unit="umol/L"), "two units that differ"),
    "unit against code": (quantity(2, unit="umol/L", code="umol/L"), "LOINC 1975-2 of bilirubin states a property"),
    "beyond what can be": (quantity(2, value=320), "bilirubin is beyond what can be measured"),
    "comparator": (quantity(2, comparator="~"), "the comparator of bilirubin is not known"),
    "no value": (change(2, valueQuantity=None), "neither a value nor a reason"),
    "value of another kind": (change(2, valueQuantity=None, valueBoolean=True), "bilirubin is given as valueBoolean"),
    "code without system": (change(2, code={"coding": [{"code": "1975-2"}]}), "the code 1975-2 has no system"),
    "two codes": (change(2, code={"coding": [{"system": LOINC, "code": c} for c in ("1975-2", "2160-0")]}),
                  "its codes mean two labs that differ"),
    "component": (change(2, code={"coding": [{"system": LOINC, "code": "24323-8"}]}, valueQuantity=None,
                         component=[{"code": {"coding": [{"system": LOINC, "code": "1975-2"}]}}]),
                  "bilirubin stands in a component"),
    "duplicate": (lab_twice(18.7), "bilirubin of day 0.3333 stands there twice"),
    "contradiction": (lab_twice(9.0), "bilirubin of day 0.3333 has two values"),
    "future": (change(2, effectiveDateTime="2099-05-01"), "the date lies in the future"),
    "partial date": (change(2, effectiveDateTime="2024-05"), "the date has no day"),
    "no date": (change(2, effectiveDateTime=None), "there is no day"),
    "no date that exists": (change(2, effectiveDateTime="2024-05-99"), "effectiveDateTime is not as FHIR R4B has it"),
    "period": (change(2, effectiveDateTime=None, effectivePeriod={"start": "2024-05-01"}), "has no time of its own"),
    "no status": (change(2, status="done"), "its status is missing or none"),
    "modifier": (change(2, modifierExtension=[{"url": "http://x", "valueBoolean": True}]), "modifierExtension"),
    "stay that ends before it begins": (change(1, period={"start": "2024-05-09", "end": "2024-05-01"}),
                                        "the end is earlier than the beginning"),
    "born after admission": (change(0, birthDate="2025-01-01"), "the birth is later than the admission"),
    "labs after death": (change(0, deceasedDateTime="2024-05-01"), "is later than the death"),
    "no lab": (lambda b: b | {"entry": b["entry"][:2]}, "there is no lab that the model takes"),
}  # fmt: skip
BROKEN["unit of another quantity"] = (quantity(5, unit="mmHg", code="mm[Hg]"), "belongs to another quantity")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_bundle_is_refused_in_one_sentence(bundle, written, name):
    made, says = BROKEN[name]
    with pytest.raises(InputError) as told:
        check_fhir(written(made(bundle)), TODAY).strict()
    sentence = str(told.value)
    assert says in sentence and sentence.startswith("bundle.json") and "\n" not in sentence
    assert not any(secret in sentence for secret in SECRETS) and told.value.more <= 1


def test_a_relative_reference_beside_a_urn_is_refused(bundle, written):
    bundle["entry"][0]["fullUrl"] = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    with pytest.raises(InputError, match="relative and fits no fullUrl"):
        check_fhir(written(bundle), TODAY).strict()
    for entry in bundle["entry"][1:]:
        if "subject" in entry["resource"]:
            entry["resource"]["subject"] = {"reference": bundle["entry"][0]["fullUrl"]}
    assert check_fhir(written(bundle), TODAY).strict().names


def test_a_whole_bundle_is_read_without_identity(bundle, written):
    found = check_fhir(written(bundle), TODAY)
    assert not found.refused and [n.code for n in found.notes] == ["day_zero"]
    assert found.person.age == 53.0 and found.person.sex.value == "female"
    said = repr(found)
    assert not any(secret in said for secret in SECRETS) and "2024" not in said


def test_without_a_stay_day_0_is_that_of_the_first_lab(bundle, written):
    del bundle["entry"][1]
    found = check_fhir(written(bundle), TODAY)
    assert [n.code for n in found.notes] == ["day_zero_first"] and found.person.days == (0.3333, 2.0)


def test_a_stated_admission_is_day_0(bundle, written):
    person = read_person(written(bundle), today=TODAY, admission=dt.date(2024, 5, 3))
    assert person.days == (-1.6667, 0.0) and person.visits[0].day == -1.75


def test_any_change_of_a_bundle_is_read_or_refused(bundle, written):
    """Every node in turn becomes something else, or goes: a sentence, never a fault."""
    junk = [None, True, -1, 1e300, "", "x", [], [None], {}, {"a": 1}, {"coding": [None]}, "Patient/p1"]
    rng = np.random.default_rng(1)
    places = list(nodes(bundle))
    for k in rng.choice(len(places), 150, replace=False):
        changed = copy.deepcopy(bundle)
        *above, last = places[k]
        node = changed
        for key in above:
            node = node[key]
        if rng.random() < 0.2:
            del node[last]
        else:
            node[last] = junk[rng.integers(len(junk))]
        try:
            check_fhir(written(changed), TODAY).strict()
        except InputError as error:
            assert "\n" not in str(error) and not any(secret in str(error) for secret in SECRETS)


def nodes(value, path=()):
    """Path of every node below the root."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from nodes(child, (*path, key))


def test_a_year_of_birth_is_noted(bundle, written):
    resource(bundle, 0)["birthDate"] = "1970"
    found = check_fhir(written(bundle), TODAY)
    assert found.person.age == 54.0 and "birth_partial" in [n.code for n in found.notes]
