"""Ridge, logistic regression and dispersion against plain fits."""

import numpy as np
import pytest
import scoringrules

from hepatica.individual.regressions import MIN_SD, PENALTIES, Logistic, Ridge, fit_dispersion, standardisation
from hepatica.patients.streams import normals, uniforms


def test_regressions_against_plain_fits():
    """Residuals of leaving one out are those of refitting; the logistic fit has no slope left; the spread is that of the data."""
    x, z = normals(3, np.arange(60), "x", 2), normals(3, np.arange(60), "z")[:, 0]
    y = x @ [1.0, -0.5] + 0.3 * z
    fit = Ridge.fit(x, y)
    np.testing.assert_allclose(fit.slope / fit.scale, [1.0, -0.5], atol=0.15)
    for i in (0, 30):
        keep = np.arange(60) != i
        other = Ridge.fit(x[keep], y[keep])
        assert y[i] - other.predict(x[[i]])[0] == pytest.approx(fit.residual[i], abs=0.03)
    assert fit_dispersion(fit.residual)[1] == pytest.approx(0.3, rel=0.3)
    assert Ridge.fit(np.column_stack([x, np.full(60, np.nan)]), y).predict(np.full((1, 3), np.nan))[0] == pytest.approx(
        y.mean()
    )
    event = (uniforms(3, np.arange(60), "u")[:, 0] < 1 / (1 + np.exp(-2 * x[:, 0]))) * 1.0
    logistic = Logistic.fit(x, event, penalty=1e-9)
    np.testing.assert_allclose(((event - logistic.predict(x))[:, None] * x).sum(axis=0), 0.0, atol=1e-2)


def test_the_penalty_is_the_one_with_the_least_error_when_each_is_left_out():
    """Against refitting by the normal equations without each person, for every penalty."""
    x, z = normals(5, np.arange(25), "x", 3), normals(5, np.arange(25), "z")[:, 0]
    y = 0.4 * x[:, 0] + z
    centre, scale = standardisation(x)
    s = (x - centre) / scale
    errors = {}
    for penalty in PENALTIES:
        hat = s @ np.linalg.solve(s.T @ s + penalty * np.eye(3), s.T) + 1 / 25
        errors[penalty] = np.mean(((y - y.mean() - (hat - 1 / 25) @ (y - y.mean())) / (1 - np.diag(hat))) ** 2)
    best = min(errors, key=errors.get)
    slope = np.linalg.solve(s.T @ s + best * np.eye(3), s.T @ (y - y.mean()))
    np.testing.assert_allclose(Ridge.fit(x, y).slope, slope)


def test_dispersion_minimises_the_crps():
    """No factor and SD of a grid do better, but for the weak penalty."""
    residual, variance = normals(7, np.arange(200), "r")[:, 0], np.repeat([0.04, 1.0], 100)
    residual = residual * np.sqrt(variance)
    factor, sd = fit_dispersion(residual, variance)

    def score(f, s):
        return float(np.mean(scoringrules.crps_normal(residual, 0.0, np.sqrt(f * variance + s**2))))

    best = min(score(f, s) for f in np.linspace(0.1, 2, 20) for s in np.linspace(MIN_SD, 1, 20))
    assert score(factor, sd) < best + 0.003 and factor > 0.5 and sd < 0.3


def test_features_that_never_vary_or_are_never_seen_have_no_weight():
    centre, scale = standardisation(np.column_stack([np.ones(5), np.full(5, np.nan), np.arange(5.0)]))
    assert np.isinf(scale[:2]).all() and centre[2] == 2.0 and scale[2] == pytest.approx(np.sqrt(2))
