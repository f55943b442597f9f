"""Linear pools: CRPS and quantiles against numerical integration, weights against a search, and a pool that is right."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from hepatica.individual.learning.linear_pool import (
    TOWARDS_EQUAL,
    NormalPool,
    _moments,
    _weights,
    absolute_moment,
    fit_pool,
)
from hepatica.individual.scores import crps_normal


@pytest.fixture
def pool():
    return NormalPool(np.array([[0.0, 1.0], [1.0, -1.0]]), np.array([[1.0, 0.3], [0.5, 2.0]]), np.array([0.3, 0.7]))


def test_scores_and_moments_are_integrals(pool):
    y, score, variance = np.array([0.4, 2.5]), pool.crps(np.array([0.4, 2.5])), pool.variance()
    for d in range(2):

        def cdf(x, d=d):
            return pool.weight @ norm.cdf(x, pool.mean[:, d], pool.sd[:, d])

        below = quad(lambda x: cdf(x) ** 2, -15, y[d])[0]
        assert score[d] == pytest.approx(below + quad(lambda x: (1 - cdf(x)) ** 2, y[d], 15)[0], abs=1e-6)
        density = [w * norm(m, s).expect(lambda x, d=d: (x - pool.middle()[d]) ** 2)
                   for w, m, s in zip(pool.weight, pool.mean[:, d], pool.sd[:, d], strict=True)]  # fmt: skip
        assert variance[d] == pytest.approx(sum(density), abs=1e-6)
        assert pool.cdf(y)[d] == pytest.approx(cdf(y[d]))


def test_one_member_is_a_normal_forecast():
    y, mean, sd = np.array([0.1, -2.0]), np.array([[0.0, 0.5]]), np.array([[1.0, 0.2]])
    np.testing.assert_allclose(NormalPool(mean, sd, np.ones(1)).crps(y), crps_normal(y, mean[0], sd[0]), atol=1e-12)
    assert absolute_moment(np.array([2.0]), np.array([0.0])) == pytest.approx(2.0)


def test_quantiles_invert_the_distribution(pool):
    level = np.array([[0.01, 0.3], [0.5, 0.9], [0.99, 0.5]])
    value = pool.quantile(level)
    np.testing.assert_allclose([pool.cdf(row) for row in value], level, atol=2e-3)
    assert np.isfinite(pool.quantile(np.array([[0.0, 1.0]]))).all()


def test_weights_are_those_of_a_search():
    rng = np.random.default_rng(3)
    y = rng.normal(size=80)
    mean = np.stack([y + rng.normal(size=80), y + 0.5 * rng.normal(size=80), np.full(80, 3.0)])
    away, between = _moments(y, mean, np.array([1.0, 0.5, 1.0])[:, None] * np.ones(80))
    steps = np.linspace(0, 1, 101)
    grid = np.array([(a, b, 1 - a - b) for a, b in itertools.product(steps, steps) if a + b <= 1 + 1e-9])
    losses = grid @ away - 0.5 * np.einsum("ni,ij,nj->n", grid, between, grid)
    losses += TOWARDS_EQUAL * ((grid - 1 / 3) ** 2).sum(axis=1)
    np.testing.assert_allclose(_weights(away, between)[1], grid[losses.argmin()], atol=0.011)


def test_a_pool_of_two_half_truths():
    """Half stay and half move: the pool is better on other people than either member alone, by about its weights."""
    rng = np.random.default_rng(5)
    y = np.where(rng.random(600) < 0.5, 0.0, 1.5) + 0.2 * rng.normal(size=600)
    mean, sd = np.stack([np.zeros(600), np.full(600, 1.5)]), np.full((2, 600), 0.2)
    fit = fit_pool(y[:300], mean[:, :300], sd[:, :300])
    assert fit.weight[0] == pytest.approx((y[:300] < 0.75).mean(), abs=0.03) and 0.8 < fit.scale <= 1.2
    new = NormalPool(mean[:, 300:], fit.scale * sd[:, 300:], fit.weight)
    alone = min(crps_normal(y[300:], m, s).mean() for m in (0.0, 0.75, 1.5) for s in (0.2, 0.8, 1.2))
    assert new.crps(y[300:]).mean() < 0.95 * alone  # 0.92 with the true weights
    assert 0.85 < (np.abs(new.cdf(y[300:]) - 0.5) < 0.45).mean() < 0.95
