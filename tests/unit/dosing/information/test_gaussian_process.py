"""Regression: known functions found again, noise not; the second way is ridge regression by hand."""

import numpy as np
import pytest

from hepatica.dosing.information.gaussian_process import fit, standardise


def test_a_smooth_function_is_found_in_noise():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2))
    truth = np.column_stack([np.sin(2 * x[:, 0]), x[:, 1] ** 2])
    found = fit(x, truth + rng.normal(0, 0.3, truth.shape))
    assert np.sqrt(np.mean((found.mean - truth) ** 2, axis=0)).max() < 0.2


def test_noise_is_not_fitted():
    """Of 40 inputs none matters: what is left of the scatter is little, whatever the seed."""
    left = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=(100, 1))
        left.append(fit(rng.normal(size=(100, 40)), y).mean.std() / y.std())
    assert np.median(left) < 0.35


def test_a_linear_function_of_many_inputs_is_ridge_regression():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(120, 30))
    slope = np.zeros(30)
    slope[:3] = 2.0, -1.0, 1.0
    y = (x @ slope + rng.normal(0, 0.5, 120))[:, None]
    found = fit(x, y)
    z = standardise(x)
    ridges = [
        z @ np.linalg.solve(z.T @ z + k * np.eye(30), z.T @ (y - y.mean())) + y.mean() for k in np.logspace(-3, 5, 200)
    ]
    assert min(np.abs(found.mean - r).max() for r in ridges) < 0.05  # it is one of them
    assert np.corrcoef(found.mean[:, 0], x @ slope)[0, 1] > 0.97


def test_the_spread_of_the_function_covers_it():
    rng, inside = np.random.default_rng(2), []
    for _ in range(20):
        x = rng.normal(size=(80, 1))
        truth = 0.8 * x[:, 0]
        found = fit(x, (truth + rng.normal(0, 0.5, 80))[:, None])
        sd = np.sqrt((found.factor[0] ** 2).sum(axis=1))
        inside.append(np.mean(np.abs(found.mean[:, 0] - truth) < 1.645 * sd))
    assert 0.75 < np.mean(inside) < 0.99


@pytest.mark.parametrize("x", [np.zeros((6, 0)), np.ones((6, 2))])
def test_inputs_that_do_not_vary_tell_nothing(x):
    y = np.arange(6.0)[:, None]
    found = fit(x, y)
    assert (found.mean == 2.5).all() and (found.factor[0] == 0).all()
