"""Simulation-based calibration: it passes a sampler that is right and finds one that is wrong."""

import numpy as np
import pytest
from rank_calibration import RANKS, calibration, ranks, tails, threshold


def gaussian_fit(noise):
    return lambda x, seen: -0.5 * (((x - seen) / noise) ** 2).sum(axis=1) - x.shape[1] * np.log(noise)


def gaussian_data(truth, i):
    return truth + 0.7 * np.random.default_rng([i, 3]).standard_normal(truth.shape)


def test_calibration_finds_what_is_wrong():
    """A sampler that is right stays in the band; one whose noise is wrong, or whose data are shifted, leaves it."""
    limit = threshold(60, 3, tries=1500)

    def least(fit, data):
        return tails(ranks(data, fit, 2, 60, particles=126, moves=3)).min(axis=-1)

    assert least(gaussian_fit(0.7), gaussian_data) >= limit
    assert least(gaussian_fit(0.35), gaussian_data) < limit
    assert least(gaussian_fit(1.5), gaussian_data) < limit
    assert least(gaussian_fit(0.7), lambda truth, i: gaussian_data(truth, i) + 0.6) < limit


def test_the_band_holds_uniform_ranks_as_often_as_it_says():
    limit = threshold(40, 4, level=0.9, tries=1500)
    rng = np.random.default_rng(9)
    inside = tails(rng.integers(0, RANKS + 1, (1500, 40, 4))).min(axis=-1) >= limit
    assert np.mean(inside) == pytest.approx(0.9, abs=0.035)


@pytest.mark.slow
def test_ranks_of_forty_truths_are_uniform(problem):
    found = calibration(problem, 40, particles=126, moves=5)
    assert found["passed"], found["rows"]
