"""Tempered SMC against closed forms, dense grids and a second, naive implementation."""

import functools

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal, norm

from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.hamiltonian import Hamiltonian
from hepatica.calibrate.inference.smc import sample


def gaussian(dimension):
    """Data about each coordinate with its own noise: likelihood, mean, SD and log evidence of the posterior."""
    rng = np.random.default_rng(dimension)
    seen, noise = rng.normal(0, 1.2, dimension), rng.uniform(0.3, 2.0, dimension)
    share = 1 / (1 + noise**2)
    evidence = norm.logpdf(seen, 0, np.sqrt(1 + noise**2)).sum()
    return lambda x: norm.logpdf(x, seen, noise).sum(axis=1), share * seen, noise * np.sqrt(share), evidence


@pytest.mark.parametrize("dimension", [1, 5, 40])
def test_a_gaussian_has_its_mean_sd_and_evidence(dimension):
    fit, mean, sd, evidence = gaussian(dimension)
    runs = [sample(fit, dimension, 1500, seed=k) for k in range(3)]
    points = np.concatenate([r.points for r in runs])
    assert np.abs((points.mean(0) - mean) / sd).max() < 0.12
    assert points.std(0) / sd == pytest.approx(np.ones(dimension), abs=0.07)
    assert np.mean([r.log_evidence for r in runs]) == pytest.approx(evidence, abs=0.1 + 0.005 * dimension)
    assert all(r.powers[0] == 0 and r.powers[-1] == 1 and (np.diff(r.powers) > 0).all() for r in runs)
    assert all(r.log_likelihood == pytest.approx(fit(r.points)) and r.distinct > 0.99 for r in runs)


def test_correlated_coordinates_keep_their_correlation():
    a = np.array([[1.0, 2.0], [0.5, -0.5], [1.0, 2.1]])  # a line is told well, across it nothing
    seen, noise = np.array([2.0, 0.3, 1.8]), 0.3
    cov = np.linalg.inv(np.eye(2) + a.T @ a / noise**2)
    found = sample(lambda x: -0.5 * ((x @ a.T - seen) ** 2).sum(axis=1) / noise**2, 2, 4000, seed=1)
    assert found.points.mean(0) == pytest.approx(cov @ a.T @ seen / noise**2, abs=0.02)
    assert np.cov(found.points.T) == pytest.approx(cov, rel=0.1)
    exact = multivariate_normal.logpdf(seen, np.zeros(3), a @ a.T + noise**2 * np.eye(3)) + 1.5 * np.log(
        2 * np.pi * noise**2
    )
    assert found.log_evidence == pytest.approx(exact, abs=0.15)


def banana(x):
    return -0.5 * ((x[:, 1] - x[:, 0] ** 2 + 1) / 0.15) ** 2 - 0.5 * ((x[:, 0] - 0.5) / 0.8) ** 2


def twin(x):
    return np.logaddexp(
        -0.5 * ((x - [1.5, 0.5]) ** 2).sum(1) / 0.2**2, np.log(2) - 0.5 * ((x - [-1.0, -1.0]) ** 2).sum(1) / 0.2**2
    )


@pytest.mark.parametrize("fit", [banana, twin])
def test_bent_and_double_targets_as_on_a_dense_grid(fit):
    side = np.linspace(-5, 5, 1001)
    grid = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    density = np.exp(fit(grid)) * norm.pdf(grid).prod(axis=1)
    evidence, weight = density.sum() * (side[1] - side[0]) ** 2, density / density.sum()
    mean, sd = weight @ grid, np.sqrt(weight @ (grid - weight @ grid) ** 2)
    right = weight[grid[:, 0] > 0.25].sum()
    runs = [sample(fit, 2, 3000, seed=k) for k in range(3)]
    points = np.concatenate([r.points for r in runs])
    assert np.abs((points.mean(0) - mean) / sd).max() < 0.08 and points.std(0) / sd == pytest.approx([1, 1], abs=0.06)
    assert (points[:, 0] > 0.25).mean() == pytest.approx(right, abs=0.035)
    assert np.mean([r.log_evidence for r in runs]) == pytest.approx(np.log(evidence), abs=0.1)
    order = np.argsort(grid[:, 1], kind="stable")  # the whole of one margin, not its moments alone
    cdf = np.interp(points[:, 1], grid[order, 1], np.cumsum(weight[order]))
    assert kstest(cdf, "uniform").statistic < 0.04


def test_the_seed_decides_everything():
    fit = gaussian(3)[0]
    a, b, c = (sample(fit, 3, 200, seed=k) for k in (4, 4, 5))
    assert (a.points == b.points).all() and a.powers == b.powers and a.log_evidence == b.log_evidence
    assert not (a.points == c.points).any()


def naive(fit, dimension, n, seed, moves):
    """The same by loops: powers by bisection, stratified resampling, a random walk of Metropolis within each step."""
    rng = np.random.default_rng(seed)
    x = [rng.normal(size=dimension) for _ in range(n)]
    power, evidence, powers = 0.0, 0.0, [0.0]
    while power < 1:
        value = [float(fit(p[None])[0]) for p in x]
        top = max(value)
        low, high = 0.0, 1 - power
        weights = [np.exp(high * (v - top)) for v in value]
        if sum(weights) ** 2 / sum(w * w for w in weights) < 0.5 * n:
            for _ in range(60):
                middle = (low + high) / 2
                weights = [np.exp(middle * (v - top)) for v in value]
                low, high = (
                    (middle, high) if sum(weights) ** 2 / sum(w * w for w in weights) > 0.5 * n else (low, middle)
                )
        evidence += np.log(sum(weights) / n) + high * top
        power = min(1.0, power + high)
        powers.append(power)
        chosen = []
        for i in range(n):
            u, k, total = (i + rng.random()) / n * sum(weights), 0, weights[0]
            while total < u and k < n - 1:
                k += 1
                total += weights[k]
            chosen.append(x[k])
        width = 1.2 * np.std(chosen, axis=0)
        x = []
        for p in chosen:
            at = power * float(fit(p[None])[0]) - 0.5 * p @ p
            for _ in range(moves):
                q = p + width * rng.normal(size=dimension)
                there = power * float(fit(q[None])[0]) - 0.5 * q @ q
                if np.log(rng.random()) < there - at:
                    p, at = q, there
            x.append(p)
    return np.array(x), evidence, powers


def test_a_naive_second_implementation_agrees():
    def fit(x):
        return -0.5 * ((x[:, 0] + x[:, 1] ** 2 - 1.5) / 0.3) ** 2

    ours = [sample(fit, 2, 300, seed=k) for k in range(8)]
    theirs = [naive(fit, 2, 300, k, 15) for k in range(4)]
    a, b = np.concatenate([r.points for r in ours]), np.concatenate([r[0] for r in theirs])
    assert np.abs(a.mean(0) - b.mean(0)).max() < 0.15 and a.std(0) / b.std(0) == pytest.approx([1, 1], abs=0.12)
    assert np.mean([r.log_evidence for r in ours]) == pytest.approx(np.mean([r[1] for r in theirs]), abs=0.15)
    assert {len(r.powers) for r in ours} & {len(r[2]) for r in theirs}
    assert np.mean([r.powers[1] for r in ours]) == pytest.approx(np.mean([r[2][1] for r in theirs]), rel=0.25)


def test_points_that_cannot_be_are_left_out():
    """A solve that fails has no likelihood: half a normal remains, and half of the evidence."""
    found = sample(lambda x: np.where(x[:, 0] > 0, -0.5 * x[:, 0] ** 2, -np.inf), 1, 4000, seed=2)
    assert (found.points > 0).all() and found.points.mean() == pytest.approx(np.sqrt(1 / np.pi), abs=0.03)
    assert found.log_evidence == pytest.approx(np.log(0.5 / np.sqrt(2)), abs=0.06)
    rare = sample(lambda x: np.where(x[:, 0] > 1, 0.0, -np.inf), 1, 4000, seed=2)
    assert (rare.points > 1).all() and rare.log_evidence == pytest.approx(norm.logsf(1), abs=0.1)


def test_a_likelihood_that_says_nothing_returns_the_prior_at_once():
    found = sample(lambda x: np.full(len(x), 7.0), 3, 2000, seed=1)
    assert found.powers == (0.0, 1.0) and found.log_evidence == pytest.approx(7.0)
    assert kstest(found.points.ravel(), "norm").pvalue > 0.001


def test_each_power_is_told_and_keeps_half_of_the_particles():
    fit, told = gaussian(5)[0], []
    found = sample(fit, 5, 1000, seed=1, progress=lambda *report: told.append(report))
    assert told == [("temper", int(100 * p), 100) for p in found.powers[1:]]
    x = np.random.default_rng([1, 20_060_101]).standard_normal((1000, 5))
    weight = np.exp(found.powers[1] * (fit(x) - fit(x).max()))
    assert weight.sum() ** 2 / (weight**2).sum() / 1000 == pytest.approx(smc.KEPT, abs=1e-6)


def _linear(seen, slopes, noise, x):
    return norm.logpdf(seen, x @ slopes, noise).sum(axis=1)


def test_a_linear_gaussian_twin_of_the_real_problem_has_its_mean_and_evidence():
    """As many unknowns as a calibration has, thirty of their sums seen with errors of a third of the prior to all of it."""
    dimension, outputs = 250, 30
    rng = np.random.default_rng(7)
    slopes = rng.standard_normal((dimension, outputs)) * (rng.random((dimension, outputs)) < 0.1)
    slopes /= np.sqrt((slopes**2).sum(axis=0))
    noise = rng.uniform(0.3, 1.0, outputs)
    seen = rng.standard_normal(dimension) @ slopes + noise * rng.standard_normal(outputs)
    fit = functools.partial(_linear, seen, slopes, noise)

    def slope(x, power):
        return power * ((seen - x @ slopes) / noise**2) @ slopes.T

    kernel = Hamiltonian(slope, np.ones(dimension, bool))
    runs = [sample(fit, dimension, 1500, seed=k, moves=1, last_moves=8, kernel=kernel) for k in range(2)]
    covariance = np.linalg.inv(np.eye(dimension) + (slopes / noise**2) @ slopes.T)
    mean, sd = covariance @ (slopes @ (seen / noise**2)), np.sqrt(np.diag(covariance))
    points = np.concatenate([r.points for r in runs])
    away = (points.mean(axis=0) - mean) / sd
    assert np.abs(away).max() < 0.1 and points.std(axis=0) / sd == pytest.approx(np.ones(dimension), abs=0.1)
    exact = multivariate_normal(np.zeros(outputs), slopes.T @ slopes + np.diag(noise**2)).logpdf(seen)
    assert np.mean([r.log_evidence for r in runs]) == pytest.approx(exact, abs=1.0)
    assert all(r.parent_correlation < 0.15 for r in runs)  # the largest of 250 by chance is 0.08
