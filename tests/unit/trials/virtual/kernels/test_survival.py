"""Kernels of survival in many trials against the tests of one trial, with ties, strata and absent patients."""

import numpy as np
import pytest

from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.log_rank import log_rank as one_log_rank
from hepatica.trials.analysis.rmst import compare_restricted_means
from hepatica.trials.virtual.kernels.survival import (
    cox_log_ratio,
    first_of_tied,
    log_rank,
    restricted_means,
    risk_sets,
    stratified_log_rank,
    tie_factor,
)

TRIALS, N = 12, 50


@pytest.fixture(params=["distinct", "tied"])
def trials(request):
    rng = np.random.default_rng(9)
    arm = rng.integers(0, 2, (TRIALS, N)) > 0
    time = rng.exponential(np.where(arm, 30, 20))
    if request.param == "tied":
        time = np.ceil(time / 5) * 5
    event = time < 40
    return np.minimum(time, 40), event, arm, rng.integers(0, 3, (TRIALS, N))


def test_log_rank_is_that_of_one_trial(trials):
    time, event, arm, _ = trials
    ours = log_rank(risk_sets(time, event, arm))
    theirs = [-one_log_rank(t, e, a).z for t, e, a in zip(time, event, arm, strict=True)]
    assert ours.z == pytest.approx(theirs, abs=1e-10) and (ours.events == event.sum(axis=1)).all()


def test_strata_are_added_up(trials):
    time, event, arm, strata = trials
    ours = stratified_log_rank(time, event, arm, strata).z
    theirs = [-one_log_rank(t, e, a, strata=s).z for t, e, a, s in zip(time, event, arm, strata, strict=True)]
    assert ours == pytest.approx(theirs, abs=1e-10)


def test_absent_patients_count_nowhere(trials):
    time, event, arm, _ = trials
    here = np.random.default_rng(1).random(time.shape) < 0.6
    r = risk_sets(np.where(here, time, -1.0), event, arm)
    theirs = [-one_log_rank(t[h], e[h], a[h]).z for t, e, a, h in zip(time, event, arm, here, strict=True)]
    assert log_rank(r).z == pytest.approx(theirs, abs=1e-10)
    means = [
        compare_restricted_means(t[h], e[h], a[h], horizon=35.0)
        for t, e, a, h in zip(time, event, arm, here, strict=True)
    ]
    difference, error = restricted_means(r, 35.0)
    assert difference == pytest.approx([m.difference.value for m in means], abs=1e-9)


def test_cox_is_that_of_one_trial():
    rng = np.random.default_rng(9)
    arm = rng.integers(0, 2, (TRIALS, N)) > 0
    time = rng.exponential(np.where(arm, 30, 20))
    event = time < 40
    ratio, error = cox_log_ratio(risk_sets(np.minimum(time, 40), event, arm))
    fits = [cox(np.minimum(t, 40), e, a.astype(float)) for t, e, a in zip(time, event, arm, strict=True)]
    assert ratio == pytest.approx([float(f.coefficients[0]) for f in fits], abs=1e-6)
    assert error == pytest.approx([float(np.sqrt(f.covariance[0, 0])) for f in fits], rel=1e-5)


def test_restricted_means_and_their_error_are_those_of_one_trial():
    rng = np.random.default_rng(3)
    arm = rng.integers(0, 2, (TRIALS, N)) > 0
    time = rng.exponential(np.where(arm, 30, 20))
    difference, error = restricted_means(risk_sets(np.minimum(time, 40), time < 40, arm), 40.0)
    means = [
        compare_restricted_means(np.minimum(t, 40), t < 40, a, horizon=40.0) for t, a in zip(time, arm, strict=True)
    ]
    assert difference == pytest.approx([m.difference.value for m in means], abs=1e-9)
    assert error == pytest.approx([m.difference.std_error for m in means], rel=1e-6)


def test_trials_without_events_or_without_an_arm_are_quiet():
    time, event, arm = np.full((3, 6), 9.0), np.zeros((3, 6), bool), np.zeros((3, 6), bool)
    event[1, 2] = event[2, :3] = True
    arm[2, 3:] = True
    r = risk_sets(time, event, arm)
    assert log_rank(r).z[:2].tolist() == [0, 0] and np.isfinite(log_rank(r).z).all()
    ratio, error = cox_log_ratio(r)
    assert np.isnan(ratio).all() and np.isnan(error).all()
    assert np.isfinite(restricted_means(r, 9.0)[0]).all()


def test_values_of_tied_patients_are_those_of_the_first_and_ties_lower_the_variance():
    time = np.array([[1.0, 2, 2, 2, 3], [1, 1, 2, 3, 3]])
    assert first_of_tied(time, np.arange(10.0).reshape(2, 5)).tolist() == [[0, 1, 1, 1, 4], [5, 5, 7, 8, 8]]
    r = risk_sets(time, np.ones((2, 5), bool), np.array([[True, False, True, False, True]] * 2))
    assert tie_factor(r)[0] == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0])
