"""Local regression against weighted least squares solved directly, and coverage of its intervals by simulation."""

import numpy as np
import pytest

from hepatica.individual.posterior.importance import weighted_quantile
from hepatica.individual.posterior.local_regression import (
    MAX_LOG_RATIO,
    MIN_SQUARE,
    PENALTY,
    LocalRegression,
)


def test_it_is_weighted_least_squares():
    rng = np.random.default_rng(2)
    x, point = rng.normal(size=(300, 2)), np.array([0.2, -0.1])
    y = np.sin(x[:, 0]) + x[:, 1] + rng.normal(size=300) * 0.1
    fit = LocalRegression.fit(x, point, 80)
    z = np.column_stack([np.ones(80), x[fit.neighbours] - point])
    w, held = np.diag(fit.weight), np.diag([0.0, PENALTY / 80, PENALTY / 80])
    beta = np.linalg.solve(z.T @ w @ z + held, z.T @ w @ y[fit.neighbours])
    residual = (y[fit.neighbours] - z @ beta) / (1 - fit.leverage)
    floor = MIN_SQUARE * np.average(residual**2, weights=fit.weight)
    spread = 0.5 * np.log(np.maximum(residual**2, floor))
    gamma = np.linalg.solve(z.T @ w @ z + held, z.T @ w @ spread)
    expected = beta[0] + residual * np.exp(np.clip(gamma[0] - z @ gamma, -MAX_LOG_RATIO, MAX_LOG_RATIO))
    np.testing.assert_allclose(fit.sample(y), expected, rtol=1e-8)
    both = fit.sample(np.column_stack([y, 2 * y]))
    np.testing.assert_allclose(both[:, 1], 2 * both[:, 0])
    worst = ((x - point) ** 2).sum(axis=1)[fit.neighbours].max()
    assert (((x - point) ** 2).sum(axis=1) <= worst).sum() == 80


def test_the_width_follows_the_spread_at_the_point():
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, size=(4000, 1))
    y = np.exp(1.5 * x[:, 0]) * rng.normal(size=4000)
    for place in (-0.8, 0.8):
        fit = LocalRegression.fit(x, np.array([place]), 2000)
        low, high = weighted_quantile(fit.sample(y), fit.weight, np.array([0.05, 0.95]))
        assert (high - low) / (2 * 1.645 * np.exp(1.5 * place)) == pytest.approx(1.0, abs=0.12)


def test_a_prior_weighs_as_repeated_candidates_do():
    rng = np.random.default_rng(5)
    x, twice = rng.normal(size=(60, 1)), rng.random(60) < 0.5
    y = x[:, 0] ** 2
    weighed = LocalRegression.fit(x, np.zeros(1), 60, prior=1.0 + twice)
    repeated = np.r_[np.arange(60), np.flatnonzero(twice)]
    copied = LocalRegression.fit(x[repeated], np.zeros(1), len(repeated))
    assert weighed.smoother @ y[weighed.neighbours] == pytest.approx(
        copied.smoother @ y[repeated][copied.neighbours], abs=0.01
    )
    assert LocalRegression.fit(x, np.zeros(1), 60).smoother @ y != pytest.approx(weighed.smoother @ y, abs=1e-4)


def test_intervals_cover_with_heavy_tails():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        x = rng.normal(size=(400, 3))
        y = x[:, 0] ** 2 + rng.standard_t(3, size=400)
        point = rng.normal(size=3)
        fit = LocalRegression.fit(x, point, 150)
        low, high = weighted_quantile(fit.sample(y), fit.weight, np.array([0.05, 0.95]))
        inside += low <= point[0] ** 2 + rng.standard_t(3) <= high
    assert 0.84 < inside / 200 < 0.96


def test_neighbours_alone_give_the_same_sample():
    rng = np.random.default_rng(3)
    features, quantity = rng.normal(size=(300, 3)), rng.normal(size=(300, 2))
    fit = LocalRegression.fit(features, np.zeros(3), 60)
    np.testing.assert_array_equal(fit.adjust(quantity[fit.neighbours]), fit.sample(quantity))
