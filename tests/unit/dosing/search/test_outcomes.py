"""Outcomes, their means and errors, and worst regret."""

import numpy as np
import pytest

from hepatica.dosing.search.outcomes import Outcomes, admissible, patient_error, patient_mean, worst_regret

RNG = np.random.Generator(np.random.Philox(5))


def outcomes(candidates, patients, excess=0.0):
    gain = RNG.normal(size=(2, candidates, patients))
    return Outcomes(gain, np.zeros_like(gain), np.full((1, *gain.shape), excess) + 0.01 * RNG.normal(size=gain.shape))


def test_means_and_errors_leave_failed_patients_out():
    values = np.array([1.0, 2.0, np.nan, 6.0])
    good = values[[0, 1, 3]]
    assert float(patient_mean(values)) == pytest.approx(good.mean())
    assert float(patient_error(values)) == pytest.approx(good.std(ddof=1) / np.sqrt(3))
    assert np.isnan(patient_mean(np.array([np.nan]))) and np.isinf(patient_error(np.array([1.0])))


def test_regret_is_the_worst_over_hypotheses_against_the_best_of_each_or_standard_care():
    gain = np.array([[3.0, 1.0, 9.0], [-2.0, -1.0, 9.0]])
    allowed = np.array([[True, True, False], [True, True, True]])
    found = worst_regret(gain, allowed)
    assert found.tolist() == [11.0, 10.0, np.inf]
    assert worst_regret(-np.ones((1, 2)), np.ones((1, 2), bool)).tolist() == [1.0, 1.0]


def test_a_harm_excludes_only_beyond_its_monte_carlo_error():
    near, far = outcomes(3, 400, excess=0.0501), outcomes(3, 400, excess=0.06)
    limits = np.array([0.05])
    assert admissible(near, limits).all() and not admissible(far, limits).any()
    assert not admissible(far, limits, errors=0.0).any()
    assert admissible(far, np.empty(0)).all()


def test_outcomes_are_joined_along_patients_and_candidates():
    a, b = outcomes(2, 5), outcomes(2, 3)
    assert a.and_patients(b).gain.shape == (2, 2, 8) and a.and_patients(b).excess.shape == (1, 2, 2, 8)
    assert a.and_candidates(outcomes(4, 5)).lost.shape == (2, 6, 5)
    assert np.array_equal(a.take(np.array([1])).gain, a.gain[:, 1:])
