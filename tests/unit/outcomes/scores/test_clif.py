"""EASL-CLIF scores against the published table of points, at every threshold."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.errors import InputError
from hepatica.outcomes import scores

WELL = {"bilirubin": 1.0, "creatinine": 0.8, "encephalopathy": 0, "inr": 1.0, "arterial_pressure": 90}
RISK = {
    "aclf": {1: (0.0022, 0.0995), 3: (0.0079, 0.0869), 6: (0.0115, 0.0824), 12: (0.0231, 0.0731)},
    "ad": {1: (0.00012, 0.1083), 3: (0.00056, 0.1007), 6: (0.00173, 0.0889), 12: (0.00879, 0.0698)},
}
POINTS = {  # of a value, the other labs being well
    "bilirubin": {5.99: 6, 6.0: 7, 11.99: 7, 12.0: 8},
    "creatinine": {1.99: 6, 2.0: 7, 3.49: 7, 3.5: 8},
    "dialysis": {True: 8},
    "encephalopathy": {0.99: 6, 1: 7, 2: 7, 3: 8},
    "inr": {1.99: 6, 2.0: 7, 2.49: 7, 2.5: 8},
    "arterial_pressure": {70: 6, 69.9: 7},
    "vasopressors": {True: 8},
    "pao2_fio2": {301: 6, 300: 7, 201: 7, 200: 8},
    "spo2_fio2": {358: 6, 357: 7, 215: 7, 214: 8},
}
TOGETHER = [({}, 6), ({"vasopressors": True, "arterial_pressure": 60}, 8), ({"pao2_fio2": 400, "spo2_fio2": 100}, 6)]


@pytest.mark.parametrize(
    "change, points", [*(({lab: v}, p) for lab, row in POINTS.items() for v, p in row.items()), *TOGETHER]
)
def test_points_of_organs(change, points):
    assert scores.clif_c_of(**(WELL | change)) == points


SICK = {
    "liver": {"bilirubin": 12.0},
    "kidney": {"creatinine": 2.0},
    "brain": {"encephalopathy": 3},
    "coagulation": {"inr": 2.5},
    "circulation": {"vasopressors": True},
    "lung": {"pao2_fio2": 200},
}


@pytest.mark.parametrize("failed", [c for n in range(7) for c in itertools.combinations(SICK, n)], ids="+".join)
def test_organ_failures_and_grade_of_every_combination(failed):
    labs = dict(WELL)
    for organ in failed:
        labs |= SICK[organ]
    assert scores.organ_failures(**labs) == len(failed)
    n = len(failed)
    one = failed == ("kidney",)  # no other single failure counts with a sound kidney and a clear head
    assert scores.aclf_grade(**labs) == (float(one) if n == 1 else min(n, 3))


@pytest.mark.parametrize(
    "change, grade",
    [
        ({"bilirubin": 12.0, "creatinine": 1.49}, 0),
        ({"bilirubin": 12.0, "creatinine": 1.5}, 1),
        ({"bilirubin": 12.0, "encephalopathy": 1}, 1),
        ({"bilirubin": 12.0, "encephalopathy": 2}, 1),
        ({"encephalopathy": 3, "creatinine": 1.49}, 0),
        ({"encephalopathy": 3, "creatinine": 1.5}, 1),
        ({"creatinine": 2.0}, 1),
        ({"creatinine": 1.99, "encephalopathy": 2}, 0),
        ({"dialysis": True}, 1),
    ],
)
def test_one_failing_organ_counts_with_kidney_or_brain(change, grade):
    assert scores.aclf_grade(**(WELL | change)) == grade


@given(of=st.integers(6, 18), age=st.floats(18, 90), w=st.floats(0.1, 60))
def test_clif_c_aclf(of, age, w):
    expected = 10 * (0.33 * of + 0.04 * age + 0.63 * math.log(w) - 2)
    assert scores.clif_c_aclf(organ_failure=of, age=age, white_cells=w) == pytest.approx(expected, abs=1e-9)


@given(age=st.floats(18, 90), c=st.floats(0.3, 9), i=st.floats(0.8, 9), w=st.floats(0.1, 60), na=st.floats(110, 160))
def test_clif_c_ad(age, c, i, w, na):
    log = math.log
    expected = 10 * (0.03 * age + 0.66 * log(c) + 1.71 * log(i) + 0.88 * log(w) - 0.05 * na + 8)
    got = scores.clif_c_ad(age=age, creatinine=c, inr=i, white_cells=w, sodium=na)
    assert got == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("months", [1, 3, 6, 12])
@given(score=st.floats(0, 100))
def test_mortality(months, score):
    for kind, mortality in (("aclf", scores.clif_c_aclf_mortality), ("ad", scores.clif_c_ad_mortality)):
        a, b = RISK[kind][months]
        assert mortality(score, months=months) == pytest.approx(1 - math.exp(-a * math.exp(b * score)), abs=1e-12)


@given(score=st.floats(0, 100), more=st.floats(0, 30), months=st.sampled_from([1, 3, 6, 12]))
def test_mortality_is_a_probability_that_rises_with_score(score, more, months):
    for mortality in (scores.clif_c_aclf_mortality, scores.clif_c_ad_mortality):
        low, high = mortality([score, score + more], months=months)
        assert 0 <= low <= high <= 1


def test_unknown_months_are_refused():
    for mortality in (scores.clif_c_aclf_mortality, scores.clif_c_ad_mortality):
        with pytest.raises(InputError, match="months: got 2; one of 1, 3, 6, 12"):
            mortality(50, months=2)


def test_a_failed_patient_has_no_organ_failures():
    labs = WELL | {"inr": np.array([1.0, np.nan])}
    assert (
        np.isnan(scores.organ_failures(**labs)).tolist()
        == np.isnan(scores.aclf_grade(**labs)).tolist()
        == [False, True]
    )
