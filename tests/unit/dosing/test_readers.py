"""Readers: the conjugate update against importance weights of the room that learns, and Bayes' rule for no effect."""

import numpy as np
import pytest

from hepatica.calibrate.readers import importance_weights
from hepatica.dosing.readers import NULL_EFFECT, READERS, Effect, null_effect, reader_posterior


def test_each_reader_has_a_chance_of_no_effect():
    assert set(NULL_EFFECT) == set(READERS)
    assert NULL_EFFECT["sceptical"] > NULL_EFFECT["neutral"] > NULL_EFFECT["enthusiastic"] > 0


@pytest.mark.parametrize("name", ["sceptical", "enthusiastic"])
def test_the_posterior_is_that_of_reweighted_draws(name):
    """Second implementation: 60,000 draws, each weighted by the reader's density over that of the model's prior."""
    rng, prior = np.random.default_rng(0), Effect(0.4, 0.6)
    precision = prior.sd**-2 + 0.4**-2  # evidence: 0.5 with an error of 0.4
    draws = rng.normal((prior.mean / prior.sd**2 + 0.5 / 0.4**2) / precision, precision**-0.5, 60_000)
    w = importance_weights(READERS[name], draws, rng.normal(prior.mean, prior.sd, 60_000)).weights
    told = reader_posterior(name, Effect(float(draws.mean()), float(draws.std())), prior)
    assert told.mean == pytest.approx(w @ draws, abs=0.01)
    assert told.sd == pytest.approx(np.sqrt(w @ (draws - w @ draws) ** 2), rel=0.03)


def test_without_evidence_the_reader_keeps_the_prior_and_without_doubt_the_draws():
    own = READERS["neutral"]
    assert reader_posterior("neutral", Effect(0.4, 0.6), Effect(0.4, 0.6)) == (own.mean, own.sd)
    assert reader_posterior("neutral", Effect(0.4, 0.7), Effect(0.4, 0.6)) == (own.mean, own.sd)
    assert reader_posterior("sceptical", Effect(0.4, 0.0), Effect(0.4, 0.6)) == (0.4, 0.0)


@pytest.mark.parametrize("posterior", [0.01, 0.03, 0.5])
def test_no_effect_by_bayes_rule(posterior):
    odds = posterior / (1 - posterior) / (0.1 / 0.9)  # Bayes factor
    for name, p in NULL_EFFECT.items():
        assert null_effect(name, posterior) == pytest.approx(odds * p / (odds * p + 1 - p))
    assert null_effect("sceptical", 0.0) == 0.0
