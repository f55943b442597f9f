"""Scores of forecasts against their definitions."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.individual.scores import auc, bootstrap_auc, brier, central_interval, crps_normal
from hepatica.patients.streams import uniforms


def test_crps_and_auc_against_plain_loops():
    """CRPS by integrating squared differences of distribution functions; AUC by all pairs."""
    x = np.linspace(-12, 12, 200_001)
    for y, m, s in ((0.3, 0.0, 1.0), (-2.0, 0.5, 0.4)):
        plain = np.trapezoid((norm.cdf(x, m, s) - (x >= y)) ** 2, x)
        assert float(crps_normal(y, m, s)) == pytest.approx(plain, rel=1e-3)
    event, score = (
        (uniforms(1, np.arange(40), "e")[:, 0] < 0.4) * 1.0,
        np.round(uniforms(1, np.arange(40), "s")[:, 0], 1),
    )
    pairs = [(a > b) + 0.5 * (a == b) for a in score[event == 1] for b in score[event == 0]]
    assert auc(event, score) == pytest.approx(np.mean(pairs)) and np.isnan(auc(np.zeros(3), np.arange(3.0)))
    drawn = bootstrap_auc(event, {"a": score, "b": score}, seed=1, resamples=50)
    np.testing.assert_array_equal(drawn["a"], drawn["b"])
    assert np.std(drawn["a"]) > 0.01 and abs(drawn["a"].mean() - np.mean(pairs)) < 0.05
    assert brier(np.array([1.0, 0.0]), np.array([0.5, 0.0])) == 0.125
    low, high = central_interval(1.0, 2.0, 0.9)
    assert norm.cdf(high, 1, 2) - norm.cdf(low, 1, 2) == pytest.approx(0.9)


def test_crps_is_the_closed_form():
    """Gneiting & Raftery 2007, equation 21; a value that was not observed has no score."""
    y, m, s = np.array([0.3, -2.0, np.nan]), np.array([0.0, 0.5, 0.0]), np.array([1.0, 0.4, 1.0])
    z = (y - m) / s
    closed = s * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    np.testing.assert_allclose(crps_normal(y, m, s), closed, rtol=1e-12)
    assert np.isnan(crps_normal(y, m, s)[2])


def test_bootstrap_samples_are_the_same_for_every_score():
    event = (uniforms(1, np.arange(30), "e")[:, 0] < 0.5) * 1.0
    drawn = bootstrap_auc(event, {"up": event, "down": -event}, seed=4, resamples=20)
    np.testing.assert_allclose(drawn["up"] + drawn["down"], 1.0)
    assert np.isnan(bootstrap_auc(np.zeros(5), {"a": np.arange(5.0)}, seed=1, resamples=3)["a"]).all()
