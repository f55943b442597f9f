"""Units: what is read, what is refused, and in which words."""

import functools
import itertools
import math
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica import units
from hepatica.errors import InputError
from hepatica.units import MAX_UNIT_LENGTH, compute_factor, compute_internal, factor, internal, parse, unit

TABLE = tomllib.loads((files("hepatica") / "units.toml").read_text(encoding="utf-8"))


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
        parse("17.1 umol/L", "mg/dL", substance="sodium")


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
        ("37 degC", "kelvin"),
        ("1 dB", ""),
        ("1e308 year", "s"),
        ("1 " + "d" * 120, "d"),
        ("1" * 200 + "\n", "d"),
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


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "2 d",
        "3",
        "d +",
        "mg//L",
        "d**2",
        "d^2",
        "d²",
        "9²²²²²",
        "(mg)/L",
        "9**9**9**9",
        "9^9^9",
        "d cubed cubed",
        "10 cubed",
        "kg m",
        "mg/2",
        "1e999999999/L",
        "degC",
        "degF/d",
        "dB",
        "dBm",
        "Np",
        "/".join(["d"] * 31),
    ],
)
def test_what_is_not_a_unit(text):
    with pytest.raises(InputError, match="unit"):
        unit(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "percent",
        "1/d",
        "cell/kg",
        "mg/dL",
        "1e9/L",
        "%",
        "L*per_hour",
        "kg/m/s",
        "µg/mL",
        "/".join(["d"] * 30),
    ],
)
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


def test_a_unit_has_a_limit_of_length():
    assert len("/".join(["d"] * 30)) < MAX_UNIT_LENGTH < len("/".join(["d"] * 31)) + 1


@pytest.mark.parametrize("number", [10**5000, -(10**400), 2**53 + 1], ids=["5001 digits", "negative", "2^53 + 1"])
def test_an_integer_beyond_a_float_is_refused(number):
    with pytest.raises(InputError, match="seed: got .*beyond 2\\^53"):
        parse(number, "", "seed")


def test_an_integer_that_a_float_holds_is_read():
    assert parse(2**53, "") == 2.0**53 and parse(-(2**53), "") == -(2.0**53)


PAIRS = [("", t, s, f) for t, rows in TABLE["factor"].items() for s, f in rows.items()]
PAIRS += [(x, t, s, f) for x, to in TABLE["substance"].items() for t, rows in to.items() for s, f in rows.items()]


@pytest.mark.parametrize("substance, target, source, value", PAIRS)
def test_the_table_is_pint_to_the_last_bit(substance, target, source, value):
    assert compute_factor(source, target, substance) == value == factor(source, target, substance)


@pytest.mark.parametrize("text", list(TABLE["internal"]))
def test_internal_units_are_pint_to_the_last_bit(text):
    assert compute_internal(text) == tuple(TABLE["internal"][text]) == internal(text)


def test_what_the_table_does_not_convert_pint_does_not_convert():
    sources = {s for rows in TABLE["factor"].values() for s in rows}
    absent = [(s, t) for t, s in itertools.product(TABLE["factor"], sorted(sources)) if s not in TABLE["factor"][t]]
    assert len(absent) > 100
    for source, target in absent:
        for convert in (factor, compute_factor):
            with pytest.raises(InputError):
                convert(source, target)


def _units_of(value):
    if isinstance(value, dict):
        yield from [value["unit"]] if isinstance(value.get("unit"), str) else []
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _units_of(item)


def test_every_unit_of_a_shipped_table_is_in_the_table():
    found = set()
    for folder in ("model/modules", "patients/populations", "therapy", "translation"):  # folders: none is imported
        for path in files("hepatica").joinpath(folder).iterdir():
            if path.name.endswith(".toml"):
                found |= set(_units_of(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert len(found) > 20 and found <= set(TABLE["internal"])


def test_everyday_units_do_not_import_pint():
    code = """
import sys
from hepatica.errors import InputError
from hepatica.units import factor, internal, parse
for text, target in [("1e6 cells/kg", "cell/kg"), ("7e7 cells", "cell"), ("180 d", "day"), ("1 h", "day"),
                     ("4 weeks", "d"), ("2 year", "day"), ("3 mg/dL", "mg/dL"), ("2.8 g/dL", "g/L"), ("140 mmol/L", "mmol/L"),
                     ("9 1e9/L", "1e9/L"), ("80 mmHg", "mmHg"), ("70 kg", "kg"), ("40 U/L", "U/L"), ("90 %", "")]:
    parse(text, target)
parse("54 umol/L", "mg/dL", substance="bilirubin")
parse("0.1 mmol/L", "mg/dL", substance="creatinine")
factor("mg/dL", "umol/L", "bilirubin")
internal("1/hour")
try:
    parse("7e7 cells", "cell/kg")
except InputError:
    pass
assert "pint" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_that_ask_at_once_get_one_registry(monkeypatch):
    """A second registry, made while the first one was, cannot multiply its units."""
    gate, made = threading.Barrier(4), []

    @functools.cache
    def slow():
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    def ask(_):
        gate.wait()
        return units.registry()

    monkeypatch.setattr(units, "_registry", slow)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == len(made) == 1
