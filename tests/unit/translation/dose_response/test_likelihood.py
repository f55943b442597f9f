"""Marginal likelihood of a half-effect, against integrals done naively."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from hepatica.translation.dose_response.curve import FALLS, HILL, falling
from hepatica.translation.dose_response.effects import EndPoint, Statement, end_points
from hepatica.translation.dose_response.likelihood import SIZE_SD, exposures, log_density, log_likelihood
from hepatica.translation.dose_response.measure import Measure

GRID = np.array([5.0, 6.0, 7.0, 8.0])
X = np.array([0.0, 1e6, 2e6, 4e6])


def made(**fields):
    common = {"key": "k", "publication": "p", "species": "human", "liver": False, "doses": (None,) * 4}
    return EndPoint(**(common | fields))


def test_numbers_against_the_closed_form():
    """Given the curve, contrasts with the first arm are normal: the level drops out, the size adds to the covariance."""
    e = made(value=np.array([0.1, 0.7, 0.4, 0.9]), variance=np.array([0.2, 0.1, 0.15, 0.3]))
    contrast = np.column_stack([-np.ones(3), np.eye(3)])
    want = np.zeros((2, len(GRID)))
    for k, falls in enumerate(((np.inf,), FALLS)):
        for steepness, p in HILL:
            for decades in falls:
                for i, theta in enumerate(GRID):
                    f = contrast @ falling(X, np.array(10.0**theta), steepness, decades)
                    cov = contrast @ np.diag(e.variance) @ contrast.T + SIZE_SD**2 * np.outer(f, f)
                    want[k, i] += p / len(falls) * multivariate_normal(np.zeros(3), cov).pdf(contrast @ e.value)
    found = np.exp(log_likelihood(e, X, GRID))
    ratio = found / want
    assert ratio == pytest.approx(np.full((2, len(GRID)), ratio[0, 0]), rel=1e-5)


def test_statements_against_an_integral():
    e = made(statements=(Statement(better=1, significant=True), Statement(better=3, worse=1)), n=10.0, error=0.1)
    for i, theta in enumerate(GRID):
        want = 0.0
        for steepness, p in HILL:
            f = falling(X, np.array(10.0**theta), steepness, np.inf)

            def integrand(size, f=f):
                z = np.array([size * f[1] / np.sqrt(0.2) - 1.959964, size * (f[3] - f[1]) / np.sqrt(0.2)])
                return np.prod(0.9 * norm.cdf(z) + 0.05) * norm.pdf(size, scale=SIZE_SD)

            want += p * quad(integrand, -8, 8)[0]
        assert np.exp(log_likelihood(e, X, GRID)[0][i]) == pytest.approx(want, rel=1e-3)


def test_equal_outcomes_at_all_doses_and_none_say_little_of_the_half_effect():
    flat = made(value=np.zeros(4), variance=np.full(4, 0.1))
    rise = made(value=np.array([0.0, 1.0, 1.0, 1.0]), variance=np.full(4, 0.01))
    said = [np.ptp(log_likelihood(e, X, GRID)[0]) for e in (flat, rise)]
    assert 3 * said[0] < said[1] and np.argmax(log_likelihood(rise, X, GRID)[0]) == 0
    assert log_density(flat, np.zeros((2, 4))).tolist() == [0.0, 0.0]


def test_exposures_of_end_points():
    by_key = {e.key: e for e in end_points()}
    assert exposures(by_key["ra_acr20_day30"], Measure.PER_KG).tolist() == [0, 1e6, 2e6, 4e6]
    assert exposures(by_key["heart_scar"], Measure.PER_KG) is None
    assert exposures(by_key["monkey_liver_failure"], Measure.PER_ANIMAL).tolist() == [1e7, 2e7]
