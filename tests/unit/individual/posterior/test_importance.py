"""Importance weights against a direct sum for each candidate; weighted quantiles against repeated values."""

import math

import numpy as np
import pytest

from hepatica.individual.library.candidates import LABS, at_times
from hepatica.individual.posterior.importance import (
    Kernels,
    effective_size,
    log_likelihood,
    normalise,
    weighted_quantile,
)
from hepatica.individual.posterior.lab_error import MAX_SQUARED_DISTANCE, default_errors


def test_log_likelihood_is_the_sum_of_its_parts(acute, observe_candidate):
    o = observe_candidate(acute, 7, days=(0.0, 2.0))
    errors, kernels = default_errors(), Kernels()
    found = log_likelihood(acute, o, errors, kernels)
    for j in (0, 7, 31):
        total = -0.5 * min(((o.age - acute.age[j]) / kernels.age) ** 2, MAX_SQUARED_DISTANCE)
        total += math.log(float(at_times(acute.free[0, j], [2.0], 0)[0]))
        for s in o.series:
            r = s.values - at_times(acute.labs[0, j, :, LABS.index(s.lab)], s.days, 0)
            square = float(r @ np.linalg.inv(errors[s.lab].covariance(s.days)) @ r)
            total -= 0.5 * min(square, MAX_SQUARED_DISTANCE + 1)
        assert found[j] == pytest.approx(total, rel=1e-5, abs=1e-4)
    assert found.argmax() == 7


def test_a_kernel_that_is_infinite_is_left_out(acute, observe_candidate):
    o = observe_candidate(acute, 3, labs=())
    even = log_likelihood(acute, o, default_errors(), Kernels(age=math.inf))
    assert np.ptp(even) == 0 and effective_size(normalise(even)) == pytest.approx(acute.n)


def test_weighted_quantiles_are_those_of_repeated_values():
    rng = np.random.default_rng(1)
    values, counts = rng.normal(size=400), rng.integers(1, 9, 400)
    levels = np.array([0.1, 0.5, 0.9])
    found = weighted_quantile(np.column_stack([values, -values]), counts / counts.sum(), levels)
    np.testing.assert_allclose(found[:, 0], np.quantile(np.repeat(values, counts), levels), atol=0.02)
    np.testing.assert_allclose(found[:, 1], -found[::-1, 0])
