from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.imaging.biodistribution.sampling import (
    Target,
    find_mode,
    sample_posterior,
    sample_tempered,
    systematic,
)

Y, SD = np.array([1.2, -0.4]), 0.5


def gaussian() -> Target:
    """Two observations of the sum and difference of three coordinates: everything is known in closed form."""
    a = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0]])

    def residuals(z: np.ndarray) -> np.ndarray:
        return (Y - z @ a.T) / SD

    return Target(lambda z: norm.logpdf(residuals(z)).sum(axis=1) - 2 * np.log(SD), residuals, 3)


def test_a_gaussian_posterior_and_its_evidence_are_exact() -> None:
    drawn = sample_posterior(gaussian(), draws=4000, seed=1, purpose="test")
    total = 2.0 + SD**2  # variance of each observation
    assert drawn.points[:, :2].sum(axis=1).mean() == pytest.approx(Y[0] * 2 / total, abs=0.03)
    assert drawn.points[:, :2].sum(axis=1).std() == pytest.approx(np.sqrt(2 * SD**2 / total), rel=0.05)
    assert drawn.points[:, 2].std() == pytest.approx(1.0, rel=0.06)
    assert drawn.log_evidence == pytest.approx(norm.logpdf(Y, scale=np.sqrt(total)).sum(), abs=0.05)
    assert drawn.is_trusted


def bent() -> Target:
    """A curved posterior: one observation of exp(z0) + z1^2."""

    def residuals(z: np.ndarray) -> np.ndarray:
        return (3.0 - np.exp(z[:, :1]) - z[:, 1:] ** 2) / 0.3

    return Target(lambda z: norm.logpdf(residuals(z)).sum(axis=1) - np.log(0.3), residuals, 2)


def test_a_bent_posterior_agrees_with_a_grid_and_with_tempering() -> None:
    target = bent()
    axis = np.linspace(-6, 6, 1201)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    density = np.exp(target.log_likelihood(grid) + norm.logpdf(grid).sum(axis=1))
    evidence = density.sum() * (axis[1] - axis[0]) ** 2
    mean = (density @ grid[:, 0]) / density.sum()
    for drawn, error in (
        (sample_posterior(target, draws=3000, points=20_000, seed=2, purpose="test"), 0.06),  # four standard errors
        (sample_tempered(target, draws=3000, seed=2), 0.2),  # of 300 particles, which are not independent
    ):
        assert drawn.log_evidence == pytest.approx(np.log(evidence), abs=0.25)
        assert drawn.points[:, 0].mean() == pytest.approx(mean, abs=error)


def test_the_mode_is_found_from_far_away() -> None:
    mode, jacobian = find_mode(gaussian(), [np.full(3, 8.0)])
    assert mode[:2].sum() == pytest.approx(Y[0] * 2 / (2 + SD**2), abs=1e-3)
    assert mode[2] == pytest.approx(0.0, abs=1e-3)
    assert jacobian == pytest.approx(np.array([[-1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]]) / SD, abs=1e-3)


def test_points_that_fail_have_no_weight() -> None:
    target = Target(lambda z: np.where(z[:, 0] > 0, 0.0, np.nan), lambda z: 0.0 * z, 1)
    drawn = sample_posterior(target, draws=500, seed=1, purpose="test")
    assert (drawn.points[:, 0] > 0).all()
    assert drawn.log_evidence == pytest.approx(np.log(0.5), abs=0.05)


def test_resampling_keeps_proportions() -> None:
    counts = np.bincount(systematic(np.array([1.0, 0.0, 3.0]), 400, 0.3), minlength=3)
    assert counts.tolist() == [100, 0, 300]
