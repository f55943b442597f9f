"""Scores against naive definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from hepatica.validation.scores import Predictive, covered


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12), st.floats(-5, 5))
def test_crps_is_its_double_sum(samples, observed):
    x = np.array(samples)
    naive = np.mean(np.abs(x - observed)) - 0.5 * np.mean([[abs(a - b) for a in x] for b in x])
    assert Predictive(x, x, x).crps(observed) == pytest.approx(naive, abs=1e-9)


def test_crps_of_a_normal_is_its_closed_form():
    found = Predictive.normal(np.zeros(3), np.ones(3)).crps(0.7)
    assert found == pytest.approx(0.7 * (2 * norm.cdf(0.7) - 1) + 2 * norm.pdf(0.7) - 1 / np.sqrt(np.pi), abs=0.01)


def test_intervals_are_of_mixtures():
    """Against drawing part and number at random; with few parts as with many."""
    rng = np.random.default_rng(1)
    mean, sd, p = rng.normal(size=60), rng.uniform(0.3, 2, 60), rng.uniform(0.1, 0.7, 60)
    part = rng.integers(60, size=400_000)
    drawn = rng.normal(mean[part], sd[part])
    assert Predictive.normal(mean, sd).quantiles() == pytest.approx(
        np.quantile(drawn, (0.05, 0.25, 0.5, 0.75, 0.95)), abs=0.05
    )
    counted = 100 * rng.binomial(80, p[part]) / 80
    assert Predictive.share(p, 80).quantiles() == pytest.approx(
        np.quantile(counted, (0.05, 0.25, 0.5, 0.75, 0.95)), abs=1.3
    )


def test_log_scores_are_of_mixtures():
    p = Predictive.normal(np.array([0.0, 2.0]), np.array([1.0, 0.5]))
    assert p.log_score(1.0) == pytest.approx(np.log((norm.pdf(1) + norm.pdf(1, 2, 0.5)) / 2))
    s = Predictive.share(np.array([0.2, 0.4]), 50)
    assert s.log_score(30.0) == pytest.approx(np.log((binom.pmf(15, 50, 0.2) + binom.pmf(15, 50, 0.4)) / 2))
    assert p.log_score(1e6) == -50


def test_coverage():
    q = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert covered(2.5, q) == (True, True) and covered(3.5, q) == (False, True) and covered(5, q) == (False, False)


def test_monte_carlo_errors_are_the_spread_of_scores_over_fresh_draws():
    rng = np.random.default_rng(11)
    fresh = [Predictive.normal(rng.normal(0, 2, 400), np.ones(400)) for _ in range(200)]
    for k in (0, 1):
        spread = np.std([(p.crps(1.0), p.log_score(1.0))[k] for p in fresh])
        said = np.mean([p.monte_carlo_errors(1.0)[k] for p in fresh])
        assert said == pytest.approx(spread, rel=0.25)
