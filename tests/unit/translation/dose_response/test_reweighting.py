"""Importance weights that take evidence out of draws."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.patients import DrawKey, Draws
from hepatica.translation.dose_response import Half, LogNormal, Measure, Weights, shipped
from hepatica.translation.dose_response.informed import prior_before
from hepatica.translation.dose_response.reweighting import (
    effective_draws,
    evidence_weights,
    measure_of,
    prior_in_model,
    replace_prior,
)

NOTHING = Weights(people=0.0, animals=0.0)


@pytest.fixture(scope="module")
def many(model):
    rng = np.random.default_rng(5)
    return Draws({DrawKey.coordinate(h.value): rng.normal(size=200_000) for h in Half})


def test_the_model_holds_the_priors_that_the_evidence_gives(model):
    """As its table rounds them."""
    for hypothesis, measure in (("", Measure.LIVING), ("lung_only", Measure.LIVING_LUNG)):
        assert measure_of(hypothesis) is measure
    for half in Half:
        stated, given = prior_in_model(model, half), shipped(half, Measure.LIVING)
        assert stated.median == pytest.approx(given.median, rel=0.02)
        assert stated.cv == pytest.approx(given.cv, abs=0.02)


def test_log_density_ratio_by_scipy():
    old, new = LogNormal(log_mean=2.0, log_sd=0.7), LogNormal(log_mean=2.6, log_sd=0.9)
    z = np.linspace(-4, 4, 9)
    x = old.log_mean + old.log_sd * z
    want = norm.logpdf(x, new.log_mean, new.log_sd) - norm.logpdf(x, old.log_mean, old.log_sd)
    np.testing.assert_allclose(replace_prior(z, old, new), want, atol=1e-12)


@pytest.mark.parametrize("hypothesis", ["label_is_cells", "lung_only"])
def test_weighted_draws_have_the_prior_before_any_evidence(model, many, hypothesis):
    w = evidence_weights(many, model, hypothesis, NOTHING)
    assert w.sum() == pytest.approx(1) and 0.1 < effective_draws(w) / many.n < 0.9
    for half in Half:
        before, now = prior_before(half), prior_in_model(model, half, hypothesis)
        log = now.log_mean + now.log_sd * many.columns[DrawKey.coordinate(half.value)]
        mean = w @ log
        assert mean == pytest.approx(before.log_mean, abs=0.03)
        assert np.sqrt(w @ (log - mean) ** 2) == pytest.approx(before.log_sd, rel=0.04)


def test_all_the_evidence_leaves_equal_weights(model, many):
    w = evidence_weights(many, model, "lung_only", Weights())
    assert np.ptp(w) == 0 and effective_draws(w) == pytest.approx(many.n)


def test_draws_without_a_half_effect_are_refused(model):
    with pytest.raises(InputError, match="every half-effect"):
        evidence_weights(Draws({DrawKey.coordinate("death_lung"): np.zeros(3)}), model, "", NOTHING)
