"""Readers: the conjugate update against importance weights of the room that learns, and Bayes' rule for no effect."""

import numpy as np
import pytest

from hepatica.calibrate.readers import importance_weights
from hepatica.dosing.readers import (
    NULL_EFFECT,
    READERS,
    REFERENCE,
    Effect,
    Learning,
    learning_of,
    null_effect,
    reader_posterior,
)
from hepatica.patients import Draws, posterior


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


def test_what_learning_did_is_read_from_the_draws_by_hypothesis():
    effects = {"prior_mean": 0.5, "prior_sd": 0.4, "mean": 0.4, "sd": 0.3}
    stated = Draws({}, {"effects": {"lung_only": {REFERENCE: effects}, "label_is_cells": {"another": effects}}})
    assert learning_of(stated) == {"lung_only": Learning(Effect(0.5, 0.4), Effect(0.4, 0.3))}
    assert learning_of(None) == learning_of(Draws({}, {})) == {}
    assert set(learning_of(posterior())) == {"lung_only", "label_is_cells"}


def test_at_the_regimen_itself_a_reader_answers_to_what_the_calibration_simulated():
    learning = Learning(Effect(0.5, 0.4), Effect(0.4, 0.3))
    assert learning.prior_of(learning.learnt) == pytest.approx(learning.prior)


def test_noise_of_a_study_does_not_pass_for_evidence():
    """Samples of 100 draws of one learnt distribution: the neutral reader's effect scatters as their means do."""
    learning, rng = Learning(Effect(0.46, 0.46), Effect(0.39, 0.37)), np.random.default_rng(7)
    x = rng.normal(0.56, 0.41, (400, 100))
    learnt = [Effect(float(row.mean()), float(row.std())) for row in x]
    held = np.array([reader_posterior("neutral", e, learning.prior_of(e)).mean for e in learnt])
    noisy = [Effect(float(row.mean()), float(row.std())) for row in rng.normal(0.63, 0.5, (400, 40))]
    by_noise = np.array([reader_posterior("neutral", e, p).mean for e, p in zip(learnt, noisy, strict=True)])
    assert held.std() < 2 * x.mean(axis=1).std() < by_noise.std() and (held > 0).all()
