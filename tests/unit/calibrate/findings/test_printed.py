"""Spread of a variable in a publication: printed in an arm, else usual, else not known."""

import pytest

from hepatica.calibrate.error_model.spread import usual_spread
from hepatica.calibrate.findings.printed import spread, stated
from hepatica.evidence import load
from hepatica.evidence.findings import Finding


def test_the_spread_is_that_printed_or_that_usual():
    p = load("alss2019")
    first = next(o for o in p.observations if o.variable == "bilirubin" and o.time == 0 and o.sd)
    known = spread(p, (first.arm,), "bilirubin")
    assert known.absolute == pytest.approx(first.sd) and known.relative == pytest.approx(first.sd / first.value)
    bare = load("lin2017")
    assert spread(bare, ("smt",), "bilirubin") == (None, usual_spread()["bilirubin"])
    assert spread(bare, ("smt",), "meld").absolute == usual_spread()["meld"]


def test_a_difference_takes_its_error_from_its_interval_then_its_p_value_then_its_people():
    row = {"arm": "a", "against": "b", "variable": "meld", "unit": "1", "time": 28, "kind": "difference", "value": -3.0}
    assert stated(Finding(**row), float, 2.0, 1) == (-3.0, 2.0, None)
    assert stated(Finding(low=-4.96, high=-1.04, **row), float, 2.0, 1)[1] == pytest.approx(1.0, rel=1e-4)
    assert stated(Finding(p=0.05, **row), float, 2.0, -1) == (3.0, pytest.approx(3 / 1.959964), None)
    value, error, told = stated(Finding(**(row | {"kind": "interval", "value": None, "high": -1.0})), float, 2.0, -1)
    assert value != value and error == 2.0 and told.ranges == ((1.0, float("inf")),)
