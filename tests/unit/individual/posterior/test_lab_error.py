"""Likelihood and carry of the discrepancy against multivariate normals, and censored values against quadrature."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from hepatica.individual.library.candidates import LABS
from hepatica.individual.posterior.lab_error import LabError, assay_error, default_errors, exact_residual
from hepatica.individual.posterior.observations import Series

ERROR = LabError(0.1, 0.4, 5.0)
DAYS = np.array([0.0, 1.0, 6.0])


def test_log_likelihood_is_that_of_a_normal():
    residual = np.array([[0.1, -0.1, 0.2], [0.3, 0.2, -0.3]])
    found = ERROR.log_likelihood(residual, DAYS, np.zeros(3, int))
    expected = multivariate_normal(cov=ERROR.covariance(DAYS)).logpdf(residual)
    assert found[0] - found[1] == pytest.approx(expected[0] - expected[1])


def test_a_censored_value_is_a_probability():
    for sign in (-1, 1):
        found = ERROR.log_likelihood(np.array([[0.2]]), DAYS[:1], np.array([sign]))[0]
        # the true value lies beyond the limit: 0.2 above what the candidate has
        density = lambda y: norm.pdf(y, 0.0, ERROR.sd)  # noqa: E731
        low, high = (-5, 0.2) if sign < 0 else (0.2, 5)
        assert np.exp(found) == pytest.approx(quad(density, low, high)[0], rel=1e-6)


def test_one_lab_excludes_nobody():
    assert ERROR.log_likelihood(np.full((1, 3), 1e3), DAYS, np.zeros(3, int))[0] > -20


def test_carry_is_the_conditional_normal():
    residual, later = np.array([[0.3, -0.1, 0.2]]), np.array([7.0, 20.0])
    mean, variance = ERROR.carry(residual, DAYS, later)
    smooth = replace(ERROR, assay=0.0).covariance(np.r_[DAYS, later])
    full = smooth + np.diag([ERROR.assay**2] * 3 + [0.0] * 2)
    gain = full[3:, :3] @ np.linalg.inv(full[:3, :3])
    np.testing.assert_allclose(mean[0], gain @ residual[0], rtol=1e-9)
    np.testing.assert_allclose(variance, np.diag(full[3:, 3:] - gain @ full[:3, 3:]), rtol=1e-9)
    mean, variance = ERROR.carry(np.zeros((2, 0)), DAYS[:0], later)
    assert mean.shape == (2, 2) and np.allclose(variance, ERROR.discrepancy**2)


def test_defaults_and_residuals():
    assert set(default_errors()) == set(LABS) and all(assay_error(lab) > 0 for lab in LABS)
    series = Series("inr", DAYS, np.array([1.0, 2.0, 3.0]), np.array([0, -1, 0]))
    residual, days = exact_residual(series, np.ones((1, 3)))
    assert residual.tolist() == [[0.0, 2.0]] and days.tolist() == [0.0, 6.0]
