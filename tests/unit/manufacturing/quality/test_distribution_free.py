"""Distribution-free intervals: confidence by simulation, smallest samples by counting up."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality import distribution_free


def test_distribution_free_confidence_by_simulation_and_counting():
    rng = np.random.Generator(np.random.Philox(6))
    u = np.sort(rng.random((20000, 30)), axis=1)
    for dropped, side, held in (
        (0, "two", u[:, -1] - u[:, 0]),
        (2, "two", u[:, -2] - u[:, 1]),
        (1, "two", u[:, -1] - u[:, 1]),
        (1, "lower", 1 - u[:, 1]),
    ):
        share = float((held >= 0.8).mean())
        assert abs(share - distribution_free.free_confidence(30, 0.8, dropped=dropped, side=side)) < 0.013


def test_distribution_free_interval():
    x = np.arange(300.0)
    found = distribution_free.free_interval(x)
    assert (
        found.achieved
        >= 0.95
        > distribution_free.free_confidence(300, 0.95, dropped=int(found.lower + 299 - found.upper) + 1)
    )
    assert distribution_free.free_interval(x, side="upper").lower == -np.inf
    with pytest.raises(InputError, match="at least 93"):
        distribution_free.free_interval(np.arange(92.0))
    distribution_free.free_interval(np.arange(93.0))
    assert distribution_free.free_confidence(1, 0.5) == 0.0
    with pytest.raises(InputError, match="content"):
        distribution_free.free_sample_size(1 - 1e-9, 0.95)


def test_sample_size_is_the_smallest():
    for content, confidence, side, dropped in ((0.9, 0.9, "two", 0), (0.95, 0.9, "upper", 1), (0.8, 0.99, "two", 3)):
        n = distribution_free.free_sample_size(content, confidence, side=side, dropped=dropped)
        naive = next(
            m
            for m in range(1, 2000)
            if distribution_free.free_confidence(m, content, side=side, dropped=dropped) >= confidence
        )
        assert n == naive
