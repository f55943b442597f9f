"""Gains: known ones are found, no effect gives none, choice alone gives no lead, and resampling keeps the weights."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.prediction.gain import choose, expected_by_regimen, gains_of, systematic

WIDE = {lab: LabError(e.assay, 2.0) for lab, e in default_errors().items()}


@pytest.fixture(scope="module")
def posterior(acute, observe_candidate):
    return make_posterior(acute, observe_candidate(acute, 9), WIDE, Kernels())


def made(posterior, net):
    """The same person over candidates with net benefits of our own."""
    return replace(
        posterior, candidates=replace(posterior.candidates, net=net.astype(np.float32), null_effect=(0.2, 0.4))
    )


def test_a_known_gain(posterior):
    net = np.zeros_like(posterior.candidates.net)
    for k, (regimen, _) in enumerate(posterior.candidates.courses):
        net[k] = [0.0, 1.0, 5.0, 2.0][regimen]
    found = choose(made(posterior, net), 28.0)
    assert [round(g.expected, 4) for g in found.gains] == [0.7, 3.5, 1.4]
    assert found.best == found.usual == 2 and found.lead == 0 and not found.is_worth_it
    assert found.gains[1].benefit == pytest.approx(0.7) and found.gains[1].person_low < 0.1
    assert found.gains[1].by_hypothesis == pytest.approx((5.0, 5.0))
    nothing = choose(made(posterior, np.zeros_like(net)), 28.0)
    assert nothing.best == 0 and all(g.expected == 0 and g.benefit == 0 for g in nothing.gains)


def test_expected_gain_is_a_weighted_sum(posterior):
    c = posterior.candidates
    gains = gains_of(c, 90.0)
    expected = expected_by_regimen(gains, c.null_effect) @ posterior.weight
    found = choose(posterior, 90.0)
    np.testing.assert_allclose([g.expected for g in found.gains], expected, atol=0.02 * np.abs(gains).max() + 1e-3)
    assert all(g.low <= g.expected <= g.high for g in found.gains)


def test_the_expected_gain_is_known_better_than_the_persons(posterior):
    c = replace(posterior.candidates, null_effect=(0.0, 0.0))
    p = replace(posterior, candidates=c)
    none, some = (choose(p, 90.0, share=np.full((2, 3), x)).gains[0] for x in (0.0, 0.3))
    assert none.high - none.low < some.high - some.low < some.person_high - some.person_low
    assert (none.expected, none.person_low) == (some.expected, some.person_low)
    own = posterior.sample(np.moveaxis(gains_of(c, 90.0), 2, 0))[:, :, 0]
    rng, w = np.random.default_rng(1), posterior.sample_weight
    sd = np.sqrt((0.3 + (w**2).sum()) * (w @ (own - w @ own) ** 2))
    drawn = (w @ own) + sd * rng.normal(size=(100_000, 2))
    np.testing.assert_allclose((some.low, some.high), np.quantile(drawn, (0.05, 0.95)), atol=0.03 * sd.max())


def test_choice_alone_gives_no_lead(posterior):
    leads = []
    for seed in range(8):
        noise = np.random.default_rng(seed).normal(size=posterior.candidates.net.shape) * 10
        noise[0] = 0.0
        found = choose(made(posterior, noise + 3.0 * (np.arange(7) > 0)[:, None, None]), 28.0)
        leads.append(found.lead)
    assert abs(np.mean(leads)) < 1.5 and min(leads) < 0  # the naive lead is always positive


def test_systematic():
    weight = np.random.default_rng(1).dirichlet(np.ones(20))
    count = np.bincount(systematic(weight, 1000), minlength=20)
    assert np.abs(count - 1000 * weight).max() <= 1
