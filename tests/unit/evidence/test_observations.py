"""Rows of a publication: what suits a kind, and every way in which a row can be wrong."""

import pytest
from pydantic import ValidationError

from hepatica.evidence.observations import UNCOUNTED, VARIABLES, Observation, wrongs
from hepatica.variables import Use, VariableKind, used_in

SHARE = {"arm": "a", "variable": "death", "unit": "percent", "time": 28, "kind": "proportion", "value": 20.0, "n": 10}
MEAN = {"arm": "a", "variable": "inr", "unit": "1", "time": 0, "kind": "mean_sd", "value": 2.0, "sd": 0.5, "n": 10}


def says(row, model=Observation):
    with pytest.raises(ValidationError) as error:
        model(**row)
    return [w.says for e in error.value.errors() for w in wrongs(e)]


def test_variables_are_those_that_publications_use_in_the_order_of_names():
    assert list(VARIABLES) == sorted(v.name for v in used_in(Use.PUBLICATION))


@pytest.mark.parametrize("row", [SHARE, MEAN, MEAN | {"kind": "median", "sd": None, "q1": 1.5, "q3": 3.0}])
def test_rows_in_order(row):
    assert Observation(**row).lacks == ""


@pytest.mark.parametrize("end", [0.0, 100.0])
def test_a_share_reaches_from_0_to_100(end):
    assert Observation(**(SHARE | {"value": end})).value == end


@pytest.mark.parametrize(
    "row, fault",
    [
        (SHARE | {"value": 100.1}, "0 to 100 percent"),
        (SHARE | {"value": -0.1}, "0 to 100 percent"),
        (SHARE | {"sd": 1.0}, "0 to 100 percent and no sd"),
        (SHARE | {"kind": "mean"}, "does not suit"),
        (MEAN | {"kind": "proportion"}, "does not suit"),
        (MEAN | {"variable": "collagen", "unit": "percent", "kind": "proportion"}, "does not suit"),
        (MEAN | {"unit": "mg/dL"}, "inr is written in 1"),
        (MEAN | {"kind": "mean"}, "of kind 'mean_sd'"),
        (MEAN | {"sd": None}, "needs sd"),
        (MEAN | {"kind": "change", "sd": None}, "needs sd"),
        (MEAN | {"q1": 1.0}, "q1 and q3 together"),
        (MEAN | {"q1": 1.0, "q3": 3.0}, "only with a median"),
        (MEAN | {"kind": "median", "sd": None, "q1": 2.1, "q3": 3.0}, "outside its quartiles"),
        (SHARE | {"low": 10.0}, "low and high together"),
        (SHARE | {"low": 21.0, "high": 30.0}, "outside its interval"),
        (SHARE | {"usable": False}, "say why in note"),
        (SHARE | {"variable": "ferritin"}, "variable 'ferritin' is not one of"),
    ],
)
def test_a_fault_is_named(row, fault):
    assert any(fault in said for said in says(row))


@pytest.mark.parametrize("name", [v.name for v in used_in(Use.PUBLICATION)])
def test_shares_are_those_variables_that_are_proportions(name):
    kind = next(v.kind for v in used_in(Use.PUBLICATION) if v.name == name)
    row = SHARE | {"variable": name, "unit": VARIABLES[name]}
    if kind is VariableKind.PROPORTION:
        assert Observation(**row).events == 2
    else:
        assert any("does not suit" in said for said in says(row))


@pytest.mark.parametrize(
    "change, lacks",
    [
        ({"kind": "mean", "sd": None}, "no spread is printed"),
        ({"kind": "median", "sd": None}, "no quartiles are printed"),
        ({"n": None}, UNCOUNTED),
        ({"usable": False, "note": "a typing error"}, "a typing error"),
        ({"n": None, "low": 1.5, "high": 2.5}, ""),
    ],
)
def test_what_it_lacks(change, lacks):
    assert Observation(**(MEAN | change)).lacks == lacks


def test_events_are_whole_people_of_a_proportion():
    assert Observation(**(SHARE | {"value": 33.3})).events == 3
    assert Observation(**MEAN).events is None and Observation(**(SHARE | {"n": None})).events is None


def test_a_day_that_is_not_exact():
    assert Observation(**MEAN, until=14.0).days == (0.0, 7.0, 14.0) and Observation(**MEAN).days == (0.0,)
    assert any("comes after time" in s for s in says(SHARE | {"until": 28.0}))
    assert "until" not in Observation(**MEAN).model_dump_json()
    assert '"until":14.0' in Observation(**MEAN, until=14.0).model_dump_json()
