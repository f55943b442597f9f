"""Gaussian process: against a naive implementation, and on functions it should learn."""

import numpy as np
import pytest

from hepatica.dosing.search.surrogate import fit_surrogate, kernel

RNG = np.random.Generator(np.random.Philox(3))
MIXED = np.array([False, True])


def places(n):
    x = RNG.random((n, 2))
    x[:, 1] = np.round(x[:, 1])
    return x


def one(a, b, scales):
    """Kernel of two candidates by the formula."""
    r = np.sqrt(5) * abs(a[0] - b[0]) / np.exp(scales[0])
    return (1 + r + r * r / 3) * np.exp(-r) * np.exp(-float(a[1] != b[1]) / np.exp(scales[1]))


def test_kernel_is_the_formula_entry_by_entry():
    x, scales = places(6), np.array([-1.0, 0.3])
    found = kernel(x, x[:4], scales, MIXED)
    assert found == pytest.approx(np.array([[one(a, b, scales) for b in x[:4]] for a in x]))


def test_posterior_is_the_textbook_inverse():
    x = places(25)
    y = np.sin(5 * x[:, 0]) + x[:, 1]
    s = fit_surrogate(x, y, MIXED)
    new = places(5)
    k = kernel(x, x, s.log_scales, MIXED) + (s.noise + 1e-8) * np.eye(25)
    cross, held = kernel(new, x, s.log_scales, MIXED), (np.maximum(y, np.median(y) - 3 * (y.max() - np.median(y))))
    mean = held.mean() + cross @ np.linalg.inv(k) @ (held - held.mean())
    covariance = held.var() * (kernel(new, new, s.log_scales, MIXED) - cross @ np.linalg.inv(k) @ cross.T)
    found = s.posterior(new)
    assert found[0] == pytest.approx(mean, abs=1e-6) and found[1] == pytest.approx(covariance, abs=1e-6)


def test_learns_a_smooth_function_of_numbers_and_categories():
    x, new = places(60), places(30)
    s = fit_surrogate(x, np.sin(5 * x[:, 0]) + x[:, 1], MIXED)
    assert s.posterior(new)[0] == pytest.approx(np.sin(5 * new[:, 0]) + new[:, 1], abs=0.05)


def test_samples_have_the_posterior_mean_and_spread():
    x, new = places(20), places(4)
    s = fit_surrogate(x, np.sin(5 * x[:, 0]) + 0.3 * RNG.normal(size=20), MIXED)
    mean, covariance = s.posterior(new)
    found = s.sample(new, RNG.normal(size=(4, 20_000)))
    assert found.mean(axis=1) == pytest.approx(mean, abs=0.02)
    assert found.var(axis=1) == pytest.approx(np.diag(covariance), rel=0.1, abs=1e-4)


def test_very_bad_values_do_not_flatten_the_best():
    x = places(60)
    y = np.where(x[:, 0] > 0.9, -1e6, np.sin(5 * x[:, 0]))
    assert fit_surrogate(x, y, MIXED).posterior(np.array([[0.31, 0.0]]))[0] == pytest.approx(1.0, abs=0.1)


def test_equal_values_make_a_flat_surrogate():
    x = places(10)
    assert fit_surrogate(x, np.ones(10), MIXED).posterior(x)[0] == pytest.approx(1.0)
