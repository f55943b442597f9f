"""Expectations: the share of draws against all pairs and a known one, and intervals against simulation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import truncnorm

from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.posterior.score_neighbours import by_scores
from hepatica.individual.prediction.expectation import (
    BROAD,
    Expectation,
    draw_share,
    expect,
    truncated_mean,
)

WIDE = {lab: LabError(e.assay, 2.0) for lab, e in default_errors().items()}


@pytest.fixture(scope="module")
def posterior(acute, observe_candidate):
    p = make_posterior(acute, observe_candidate(acute, 9), WIDE, Kernels())
    return replace(p, candidates=replace(acute, draws=16))


def test_the_share_is_that_of_all_pairs(posterior):
    c, near = posterior.candidates, by_scores(posterior, 60.0, part=BROAD)
    w, row, n = near.sample_weight, c.shared_draw[near.members], len(near.members)
    y = 2.0 * (c.shared_draw % 2) - 1 + np.random.default_rng(2).normal(size=c.n)
    design = np.column_stack([np.ones(n), posterior.features[near.members]])
    root = np.sqrt(w)[:, None]
    r = y[near.members] - design @ np.linalg.lstsq(root * design, root[:, 0] * y[near.members], rcond=None)[0]
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and row[i] == row[j]]
    total = sum(w[i] * w[j] for i, j in pairs)
    share = sum(w[i] * w[j] * r[i] * r[j] for i, j in pairs) / total / (w @ r**2)
    error = np.sqrt(2 * sum((w[i] * w[j]) ** 2 for i, j in pairs)) / total
    expected = truncated_mean(np.array([share]), error)[0]
    assert draw_share(posterior, y[:, None], 60.0)[0] == pytest.approx(expected, rel=1e-6)
    assert 0.2 < expected < 0.8  # half


def test_nothing_in_common_and_nothing_to_tell(posterior):
    noise = np.random.default_rng(3).normal(size=(posterior.candidates.n, 40))
    found = draw_share(posterior, noise, 60.0)
    assert (found > 0).all() and np.median(found) < 0.15
    assert draw_share(posterior, np.ones((len(noise), 1)), 60.0)[0] == 0.0
    own = replace(posterior, candidates=replace(posterior.candidates, draws=0))
    assert draw_share(own, noise, 60.0).tolist() == [1.0] * 40


@pytest.mark.parametrize("centre, sd", [(0.3, 0.1), (-0.05, 0.04), (0.99, 0.1)])
def test_truncated_mean(centre, sd):
    expected = truncnorm.mean(-centre / sd, (1 - centre) / sd, loc=centre, scale=sd)
    assert truncated_mean(np.array([centre]), sd)[0] == pytest.approx(expected, abs=1e-9)
    assert truncated_mean(np.array([-1.0]), 1e-3)[0] == 0.0


def test_expectation_and_its_intervals(posterior):
    sample = posterior.sample(np.random.default_rng(4).random((posterior.candidates.n, 2)))
    found = expect(posterior, sample, np.array([0.1, 0.0]))
    w = posterior.sample_weight
    sd = np.sqrt(w @ (sample - w @ sample) ** 2)
    np.testing.assert_allclose(found.mean, w @ sample)
    np.testing.assert_allclose(found.draws, np.sqrt([0.1, 0.0]) * sd)
    np.testing.assert_allclose(found.simulated, sd * np.sqrt((w**2).sum()))
    low, high = found.probability_interval()
    rng = np.random.default_rng(5)
    m, v = found.mean[0], found.sd[0] ** 2
    drawn = rng.beta(m * (m * (1 - m) / v - 1), (1 - m) * (m * (1 - m) / v - 1), 200_000)
    np.testing.assert_allclose((low[0], high[0]), np.quantile(drawn, (0.05, 0.95)), atol=0.003)
    np.testing.assert_allclose(found.points(np.array([0.5]))[0], found.mean)


def test_certain_ends_have_no_interval():
    low, high = Expectation(np.array([0.0, 1.0]), np.zeros(2), np.zeros(2)).probability_interval()
    np.testing.assert_allclose(low, (0.0, 1.0), atol=1e-6)
    np.testing.assert_allclose(high, (0.0, 1.0), atol=1e-6)
