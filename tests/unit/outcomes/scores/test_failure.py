"""AARC, COSSH-ACLF II and King's College at every threshold."""

import math

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.outcomes import scores

WELL = {"bilirubin": 5.0, "creatinine": 0.5, "encephalopathy": 0, "inr": 1.0, "lactate": 1.0}
POINTS = {  # of a value, the other labs being well
    "bilirubin": {14.9: 5, 15: 6, 25: 6, 25.1: 7},
    "creatinine": {0.69: 5, 0.7: 6, 1.5: 6, 1.51: 7},
    "encephalopathy": {1: 6, 2.9: 6, 3: 7},
    "inr": {1.79: 5, 1.8: 6, 2.5: 6, 2.51: 7},
    "lactate": {1.49: 5, 1.5: 6, 2.5: 6, 2.51: 7},
}
TOGETHER = [({}, 5)]


@pytest.mark.parametrize(
    "change, points", [*(({lab: v}, p) for lab, row in POINTS.items() for v, p in row.items()), *TOGETHER]
)
def test_points_of_aarc(change, points):
    assert scores.aarc(**(WELL | change)) == points


def test_grades_of_aarc():
    assert scores.aarc_grade([5, 7, 8, 10, 11, 15]).tolist() == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("coma, brain", [(0, 1), (0.9, 1), (1, 2), (2.9, 2), (3, 3), (4, 3)])
def test_cossh_aclf_ii(coma, brain):
    log = math.log
    umol = 20 * 10 / 584.66 * 1000
    expected = 1.649 * log(2.2) + 0.457 * brain + 0.425 * log(5.5) + 0.576 * log(6.5) + 0.396 * log(umol) + 0.033 * 45
    labs = {"inr": 2.2, "neutrophils": 5.5, "urea": 6.5, "bilirubin": 20, "age": 45}
    assert scores.cossh_aclf2(**labs, encephalopathy=coma) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "labs, met",
    [
        ({"inr": 2.0}, 0),
        ({"inr": 2.0, "ph": 7.30}, 0),
        ({"inr": 2.0, "ph": 7.29}, 1),
        ({"inr": 2.0, "lactate": 3.5}, 0),
        ({"inr": 2.0, "lactate": 3.51}, 1),
        ({"inr": 6.6, "creatinine": 3.5, "encephalopathy": 3}, 1),
        ({"inr": 6.5, "creatinine": 3.5, "encephalopathy": 3}, 0),
        ({"inr": 6.6, "creatinine": 3.4, "encephalopathy": 3}, 0),
        ({"inr": 6.6, "creatinine": 3.5, "encephalopathy": 2.9}, 0),
        ({"inr": 6.6, "encephalopathy": 4}, 0),
    ],
)
def test_kings_college_of_paracetamol(labs, met):
    assert scores.kings_college(cause="paracetamol", **labs) == met


@pytest.mark.parametrize(
    "cause, labs, met",
    [
        ("hepatitis A", {"inr": 6.5}, 0),
        ("hepatitis A", {"inr": 6.51}, 1),
        ("hepatitis A", {"inr": 3.51, "age": 9.9, "bilirubin": 17.51}, 1),
        ("hepatitis A", {"inr": 3.51, "age": 10, "bilirubin": 17.51}, 0),
        ("hepatitis A", {"inr": 3.51, "age": 40, "bilirubin": 17.51}, 0),
        ("hepatitis A", {"inr": 3.51, "age": 40.1, "bilirubin": 17.51}, 1),
        ("hepatitis A", {"inr": 3.5, "age": 50, "bilirubin": 17.51}, 0),
        ("hepatitis A", {"inr": 3.51, "age": 50, "bilirubin": 17.5}, 0),
        ("hepatitis B", {"inr": 3.51, "age": 50, "days_to_encephalopathy": 7}, 0),
        ("hepatitis B", {"inr": 3.51, "age": 50, "days_to_encephalopathy": 7.1}, 1),
        ("indeterminate", {"inr": 3.51, "age": 50}, 1),
        ("indeterminate", {"inr": 3.51, "age": 30}, 0),
        ("drug reaction", {"inr": 3.51, "age": 50}, 1),
        ("halothane", {"inr": 3.51, "age": 50}, 1),
        ("hepatitis B", {"inr": 3.51, "age": 50}, 0),
    ],
)
def test_kings_college_of_other_causes(cause, labs, met):
    assert scores.kings_college(cause=cause, **labs) == met


def test_kings_college_refuses_an_unknown_cause_and_keeps_nan():
    with pytest.raises(InputError, match="cause: got 'mushroom'; one of paracetamol"):
        scores.kings_college(cause="mushroom", inr=3)
    assert np.isnan(scores.kings_college(cause="halothane", inr=[3.0, np.nan])).tolist() == [False, True]
