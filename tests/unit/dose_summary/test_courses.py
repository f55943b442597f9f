"""Courses of an answer: survival as in the decision, percentiles and means against plain counting."""

import numpy as np
import pytest

from hepatica.dose_summary.courses import (
    course_of,
    first_course,
    mean_probability,
    number_at_risk,
    percentiles,
    survival_curves,
)
from hepatica.outcomes.scores import meld


def test_survival_is_that_of_the_decision(found):
    for k, hypothesis in enumerate(found.courses):
        end = survival_curves(found, hypothesis)[..., -1].mean(axis=1)
        h = found.decision.by_hypothesis[k]
        assert end == pytest.approx([h.survival[0].mean, h.survival[found.decision.top].mean], abs=5e-3)


def test_meld_is_computed_patient_by_patient(found):
    ds = first_course(found)
    one = ds.isel(arm=0, patient=3, time=28)
    expected = float(
        meld(bilirubin=float(one["bilirubin"]), creatinine=float(one["creatinine"]), inr=float(one["inr"]))
    )
    assert course_of(ds, "meld")[0, 3, 28] == pytest.approx(expected)
    np.testing.assert_array_equal(course_of(ds, "albumin"), ds["albumin"].values)


def test_failed_patients_do_not_enter_percentiles():
    values = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, np.nan], [9.0, 7.0]])
    expected = [[sorted([1.0, 2.0, 9.0])[1], sorted([5.0, 6.0, 7.0])[1]]]
    assert percentiles(values, (50,)).tolist() == expected


def test_numbers_at_risk_are_sums_of_probabilities():
    alive = np.array([[1.0, 0.5, 0.25], [1.0, np.nan, np.nan], [1.0, 1.0, 0.5]])
    assert number_at_risk(alive, np.array([0.0, 10.0, 20.0]), (0, 20)).tolist() == [3.0, 0.75]


def test_means_of_probabilities_stay_between_none_and_all():
    rng = np.random.default_rng(1)
    values = np.column_stack([rng.uniform(0.9, 1.0, 40), np.full(40, 0.5)])
    draw = np.repeat(np.arange(4), 10)
    mean, low, high = mean_probability(values, draw)
    by_draw = [values[draw == k, 0].mean() for k in range(4)]
    assert mean[0] == pytest.approx(np.mean(by_draw)) and mean[1] == low[1] == high[1] == 0.5
    assert np.all((low >= 0) & (low <= mean) & (mean <= high) & (high <= 1))
