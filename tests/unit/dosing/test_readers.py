"""Readers: weights are the ratio of priors, and Bayes' rule holds for the chance of no effect."""

import numpy as np
import pytest

from hepatica.dosing.readers import NULL_EFFECT, READERS, draw_weights, effective_draws, null_effect


def test_each_reader_has_a_chance_of_no_effect():
    assert set(NULL_EFFECT) == set(READERS)
    assert NULL_EFFECT["sceptical"] > NULL_EFFECT["neutral"] > NULL_EFFECT["enthusiastic"] > 0


@pytest.mark.parametrize("name", ["sceptical", "neutral", "enthusiastic"])
def test_weighted_draws_of_the_models_prior_are_draws_of_the_readers(name):
    """And of a posterior, the reader's: a normal likelihood on top, by conjugacy."""
    reader, rng = READERS[name], np.random.default_rng(0)
    prior_mean, prior_sd, seen, error = 0.4, 0.6, 0.5, 0.4
    precision = prior_sd**-2 + error**-2
    draws = rng.normal((prior_mean / prior_sd**2 + seen / error**2) / precision, precision**-0.5, 40_000)
    w = draw_weights(name, draws, prior_mean, prior_sd)
    own = reader.sd**-2 + error**-2
    assert w @ draws == pytest.approx((reader.mean / reader.sd**2 + seen / error**2) / own, abs=0.01)
    assert np.sqrt(w @ (draws - w @ draws) ** 2) == pytest.approx(own**-0.5, rel=0.03)
    assert 1 < effective_draws(w) < len(draws)


def test_a_prior_without_width_leaves_the_draws_alone():
    assert draw_weights("sceptical", np.array([0.0, 5.0]), 0.0, 0.0).tolist() == [0.5, 0.5]


def test_no_draw_decides_alone():
    w = draw_weights("sceptical", np.linspace(-3, 12, 300), 3.0, 1.0)
    assert w.max() <= 20 * w.mean() * 1.5 and w.sum() == pytest.approx(1)


@pytest.mark.parametrize("posterior", [0.01, 0.03, 0.5])
def test_no_effect_by_bayes_rule(posterior):
    odds = posterior / (1 - posterior) / (0.1 / 0.9)  # Bayes factor
    for name, p in NULL_EFFECT.items():
        assert null_effect(name, posterior) == pytest.approx(odds * p / (odds * p + 1 - p))
    assert null_effect("sceptical", 0.0) == 0.0
