"""Attributes of a lot: printed limits, edges, what is missing or censored."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.attributes import (
    Below,
    Criterion,
    Finding,
    Kind,
    Specification,
    attributes,
    judge,
    specifications,
)

GOOD = {
    **dict.fromkeys(("CD105", "CD73", "CD90"), 95.0),
    **dict.fromkeys(("CD45", "CD34", "CD11b", "CD19", "HLA-DR"), 2.0),
    **dict.fromkeys(("plastic_adherence", "trilineage"), True),
}


def findings(key, measured):
    return [j.finding for j in judge(specifications()[key], measured)]


def test_every_specification_names_attributes_with_limits_and_its_source():
    known = attributes()
    for s in specifications().values():
        assert s.source and s.seen and s.en and s.zh and s.criteria
        for c in s.criteria:
            assert set(c.any_of) <= set(known)
            presence = {known[k].kind is Kind.PRESENCE for k in c.any_of}
            assert presence == {c.present is not None} and (c.present is not None or np.isfinite([c.low, c.high]).any())


def test_minimal_criteria_of_identity_hold_at_their_edges():
    assert set(findings("isct_2006", GOOD)) == {Finding.MET}
    for key, value in (("CD105", 94.9), ("HLA-DR", 2.1), ("trilineage", False)):
        assert findings("isct_2006", GOOD | {key: value}).count(Finding.NOT_MET) == 1


def test_one_of_two_markers_will_do_and_none_is_missing():
    assert Finding.NOT_MET not in findings("isct_2006", GOOD | {"CD14": 30.0})
    without = {k: v for k, v in GOOD.items() if k != "CD19"}
    assert findings("isct_2006", without).count(Finding.MISSING) == 1


def test_a_range_and_limits_that_are_open():
    assert findings("stempeucel", {"viable_cells": 181e6, "viability": 85.0, "CD73": 80.0})[:3] == [
        Finding.MET, Finding.MET, Finding.NOT_MET,
    ]  # fmt: skip
    assert findings("stempeucel", {"viable_cells": 230e6})[0] is Finding.NOT_MET


@pytest.mark.parametrize("limit, finding", [(0.5, Finding.MET), (70.0, Finding.MET), (80.0, Finding.UNDECIDED)])
def test_below_detection_is_decided_where_it_can_be(limit, finding):
    assert findings("cscc", {"endotoxin": Below(limit)})[1] is finding


def test_below_detection_cannot_show_a_lower_limit():
    s = Specification("x", "", "", "", "", (Criterion(("viability",), low=70.0),))
    assert judge(s, {"viability": Below(60.0)})[0].finding is Finding.NOT_MET
    assert judge(s, {"viability": Below(90.0)})[0].finding is Finding.UNDECIDED


@pytest.mark.parametrize(
    "measured",
    [
        {"colour": 1.0},
        {"viability": 101.0},
        {"viability": -1.0},
        {"endotoxin": np.nan},
        {"trilineage": 1.0},
        {"viability": True},
    ],
)
def test_impossible_values_are_refused(measured):
    with pytest.raises(InputError):
        judge(specifications()["cscc"], measured)
