"""Units: what is read, what is refused, and in which words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.units import factor, parse, unit


@pytest.mark.parametrize(
    "text, target, value",
    [
        ("2 weeks", "d", 14.0),
        ("36 h", "day", 1.5),
        ("1 year", "d", 365.25),
        ("1e6 cells/kg", "cell/kg", 1e6),
        ("1 cell/kg", "cell/kg", 1.0),
        ("7e7 cells", "cell", 7e7),
        ("0.9", "", 0.9),
        (3, "", 3.0),
        ("90 %", "", 0.9),
        ("45 percent", "percent", 45.0),
        ("7.2 1e9/L", "1e9/L", 7.2),
        ("7200 1e6/L", "1e9/L", 7.2),
        ("  4.2   mg/dL ", "mg/dL", 4.2),
        (".5 d", "d", 0.5),
        ("+5 d", "d", 5.0),
        ("-3 d", "d", -3.0),
        ("1 g/L", "mg/dL", 100.0),
        ("70 U/L", "U/L", 70.0),
        ("2 cells/g", "cell/kg", 2000.0),
    ],
)
def test_reads(text, target, value):
    assert parse(text, target) == pytest.approx(value, rel=1e-12)


def test_molar_units_need_the_substance():
    assert parse("17.1 umol/L", "mg/dL", substance="bilirubin") == pytest.approx(1.0, rel=1e-3)
    assert parse("88.4 umol/L", "mg/dL", substance="creatinine") == pytest.approx(1.0, rel=1e-3)
    assert parse("1 mg/dL", "umol/L", substance="creatinine") == pytest.approx(88.4, rel=1e-3)
    with pytest.raises(InputError):
        parse("17.1 umol/L", "mg/dL")
    with pytest.raises(InputError):
        parse("17.1 umol/L", "mg/dL", substance="ammonia")


@pytest.mark.parametrize(
    "text, target",
    [
        ("5", "d"),
        (5.0, "d"),
        ("5 kg", "d"),
        ("5 cells", "cell/kg"),
        ("5 cells/kg", "cell"),
        ("d", "d"),
        ("", "d"),
        ("five d", "d"),
        ("nan d", "d"),
        (math.nan, ""),
        (math.inf, ""),
        ("inf d", "d"),
        ("1e999 d", "d"),
        (True, ""),
        (False, "d"),
        (None, "d"),
        ([1], "d"),
        ("5 d", ""),
        ("5 0.5 d", "d"),
        ("1,000 d", "d"),
        ("5 nonsense", "d"),
        ("5 d d", "d"),
        ("--5 d", "d"),
        ("5 m", "min"),
        ("5 d;import os", "d"),
        ("1e6 celsius", "cell"),
    ],
)
def test_refuses(text, target):
    with pytest.raises(InputError) as error:
        parse(text, target, "horizon")
    said = str(error.value)
    assert said.startswith("horizon: got ") and repr(text) in said and "\n" not in said
    assert (f"'{target}'" if target else "plain number") in said


def test_a_missing_unit_is_named_as_such():
    with pytest.raises(InputError, match="the unit is missing"):
        parse("180", "d", "horizon")


@pytest.mark.parametrize("text", ["nonsense", "2 d", "3", "d +", "mg//L"])
def test_what_is_not_a_unit(text):
    with pytest.raises(InputError, match="unit"):
        unit(text)


@pytest.mark.parametrize("text", ["", "1", "percent", "1/d", "cell/kg", "mg/dL", "1e9/L", "%"])
def test_what_is_a_unit(text):
    unit(text)


@given(
    st.floats(-1e12, 1e12), st.sampled_from(["s", "min", "h", "d", "week", "year"]), st.sampled_from(["h", "d", "year"])
)
def test_there_and_back(value, source, target):
    there = parse(f"{value!r} {source}", target)
    assert parse(f"{there!r} {target}", source) == pytest.approx(value, rel=1e-12, abs=1e-300)


def test_factor_refuses_another_dimension():
    with pytest.raises(InputError, match="converts to 'd'"):
        factor("kg", "d")


def test_an_error_keeps_its_parts():
    error = InputError("dose", "x", "cells")
    assert (error.where, error.got, error.allowed) == ("dose", "x", "cells")
