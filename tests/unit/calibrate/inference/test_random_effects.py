"""Multivariate normal likelihood with random effects: against the dense covariance, and against simulation."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepatica.calibrate.inference.random_effects import RandomEffects


@pytest.mark.parametrize("variables", [["a"] * 6, ["a", "a", "b", "b", "b", "c"]])
def test_the_likelihood_is_that_of_the_dense_covariance(variables):
    rng = np.random.default_rng(4)
    root = rng.standard_normal((6, 6))
    covariance, size, value = root @ root.T + 0.1 * np.eye(6), rng.uniform(-1, 2, 6), rng.standard_normal(6)
    block = RandomEffects.of(value, covariance, size, variables)
    x, common, own = rng.standard_normal((5, 6)), rng.uniform(0.01, 2, 5), rng.uniform(0, 2, 5)
    found = block.log_likelihood(x, common, own)
    for row, shared, alone, mine in zip(x, common, own, found, strict=True):
        same = np.equal.outer(variables, variables)
        dense = covariance + alone**2 * np.diag(size**2) + shared**2 * np.where(same, np.outer(size, size), 0)
        plain = multivariate_normal(row, dense).logpdf(value) + 3 * np.log(2 * np.pi)
        assert mine == pytest.approx(plain, abs=1e-9)


def test_many_visits_of_one_publication_do_not_outvote_its_random_effect():
    """A hundred exact visits that all lie one SD off say as much as one does, once publications differ by one SD."""
    one, many = (RandomEffects.of(np.ones(n), 1e-6 * np.eye(n), np.ones(n), ["a"] * n) for n in (1, 100))
    differ = np.ones(2)
    x = np.array([[0.0], [1.0]])
    gain = [np.diff(b.log_likelihood(x.repeat(n, 1), differ, 0 * differ))[0] for b, n in ((one, 1), (many, 100))]
    assert gain[0] == pytest.approx(0.5, abs=1e-3) and gain[1] == pytest.approx(0.5, abs=1e-3)


def test_each_variable_may_have_its_own_sd():
    rng = np.random.default_rng(5)
    covariance, size, names = np.diag(rng.uniform(0.5, 2, 4)) + 0.2, rng.uniform(0.5, 2, 4), ["a", "a", "b", "b"]
    x, sd = rng.standard_normal((3, 4)), rng.uniform(0.1, 2, (3, 2))
    found = RandomEffects.of(np.zeros(4), covariance, size, names).log_likelihood(x, sd, np.zeros(3))
    for row, (a, b), mine in zip(x, sd, found, strict=True):
        load = np.array([[a, a, 0, 0], [0, 0, b, b]]) * size
        plain = multivariate_normal(np.zeros(4), covariance + load.T @ load).logpdf(row) + 2 * np.log(2 * np.pi)
        assert mine == pytest.approx(plain, abs=1e-9)


def test_the_gradient_is_that_of_the_log_likelihood():
    rng = np.random.default_rng(11)
    root = rng.standard_normal((4, 4))
    block = RandomEffects.of(
        rng.standard_normal(4), root @ root.T + np.eye(4), rng.uniform(0.2, 1, 4), ["a", "b", "a", "b"]
    )
    x, common, own = rng.standard_normal((30, 4)), rng.uniform(0, 1, 30), rng.uniform(0, 1, 30)
    for k in range(4):
        step = 1e-6 * np.eye(4)[k]
        up, down = (block.log_likelihood(x + s, common, own) for s in (step, -step))
        assert block.gradient(x, common, own)[:, k] == pytest.approx((up - down) / 2e-6, abs=1e-6)
