"""Posterior: samples and their means against sums over candidates, both ways to it, and the labelled Dataset."""

import numpy as np
import pytest

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.posterior import make_posterior

WIDE = {lab: LabError(e.assay, 2.0) for lab, e in default_errors().items()}
NARROW = {lab: LabError(0.01, 0.01) for lab in LABS}


def test_by_weights(acute, observe_candidate):
    p = make_posterior(acute, observe_candidate(acute, 5), WIDE, Kernels())
    assert not p.is_regression and p.effective > 50
    risk = 1 - acute.free[0, :, 15].astype(float)
    assert float(p.mean(p.probability(risk))) == pytest.approx(float(p.weight @ risk), abs=1e-4)
    days = np.array([1.0, 7.0])
    centre = p.mean(p.labs("inr", days, 0, drawn=False))
    k = LABS.index("inr")
    residual = p.observations.get("inr").values[0] - acute.labs[0, :, 0, k]
    carried = WIDE["inr"].carry(residual[:, None], np.zeros(1), days)[0]
    np.testing.assert_allclose(centre, p.weight @ (acute.labs[0][:, [1, 7], k] + carried), atol=2e-3)
    drawn = p.labs("inr", days, 0)
    assert (drawn.std(axis=0) > p.labs("inr", days, 0, drawn=False).std(axis=0)).all()


def test_by_regression_where_few_match(acute, observe_candidate):
    o = observe_candidate(acute, 5)
    p = make_posterior(acute, o, NARROW, Kernels())
    assert p.is_regression and p.effective < 50
    risk = p.probability(1 - acute.free[0, :, 15])
    assert ((risk > 0) & (risk < 1)).all() and p.sample_weight.sum() == pytest.approx(1)
    now = p.labs("inr", np.array([0.0]), 0)[:, 0]
    assert p.mean(now) == pytest.approx(o.get("inr").values[0], abs=0.1)  # what was measured is held


def test_a_prior_weighs_as_the_likelihood_does(acute, observe_candidate):
    o = observe_candidate(acute, 5)
    prior = np.where(np.arange(acute.n) % 2, 1.0, 0.25)
    plain, weighed = (make_posterior(acute, o, WIDE, Kernels(), prior=x) for x in (None, prior))
    expected = plain.weight * prior
    np.testing.assert_allclose(weighed.weight, expected / expected.sum())
    np.testing.assert_allclose(weighed.prior, plain.prior * prior)


def test_dataset(acute, observe_candidate):
    p = make_posterior(acute, observe_candidate(acute, 5), WIDE, Kernels())
    ds = p.to_xarray()
    assert ds.sizes["candidate"] == acute.n and float(ds["weight"].sum()) == pytest.approx(1)
    assert ds.attrs["purpose"] == "for research use" and ds.attrs["effective_sample_size"] == p.effective
