"""Elliptical slice moves against the distributions that they leave unchanged."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from hepatica.calibrate.inference.slices import Reference, slice_move

NARROW = Reference(np.array([[0.6], [0.8]]), np.array([0.3]), np.array([0.4]))  # along one direction of two


@pytest.mark.parametrize("reference", [Reference(np.zeros((2, 0)), np.zeros(0), np.zeros(0)), NARROW])
def test_a_slice_without_data_leaves_the_prior_whatever_its_ellipses(reference):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((4000, 2))
    moved, value = slice_move(lambda y: np.zeros(len(y)), x, np.zeros(4000), reference, rng)
    assert (moved != x).any(axis=1).mean() > 0.99 and (value == 0).all()
    for k in range(2):
        assert kstest(moved[:, k], "norm").pvalue > 0.01


def test_a_slice_leaves_a_tempered_posterior():
    fit, rng, power = (lambda x: -0.5 * ((x[:, 0] - 2) / 0.5) ** 2), np.random.default_rng(5), 0.3
    share = 1 / (1 + power / 0.5**2)
    mean, sd = 2 * (1 - share), np.sqrt(share)
    x = rng.normal(mean, sd, (4000, 1))

    def tempered(y):
        return power * fit(y)

    for _ in range(5):
        x, value = slice_move(tempered, x, tempered(x), Reference.of(x), rng)
    assert value == pytest.approx(tempered(x)) and kstest(x[:, 0], norm(mean, sd).cdf).pvalue > 0.01
    far = rng.normal(-1.0, 0.3, (4000, 1))  # from a wrong place it goes to the right one
    for _ in range(40):
        far = slice_move(tempered, far, tempered(far), Reference.of(far), rng)[0]
    assert kstest(far[:, 0], norm(mean, sd).cdf).pvalue > 0.001
