"""Findings that are less than a number: what each kind needs, and every way in which one can be wrong."""

import pytest
from pydantic import ValidationError

from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import wrongs

LAB = {"arm": "a", "against": "b", "variable": "bilirubin", "unit": "mg/dL", "time": 28}
SHARE = {"arm": "a", "against": "b", "variable": "death", "unit": "percent", "time": 90}
SIGN, RANGE = LAB | {"kind": "sign", "direction": "lower"}, LAB | {"kind": "interval", "low": 2.0, "high": 5.0}
APART, P = LAB | {"kind": "difference", "value": -3.0}, LAB | {"kind": "p_value", "p_high": 0.05}


@pytest.mark.parametrize(
    "row",
    [
        SIGN,
        RANGE,
        RANGE | {"high": None},
        RANGE | {"against": "", "time": 0},
        APART,
        APART | {"low": -5.0, "high": -1.0},
        APART | {"p": 0.03},
        APART | {"scale": "ratio", "value": 0.8},
        P,
        P | {"p_high": None, "p": 0.2, "direction": "lower"},
        SIGN | {"against": ""},
        SHARE | {"kind": "difference", "scale": "hazard_ratio", "value": 0.6, "low": 0.4, "high": 0.9},
        SHARE | {"kind": "difference", "value": -12.0},
        SHARE | {"against": "", "kind": "interval", "high": 20.0, "until": 100.0},
    ],
)
def test_findings_in_order(row):
    assert Finding(**row).variable in ("bilirubin", "death")


@pytest.mark.parametrize(
    "row, fault",
    [
        (SIGN | {"direction": ""}, "needs direction"),
        (SIGN | {"value": 3.0}, "has no value"),
        (SIGN | {"p": 0.1}, "has no p"),
        (SIGN | {"unit": "umol/L"}, "is written in mg/dL"),
        (SIGN | {"variable": "ferritin"}, "is not one of"),
        (SIGN | {"against": "a"}, "compared with another"),
        (SIGN | {"against": "", "time": 0}, "of a later day"),
        (SIGN | {"until": 28.0}, "comes after time"),
        (SIGN | {"scale": "odds_ratio"}, "compares the shares"),
        (RANGE | {"low": None, "high": None}, "needs low, high or both"),
        (RANGE | {"low": 6.0}, "lies below high"),
        (RANGE | {"scale": "ratio", "low": -1.0}, "lies above 0"),
        (RANGE | {"scale": "ratio", "against": ""}, "a ratio compares the means"),
        (APART | {"value": None}, "needs value"),
        (APART | {"low": -5.0}, "low and high together"),
        (APART | {"low": -2.0, "high": -1.0}, "outside its interval"),
        (P | {"p": 0.01}, "needs p, or its bounds"),
        (P | {"p_high": None}, "needs p, or its bounds"),
        (P | {"p_low": 0.2}, "lies below p_high"),
        (P | {"p_high": 1.5}, "less than 1"),
        (SHARE | {"kind": "sign", "direction": "lower", "against": ""}, "has no value at day 0"),
        (SHARE | {"kind": "interval", "against": "", "low": -5.0}, "0 to 100 percent"),
        (SHARE | {"kind": "difference", "value": -120.0}, "-100 to 100 percent"),
        (SHARE | {"kind": "difference", "scale": "ratio", "value": 0.5}, "a ratio compares the means"),
        (SIGN | {"usable": False}, "say why in note"),
    ],
)
def test_a_fault_is_named(row, fault):
    with pytest.raises(ValidationError) as error:
        Finding(**row)
    assert any(fault in w.says for e in error.value.errors() for w in wrongs(e))


def test_a_finding_is_dumped_as_it_was_stated():
    """Zero is stated, the scale is by default a difference, and nothing else is there."""
    text = Finding(**(APART | {"value": 0.0})).model_dump(exclude_none=True)
    assert text["value"] == 0.0 and "p_low" not in text and "note" not in text


def test_direction_and_days():
    assert (Finding(**SIGN).sign, Finding(**P).sign) == (-1, 0)
    assert Finding(**(P | {"until": 42.0})).days == (28.0, 35.0, 42.0)
    assert Finding(**(SIGN | {"against": ""})).of_change and not Finding(**(RANGE | {"against": ""})).of_change
