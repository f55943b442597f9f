"""Local regression against weighted least squares solved directly, and coverage of its intervals by simulation."""

import numpy as np

from hepatica.individual.posterior.importance import weighted_quantile
from hepatica.individual.posterior.local_regression import PENALTY, LocalRegression


def test_it_is_weighted_least_squares():
    rng = np.random.default_rng(2)
    x, point = rng.normal(size=(300, 2)), np.array([0.2, -0.1])
    y = np.sin(x[:, 0]) + x[:, 1] + rng.normal(size=300) * 0.1
    fit = LocalRegression.fit(x, point, 80)
    z = np.column_stack([np.ones(80), x[fit.neighbours] - point])
    w, held = np.diag(fit.weight), np.diag([0.0, PENALTY / 80, PENALTY / 80])
    beta = np.linalg.solve(z.T @ w @ z + held, z.T @ w @ y[fit.neighbours])
    residual = y[fit.neighbours] - z @ beta
    expected = beta[0] + residual / (1 - fit.leverage)
    np.testing.assert_allclose(fit.sample(y), expected, rtol=1e-8)
    both = fit.sample(np.column_stack([y, 2 * y]))
    np.testing.assert_allclose(both[:, 1], 2 * both[:, 0])
    worst = ((x - point) ** 2).sum(axis=1)[fit.neighbours].max()
    assert (((x - point) ** 2).sum(axis=1) <= worst).sum() == 80


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
