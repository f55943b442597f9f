"""Units as laboratories print them: what is read, what is refused and by which fault, and conversions by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.laboratory_units import Bound, UnitError, UnitFault, read_unit, read_value, right_case, unit_factor
from hepatica.units import compute_factor


@pytest.mark.parametrize(
    ("text", "target", "substance", "value"),
    [
        ("7e9/L", "1e9/L", "", 7.0),
        ("7000/uL", "1e9/L", "", 7.0),
        ("7000 /µL", "1e9/L", "", 7.0),
        ("7000 cells/mm3", "1e9/L", "", 7.0),
        ("7 K/uL", "1e9/L", "", 7.0),
        ("7 10*3/uL", "1e9/L", "", 7.0),
        ("7 10*9/L", "1e9/L", "", 7.0),
        ("7.2x10^9/L", "1e9/L", "", 7.2),
        ("7.2 ×10⁹/L", "1e9/L", "", 7.2),
        ("7 G/L", "1e9/L", "", 7.0),
        ("9.5 万/uL", "1e9/L", "", 95.0),
        ("9.5 10^4/uL", "1e9/L", "", 95.0),
        ("7 {cells}/nL", "1e9/L", "", 7.0),
        ("90 umol/L", "mg/dL", "creatinine", 90 * 113.12 / 1e4),
        ("90 µmol/l", "mg/dL", "creatinine", 90 * 113.12 / 1e4),
        ("320 umol/L", "mg/dL", "bilirubin", 320 * 584.66 / 1e4),
        ("20 mg/dL", "mmol/L", "urea_nitrogen", 20 * 10 / 28.014),
        ("42 mg/dL", "mmol/L", "urea", 42 * 10 / 60.056),
        ("18 mg/dL", "mmol/L", "lactate", 18 * 10 / 90.078),
        ("150 ug/dL", "umol/L", "ammonia", 150 * 10 / 17.031),
        ("150 mcg/dL", "umol/L", "ammonia", 150 * 10 / 17.031),
        ("450 umol/L", "g/L", "albumin", 450e-6 * 66438),
        ("5 ukat/L", "U/L", "", 300.0),
        ("40 [IU]/L", "U/L", "", 40.0),
        ("135 mEq/L", "mmol/L", "", 135.0),
        ("34 mg/L", "mg/dL", "", 3.4),
        ("54", "year", "", 54.0),
        ("54 years", "year", "", 54.0),
        ("648 mo", "year", "", 54.0),
        (2.3, "1", "", 2.3),
        ("2.3 {INR}", "1", "", 2.3),
        ("10 kPa", "mmHg", "", 75.00615758456563),
        ("150 lb", "kg", "", 68.0388555),
    ],
)
def test_printed_values(text, target, substance, value):
    found = read_value(text, target, substance=substance)
    assert found.number == pytest.approx(value, rel=1e-12) and found.bound is Bound.EXACT


@pytest.mark.parametrize("sign", ["<", "<=", "≤", "＜", ">", ">=", "≥"])
def test_beyond_the_range_of_the_assay(sign):
    found = read_value(f"{sign} 5 mg/L", "mg/dL")
    assert found == (0.5, Bound.BELOW if sign in "<=≤＜" else Bound.ABOVE)


@pytest.mark.parametrize(
    ("text", "target", "fault"),
    [
        ("90", "mg/dL", UnitFault.MISSING),
        (90, "mg/dL", UnitFault.MISSING),
        ("3 MG/DL", "mg/dL", UnitFault.CASE),
        ("3 Mg/dL", "mg/dL", UnitFault.CASE),
        ("3 mg/DL", "mg/dL", UnitFault.CASE),
        ("90 UMOL/L", "mg/dL", UnitFault.CASE),
        ("40 u/L", "U/L", UnitFault.CASE),
        ("35 G/L", "g/L", UnitFault.OTHER),
        ("90 mmHg", "mg/dL", UnitFault.OTHER),
        ("20 mEq/L", "mg/dL", UnitFault.OTHER),
        ("3 m/L", "mg/dL", UnitFault.UNKNOWN),
        ("7 109/L", "1e9/L", UnitFault.UNKNOWN),
        ("3 mg", "mg/dL", UnitFault.UNKNOWN),
        ("3 nonsense", "mg/dL", UnitFault.UNKNOWN),
        ("4,2 mg/dL", "mg/dL", UnitFault.COMMA),
        ("1,234 U/L", "U/L", UnitFault.COMMA),
        ("high", "mg/dL", UnitFault.NUMBER),
        ("nan mg/dL", "mg/dL", UnitFault.NUMBER),
        ("1e999 mg/dL", "mg/dL", UnitFault.NUMBER),
        (True, "1", UnitFault.NUMBER),
        ("9" * 70, "1", UnitFault.NUMBER),
    ],
)
def test_nothing_is_guessed(text, target, fault):
    substance = "creatinine" if target == "mg/dL" else ""
    with pytest.raises(UnitError) as told:
        read_value(text, target, where="x", substance=substance)
    assert told.value.fault is fault and str(told.value).startswith("x: ") and isinstance(told.value, InputError)


def test_the_right_case_is_named():
    assert right_case("UMOL/L") == "umol/L" and right_case("k/ul") == "K/uL" and right_case("iu/l") == "IU/L"
    with pytest.raises(UnitError, match="write mg/dL"):
        unit_factor("MG/DL", "mg/dL")


@given(st.sampled_from(["g", "mg", "ug", "ng", "pg"]), st.sampled_from(["L", "dL", "mL", "uL"]))
def test_masses_convert_as_pint_does(mass, volume):
    expected = compute_factor(f"{mass}/{volume}", "mg/dL")
    assert unit_factor(f"{mass}/{volume}", "mg/dL") == pytest.approx(expected, rel=1e-12)


@given(st.integers(0, 12), st.sampled_from([("L", 0), ("dL", 1), ("mL", 3), ("uL", 6), ("mm3", 6), ("nL", 9)]))
def test_counts_convert_by_their_powers(power, volume):
    for form in ("10*{}", "10^{}", "10E{}", "1e{}", "x10^{}"):
        assert read_unit(f"{form.format(power)}/{volume[0]}").multiplier == 10.0 ** (power + volume[1] - 9)
