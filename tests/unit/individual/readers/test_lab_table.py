"""Table of labs: codes and headers are unique, units are those of the model, examples are read."""

import pytest

from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.readers.lab_table import (
    Property,
    analyte_of_header,
    analyte_of_loinc,
    analytes,
    property_of_unit,
)
from hepatica.laboratory_units import Bound, read_value, unit_factor
from hepatica.outcomes.scores import INPUTS

EVERY = pytest.mark.parametrize("name", analytes())


def test_no_code_and_no_header_means_two_labs():
    codes = [code for a in analytes().values() for code in a.loinc]
    headers = [header for a in analytes().values() for header in a.headers]
    assert len(codes) == len(set(codes)) and len(headers) == len(set(headers))


def test_codes_have_the_check_digit_of_loinc():
    for code in (code for a in analytes().values() for code in a.loinc):
        number, check = code.split("-")
        doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(number))]
        assert (sum(d // 10 + d % 10 for d in doubled) + int(check)) % 10 == 0, code


def test_every_lab_that_is_forecast_or_scored_is_taken():
    taken = {a.variable.name for a in analytes().values()}
    assert set(LABS) | set(READINGS) <= taken
    scored = {"bilirubin", "inr", "creatinine", "albumin", "sodium", "white_cells", "neutrophils", "urea", "lactate"}
    assert scored | {"ph", "arterial_pressure", "prothrombin_time", "pao2_fio2"} <= taken & set(INPUTS) | {"inr"}


@EVERY
def test_the_written_unit_is_that_of_the_model(name):
    a = analytes()[name]
    assert unit_factor(a.ucum, a.variable.unit) == 1.0
    assert a.low < a.high


@EVERY
def test_the_example_is_read_within_its_limits(name):
    a = analytes()[name]
    value, bound = read_value(a.example, a.variable.unit, substance=a.substance)
    assert a.low <= value <= a.high and bound is Bound.EXACT


@EVERY
def test_a_code_is_written_in_a_unit_of_its_property(name):
    a = analytes()[name]
    if a.loinc and a.name == a.variable.name:
        assert (property_of_unit(a.ucum) or Property.OTHER) in a.loinc.values()


@pytest.mark.parametrize(
    ("header", "name"),
    [("Total Bilirubin", "bilirubin"), ("PT-INR", "inr"), ("PT", "prothrombin_time"), ("BUN", "urea_nitrogen"),
     ("血小板", "platelets"), ("PLT", "platelets"), ("PT %", "prothrombin_activity")],
)  # fmt: skip
def test_headers(header, name):
    assert analyte_of_header(header).name == name


def test_what_is_no_lab():
    assert (
        analyte_of_header("Surname") is None and "1968-7" not in analyte_of_loinc()
    )  # direct bilirubin is another lab


@pytest.mark.parametrize(
    ("unit", "found"),
    [("mg/dL", Property.MASS), ("umol/L", Property.AMOUNT), ("10*9/L", Property.COUNT), ("U/L", Property.ACTIVITY),
     ("mm[Hg]", None), ("%", None), ("nonsense", None)],
)  # fmt: skip
def test_properties(unit, found):
    assert property_of_unit(unit) is found
