"""Child-Pugh and ALBI at every threshold of the published tables."""

import math

import numpy as np
import pytest

from hepatica.outcomes import scores

WELL = {"bilirubin": 1.0, "albumin": 40, "inr": 1.0, "ascites": 0, "encephalopathy": 0}
POINTS = {  # of a value, the other labs being well
    "bilirubin": {1.99: 5, 2.0: 6, 3.0: 6, 3.01: 7},
    "albumin": {35.1: 5, 35.0: 6, 28.0: 6, 27.9: 7},
    "inr": {1.69: 5, 1.7: 6, 2.3: 6, 2.31: 7},
    "ascites": {0.99: 5, 1: 6, 1.99: 6, 2: 7},
    "encephalopathy": {0.99: 5, 1: 6, 2.99: 6, 3: 7},
}
TOGETHER = [
    ({}, 5),
    ({"albumin": 29.9, "albumin_low": 30.0}, 7),
    ({"albumin": 30.0, "albumin_low": 30.0}, 6),
    ({"bilirubin": 9, "albumin": 20, "inr": 4, "ascites": 2, "encephalopathy": 4}, 15),
]


@pytest.mark.parametrize(
    "change, points", [*(({lab: v}, p) for lab, row in POINTS.items() for v, p in row.items()), *TOGETHER]
)
def test_points(change, points):
    assert scores.child_pugh(**(WELL | change)) == points


def test_classes():
    assert scores.child_pugh_class([5, 6, 7, 9, 10, 15, np.nan]).tolist() == ["A", "A", "B", "B", "C", "C", ""]


@pytest.mark.parametrize("bilirubin, albumin", [(0.5, 45), (1.2, 35), (20, 18)])
def test_albi(bilirubin, albumin):
    umol = bilirubin * 10 / 584.66 * 1000  # mg/dL over g/mol
    expected = 0.66 * math.log10(umol) - 0.085 * albumin
    assert scores.albi(bilirubin=bilirubin, albumin=albumin) == pytest.approx(expected, rel=1e-12)


def test_grades_of_albi():
    assert scores.albi_grade([-3, -2.6, -2.59, -1.39, -1.38]).tolist() == [1, 1, 2, 2, 3]
