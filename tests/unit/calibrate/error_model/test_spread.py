"""SD between people, as printed or as usual."""

import pytest

from hepatica.calibrate.error_model.spread import between_people_sd, spread, usual_spread
from hepatica.evidence import load
from hepatica.evidence.observations import Observation


def test_quartiles_have_the_sd_of_a_normal_distribution_and_a_tiny_sd_is_not_believed():
    row = {"arm": "a", "variable": "albumin", "unit": "g/L", "time": 0, "n": 30, "value": 30.0}
    assert between_people_sd(Observation(kind="median", q1=23.255, q3=36.745, **row)) == pytest.approx(10.0)
    assert between_people_sd(Observation(kind="mean_sd", sd=0.3, **row)) == pytest.approx(
        usual_spread()["albumin"] * 30
    )
    assert between_people_sd(Observation(kind="mean", **row)) is None


def test_the_spread_is_that_printed_or_that_usual():
    p = load("alss2019")
    first = next(o for o in p.observations if o.variable == "bilirubin" and o.time == 0 and o.sd)
    known = spread(p, (first.arm,), "bilirubin")
    assert known.absolute == pytest.approx(first.sd) and known.relative == pytest.approx(first.sd / first.value)
    bare = load("lin2017")
    assert spread(bare, ("smt",), "bilirubin") == (None, usual_spread()["bilirubin"])
    assert spread(bare, ("smt",), "meld").absolute == usual_spread()["meld"]
