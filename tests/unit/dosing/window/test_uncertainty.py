"""Uncertainty of windows, in worlds whose truth is known."""

import numpy as np
import pytest

from hepatica.dosing.variance_components import decompose_variance
from hepatica.dosing.window.estimands import Estimand
from hepatica.dosing.window.shape import Shape
from hepatica.dosing.window.uncertainty import Sample, draw_means, quantiles, resampled_means, shrunken, window_of

LOGS = np.linspace(4.0, 8.0, 9)


def world(seed, draws=100, patients=2, *, between=0.3, own=0.0, noise=6.0):
    """Hill curves whose ED50 scatters over draws and patients (decades), with a slope of noise of each patient's own."""
    rng = np.random.Generator(np.random.Philox(seed))
    draw = np.tile(np.arange(draws), patients)
    middle = 6.0 + between * rng.normal(size=draws)[draw] + own * rng.normal(size=len(draw))
    curves = 20.0 / (1.0 + 10.0 ** (1.5 * (middle - LOGS[:, None])))
    return Sample(curves + noise * rng.normal(size=len(draw)) * (LOGS[:, None] - 4.0) / 4.0, draw)


def test_means_of_draws_are_those_of_a_loop_and_leave_failures_out():
    sample = world(1, draws=5, patients=3)
    sample.values[2, 4] = np.nan
    mean, count, within = draw_means(sample)
    for d in range(5):
        own = sample.values[:, sample.draw == d]
        assert (
            mean[d] == pytest.approx(np.nanmean(own, axis=1)) and count[d].tolist() == np.isfinite(own).sum(1).tolist()
        )
    expected = decompose_variance(sample.values[0], sample.draw).between_patients_sd ** 2
    assert within[0] == pytest.approx(expected)


def test_shrunken_draws_scatter_as_the_parameters_alone_do():
    sample = world(2, draws=400, patients=2, between=0.3, noise=5.0)
    pure = world(2, draws=400, patients=2, between=0.3, noise=0.0)
    mean, count, within = draw_means(sample)
    found, truth = shrunken(mean, count, within).std(axis=0), draw_means(pure)[0].std(axis=0)
    assert found[4:] == pytest.approx(truth[4:], rel=0.2, abs=0.8)
    assert mean.std(axis=0)[-1] > 1.5 * truth[-1], "the noise that is removed is there"


def test_bootstrap_draws_clusters():
    mean = np.random.Generator(np.random.Philox(3)).normal(size=(80, 4))
    found = resampled_means(mean, seed=1, replicates=600)
    assert found.mean(axis=0) == pytest.approx(mean.mean(axis=0), abs=0.03)
    assert found.std(axis=0) == pytest.approx(mean.std(axis=0) / np.sqrt(80), rel=0.12)
    assert np.array_equal(found, resampled_means(mean, seed=1, replicates=600))


def test_intervals_of_monte_carlo_error_hold_the_long_run_value():
    """Ninety per cent intervals, 80 worlds: the ED50 of the mean over very many draws lies within 80 to 97 %."""
    truth = window_of(LOGS, world(999, draws=20_000, patients=1, noise=0.0), Shape.UNIMODAL, (Estimand.ED50,), seed=1)
    inside = 0
    for seed in range(80):
        found = window_of(LOGS, world(seed), Shape.UNIMODAL, (Estimand.ED50,), seed=seed)[Estimand.ED50]
        inside += found.low <= truth[Estimand.ED50].value <= found.high
    assert 0.80 <= inside / 80 <= 0.98


def test_parameters_and_patients_are_told_apart():
    wide = world(5, draws=200, patients=4, between=0.4, own=0.1, noise=1.0)
    one = world(6, draws=1, patients=300, between=0.0, own=0.1, noise=0.0).values
    found = window_of(LOGS, wide, Shape.UNIMODAL, (Estimand.ED50,), seed=1, patients=one)[Estimand.ED50]
    assert found.parameter_high - found.parameter_low == pytest.approx(2 * 1.645 * 0.4, rel=0.25)
    assert found.patient_high - found.patient_low == pytest.approx(2 * 1.645 * 0.1, rel=0.25)
    assert found.low < found.value < found.high and found.error < 0.1


def test_what_half_the_draws_never_reach_is_said():
    sample = world(7, draws=60, patients=2, noise=0.0)
    flat = sample.values.copy()
    flat[:, sample.draw < 30] = 0.0
    found = window_of(LOGS, Sample(flat, sample.draw), Shape.UNIMODAL, (Estimand.MINIMAL,), seed=1, relevant=2.0)
    assert found[Estimand.MINIMAL].parameter_never == pytest.approx(0.5, abs=0.02)
    assert found[Estimand.MINIMAL].parameter_high == np.inf and np.isfinite(found[Estimand.MINIMAL].value)


def test_a_variance_between_draws_estimated_as_nothing_does_not_collapse_the_interval():
    """Draws that are alike, patients that are not: the interval over parameters is that of the Monte-Carlo error."""
    found = window_of(LOGS, world(8, draws=12, between=0.0), Shape.UNIMODAL, (Estimand.LARGEST,), seed=1)
    found = found[Estimand.LARGEST]
    assert found.parameter_low <= found.low < found.high <= found.parameter_high


def test_quantiles_of_infinite_values():
    assert quantiles(np.array([np.nan, 1.0])) == (1.0, 1.0)
    assert np.isnan(quantiles(np.array([np.nan]))).all()
    values = np.concatenate([np.full(10, -np.inf), np.arange(80.0), np.full(10, np.inf)])
    assert quantiles(values, 0.9) == (-np.inf, np.inf)
    assert quantiles(values, 0.7) == pytest.approx((4, 75), abs=1)
