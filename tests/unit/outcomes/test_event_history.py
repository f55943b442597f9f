"""Event histories against lifelines and against the textbook sums written out."""

from __future__ import annotations

import lifelines
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.outcomes import event_history as kernel
from hepatica.outcomes import survival

RNG = np.random.default_rng(20)
TIED = np.ceil(RNG.exponential(20, 200)), RNG.random(200) < 0.6
UNTIED = RNG.exponential(20, 150), RNG.integers(0, 3, 150)

histories = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=30)
intensities = arrays(float, (3, 9), elements=st.floats(0, 2))
DAYS = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0, 28.0])


def naive_kaplan_meier(time, event, at: float) -> float:
    alive = 1.0
    for day in sorted({t for t, e in zip(time, event, strict=True) if e and t <= at}):
        at_risk = sum(t >= day for t in time)
        alive *= 1 - sum(t == day and bool(e) for t, e in zip(time, event, strict=True)) / at_risk
    return alive


def naive_incidence(time, cause, of: int, at: float) -> float:
    total = 0.0
    for day in sorted({t for t in time if t <= at}):
        before = naive_kaplan_meier(time, [c != 0 for c in cause], day - 1e-9)
        events = sum(t == day and c == of for t, c in zip(time, cause, strict=True))
        total += before * events / sum(t >= day for t in time)
    return total


@pytest.mark.parametrize(("time", "event"), [TIED, (UNTIED[0], UNTIED[1] > 0)])
def test_kaplan_meier_is_that_of_lifelines(time, event) -> None:
    got = kernel.kaplan_meier(time, event)
    peer = lifelines.KaplanMeierFitter().fit(time, event)
    assert_allclose(got.survival, peer.survival_function_at_times(got.times), atol=1e-12)
    interval = peer.confidence_interval_survival_function_.loc[got.times].to_numpy()
    alive = got.survival > 0
    assert_allclose(got.lower[alive], interval[alive, 0], atol=1e-9)
    assert_allclose(got.upper[alive], interval[alive, 1], atol=1e-9)


@given(histories)
def test_kaplan_meier_is_the_product_written_out(history) -> None:
    time, event = zip(*history, strict=True)
    got = kernel.kaplan_meier(time, np.array(event) > 0)
    assert_allclose(got.survival, [naive_kaplan_meier(time, event, t) for t in got.times], atol=1e-12)
    alive = got.survival > 0
    assert np.all(got.lower[alive] <= got.survival[alive] + 1e-12)
    assert np.all(got.upper[alive] >= got.survival[alive] - 1e-12)
    assert np.isnan(got.lower[~alive]).all() and np.isnan(got.upper[~alive]).all()


def test_numbers_at_risk_count_those_who_leave_on_the_day() -> None:
    assert kernel.numbers_at_risk([1, 2, 2, 3], [0, 1, 2, 2.5, 9]).tolist() == [4, 4, 3, 1, 0]


@pytest.mark.parametrize("of", [1, 2])
def test_aalen_johansen_is_that_of_lifelines(of: int) -> None:
    times, incidence = kernel.aalen_johansen(*UNTIED, of=of)
    peer = lifelines.AalenJohansenFitter(calculate_variance=False).fit(*UNTIED, event_of_interest=of)
    assert_allclose(incidence, peer.cumulative_density_.loc[times].to_numpy()[:, 0], atol=1e-12)


@given(histories)
def test_incidences_are_the_sums_written_out_and_add_up(history) -> None:
    time, cause = zip(*history, strict=True)
    (times, first), (_, second) = (kernel.aalen_johansen(time, cause, of=k) for k in (1, 2))
    assert_allclose(first, [naive_incidence(time, cause, 1, t) for t in times], atol=1e-12)
    alive = kernel.kaplan_meier(time, np.array(cause) != 0).survival
    assert_allclose(first + second + alive, 1, atol=1e-12)


@pytest.mark.parametrize("time", [[], [1.0, np.nan], [1.0, -1.0], [1.0, 2.0, 3.0]])
def test_history_that_cannot_be_is_refused(time) -> None:
    with pytest.raises(InputError, match="time"):
        kernel.kaplan_meier(time, [True, False][: len(time)])


@pytest.mark.parametrize("horizon", [5.0, 28.0, 40.0])
def test_restricted_mean_is_that_of_lifelines(horizon: float) -> None:
    curve = kernel.kaplan_meier(*TIED)
    peer = lifelines.utils.restricted_mean_survival_time(lifelines.KaplanMeierFitter().fit(*TIED), t=horizon)
    assert kernel.restricted_mean_survival(curve.times, curve.survival, horizon) == pytest.approx(peer)


@given(intensities, st.floats(0, 28))
def test_restricted_mean_of_a_smooth_curve_is_its_area(intensity, horizon: float) -> None:
    alive = survival.survival_from_intensity(DAYS, intensity)
    fine = np.union1d(np.linspace(0, horizon, 500), DAYS[horizon >= DAYS])
    area = [np.trapezoid(np.interp(fine, DAYS, curve), fine) for curve in alive]
    assert_allclose(kernel.restricted_mean_survival(DAYS, alive, horizon, step=False), area, atol=1e-9)


def test_restricted_mean_refuses_to_extrapolate_the_living() -> None:
    with pytest.raises(InputError, match="horizon"):
        kernel.restricted_mean_survival([0, 10], [1.0, 0.5], 20)
    assert kernel.restricted_mean_survival([0, 10], [1.0, 0.0], 20) == 10
    assert kernel.restricted_mean_survival([0, 10], [1.0, 0.0], 20, step=False) == 5
    with pytest.raises(InputError, match="day 0"):
        kernel.restricted_mean_survival([1, 10], [1.0, 0.5], 5)


@given(intensities, arrays(float, 3, elements=st.floats(0.01, 5)))
def test_event_times_invert_the_cumulative_hazard(intensity, threshold) -> None:
    hazard = -np.log(np.maximum(survival.survival_from_intensity(DAYS, intensity), 1e-300))
    got = kernel.event_times(DAYS, hazard, threshold)
    for curve, wanted, day in zip(hazard, threshold, got, strict=True):
        if curve[-1] < wanted:
            assert day == np.inf
        else:
            assert np.interp(day, DAYS, curve) == pytest.approx(wanted, abs=1e-9)
            assert np.all(curve[day > DAYS] < wanted)


def test_event_times_broadcast_over_arms_and_patients() -> None:
    hazard = np.array([[[0.0, 1.0, 2.0]], [[0.0, 0.1, 0.2]]])  # (arm, 1, time)
    got = kernel.event_times([0, 1, 2], hazard, [0.0, 0.15, 1.5])  # (patient,)
    assert_allclose(got, [[0, 0.15, 1.5], [0, 1.5, np.inf]])


def test_failed_patient_is_nan_and_leaves_the_others_alone() -> None:
    hazard = np.array([[0.0, 1.0, 2.0], [0.0, np.nan, np.nan]])
    assert np.isnan(kernel.event_times([0, 1, 2], hazard, [0.5, 0.5])).tolist() == [False, True]
    intensity = np.array([[0.1, 0.1, 0.1], [np.nan, 0.1, 0.1]])
    died, _ = survival.competing_incidence([0, 1, 2], intensity, 0.1 * np.ones(3))
    assert np.isnan(died[:, -1]).tolist() == [False, True]


def test_a_curve_that_ends_with_nobody_alive_may_be_asked_beyond_its_end() -> None:
    assert kernel.restricted_mean_survival([0, 4, 10], [1.0, 0.5, 0.0], 20) == 4 + 3
    with pytest.raises(InputError, match="horizon"):
        kernel.restricted_mean_survival([0, 4, 10], [1.0, 0.5, 1e-9], 10.001)


def test_a_threshold_is_reached_at_the_first_time_that_equals_it() -> None:
    assert kernel.event_times([0, 1], [0.0, 1.0], 1.0) == 1.0
    assert kernel.event_times([0, 1, 2, 3], [0.0, 1.0, 1.0, 2.0], 1.0) == 1.0
    assert kernel.event_times([0, 1], [0.0, 1.0], 0.0) == 0.0
