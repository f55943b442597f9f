"""Grouped ridge against least squares with a penalty solved directly; no person predicts himself."""

import numpy as np
import pytest

from hepatica.individual.learning.grouped_ridge import PENALTIES, GroupedRidge


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(40), 3)
    x = rng.normal(size=(120, 4))
    return x, x @ [1.0, -0.5, 0.0, 0.3] + rng.normal(size=40)[group] + 0.1 * rng.normal(size=120), group


def test_it_is_ridge_with_one_of_the_penalties(data):
    x, y, group = data
    fit = GroupedRidge.fit(x, y, group, np.ones(4))
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    slopes = [np.linalg.solve(z.T @ z + p * np.eye(4), z.T @ (y - y.mean())) for p in PENALTIES]
    assert min(np.abs(fit.slope - s).max() for s in slopes) < 1e-8
    np.testing.assert_allclose(fit.predict(x), y.mean() + z @ fit.slope)


def test_residuals_are_of_other_people(data):
    x, y, group = data
    noise = np.random.default_rng(5).normal(size=(120, 60))
    inside = GroupedRidge.fit(np.column_stack([x, noise]), y, group, np.ones(64))
    own = y - inside.predict(np.column_stack([x, noise]))
    assert (inside.residual**2).mean() > 1.1 * (own**2).mean()


def test_a_feature_without_prior_is_left_out(data):
    x, y, group = data
    fit = GroupedRidge.fit(x, y, group, np.array([1.0, 0.0, 1.0, 1.0]))
    assert fit.slope[1] == 0 and fit.slope[0] != 0
    missing = x.copy()
    missing[::7, 0] = np.nan
    assert np.isfinite(GroupedRidge.fit(missing, y, group, np.ones(4)).predict(missing)).all()
