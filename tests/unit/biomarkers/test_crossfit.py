"""Cross-fitting: nobody is predicted by his own draw, a curve is found, noise explains nothing."""

import numpy as np
import pytest

from hepatica.biomarkers.crossfit import PENALTY, basis, cross_predict, explained, fit_predict, folds


def test_nobody_is_predicted_by_his_own_draw():
    rng = np.random.default_rng(1)
    x, y, draw = rng.normal(size=(100, 1)), rng.normal(size=100), np.repeat(np.arange(20), 5)
    found = cross_predict(x, y, draw)
    y2 = y.copy()
    y2[folds(draw) == folds(draw)[0]] += 100.0
    again = cross_predict(x, y2, draw)
    mine = folds(draw) == folds(draw)[0]
    np.testing.assert_allclose(found[mine], again[mine])
    assert not np.allclose(found[~mine], again[~mine])
    assert explained(y, found) < 0.05 and explained(np.ones(5), np.zeros(5)) == 0.0


def test_it_is_ridge_regression_with_weights():
    rng = np.random.default_rng(2)
    x, y, w, new = rng.normal(size=(80, 2)), rng.normal(size=80), rng.integers(1, 4, 80), rng.normal(size=(5, 2))
    found = fit_predict(x, y, new, w.astype(float))
    many = np.repeat(np.arange(80), w)
    centre, scale = x[many].mean(axis=0), x[many].std(axis=0) + 1e-9
    b, z = basis(x[many], centre, scale), basis(new, centre, scale)
    mean, spread = b.mean(axis=0), b.std(axis=0) + 1e-9
    b, z = (b - mean) / spread, (z - mean) / spread
    slope = np.linalg.solve(b.T @ b + PENALTY * np.eye(b.shape[1]), b.T @ (y[many] - y[many].mean()))
    np.testing.assert_allclose(found, y[many].mean() + z @ slope, rtol=1e-6)


def test_explained():
    y = np.arange(10.0)
    assert explained(y, y) == 1.0 and explained(y, y[::-1]) < 0 and explained(y, np.full(10, 4.5)) == pytest.approx(0)
