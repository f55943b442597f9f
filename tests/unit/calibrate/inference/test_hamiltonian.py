"""Hamiltonian moves against closed forms: the prior, a tempered normal posterior, a spike, two modes."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from hepatica.calibrate.inference import hamiltonian
from hepatica.calibrate.inference.hamiltonian import Hamiltonian, next_steps, redrawn, reflected, trajectory
from hepatica.calibrate.inference.smc import sample, without

NOISE, SEEN = np.array([0.2, 0.5, 3.0]), np.array([1.0, -2.0, 4.0])


def seen(x):
    return norm.logpdf(SEEN, x, NOISE).sum(axis=1)


def seen_slope(x, power=1.0):
    return power * (SEEN - x) / NOISE**2


@pytest.mark.parametrize("steps", [4, 9])
def test_a_trajectory_leaves_a_tempered_posterior_whatever_its_steps(steps):
    """Started in the posterior it stays there; from elsewhere it arrives."""
    power, rng = 0.4, np.random.default_rng(3)
    share = 1 / (1 + power / NOISE**2)
    mean, sd = (1 - share) * SEEN, np.sqrt(share)
    for x, times in ((rng.normal(mean, sd, (4000, 3)), 3), (rng.normal(0, 0.3, (4000, 3)), 30)):
        fit = power * seen(x)
        for _ in range(times):
            x, fit, _ = trajectory(
                lambda y: power * seen(y), lambda y: seen_slope(y, power), x, fit, np.ones(3, bool), steps, rng
            )
        assert fit == pytest.approx(power * seen(x))
        for k in range(3):
            assert kstest(x[:, k], norm(mean[k], sd[k]).cdf).pvalue > 0.001


def test_a_wrong_gradient_costs_acceptance_but_not_the_posterior():
    rng = np.random.default_rng(4)
    share = 1 / (1 + 1 / NOISE**2)
    x = rng.normal((1 - share) * SEEN, np.sqrt(share), (4000, 3))
    fit, shares = seen(x), []
    for _ in range(3):
        x, fit, accepted = trajectory(seen, lambda y: 1.3 * seen_slope(y), x, fit, np.ones(3, bool), 12, rng)
        shares.append(accepted)
    assert 0.2 < np.mean(shares) < 0.97
    for k in range(3):
        assert kstest(x[:, k], norm((1 - share[k]) * SEEN[k], np.sqrt(share[k])).cdf).pvalue > 0.001


def test_what_is_not_smooth_stays_on_a_trajectory_and_failed_points_are_refused():
    rng, x = np.random.default_rng(5), np.random.default_rng(6).standard_normal((500, 2))
    moved, _, _ = trajectory(
        lambda y: np.zeros(len(y)), np.zeros_like, x, np.zeros(500), np.array([True, False]), 4, rng
    )
    assert (moved[:, 1] == x[:, 1]).all() and (moved[:, 0] != x[:, 0]).all()
    half = np.abs(x)
    fit = np.where(half[:, 0] > 0, 0.0, np.nan)
    for _ in range(20):
        half, fit, _ = trajectory(
            lambda y: np.where(y[:, 0] > 0, 0.0, np.nan), np.zeros_like, half, fit, np.ones(2, bool), 4, rng
        )
    assert (half[:, 0] > 0).all() and kstest(half[:, 0], "halfnorm").pvalue > 0.001


def test_a_spike_has_the_posterior_that_its_two_cases_weigh():
    """A term that is there with probability 1 - 0.6, seen once: P(there) and its size in closed form."""
    value, noise = 1.5, 0.5

    def there(x):
        return norm.cdf(x[:, 0]) >= 0.6

    def fit(x):
        return norm.logpdf(value, x[:, 1] * there(x), noise)

    def slope(x, power):
        return power * np.stack([np.zeros(len(x)), there(x) * (value - x[:, 1] * there(x)) / noise**2], axis=1)

    kernel = Hamiltonian(slope, np.array([False, True]), redrawn=(np.array([0, 1]),))
    particles = np.concatenate(
        [sample(fit, 2, 2000, seed=k, moves=3, last_moves=8, kernel=kernel).points for k in range(2)]
    )
    on, off = 0.4 * norm.pdf(value, 0, np.sqrt(1 + noise**2)), 0.6 * norm.pdf(value, 0, noise)
    assert there(particles).mean() == pytest.approx(on / (on + off), abs=0.03)
    size = particles[there(particles), 1]
    assert size.mean() == pytest.approx(value / (1 + noise**2), abs=0.04)
    assert size.std() == pytest.approx(noise / np.sqrt(1 + noise**2), rel=0.06)


def test_two_sides_exchange_their_particles():
    """Modes at -2 and 2 with a third and two thirds of the mass; all particles start in the wrong proportion."""
    rng = np.random.default_rng(7)

    def fit(x):
        return np.logaddexp(np.log(2) - 0.5 * ((x[:, 0] - 2) / 0.3) ** 2, -0.5 * ((x[:, 0] + 2) / 0.3) ** 2)

    x = rng.normal(np.where(rng.random(3000) < 0.9, -1.83, 1.83), 0.28)[:, None]
    value = fit(x)
    for _ in range(40):
        x, value = reflected(fit, x, value, rng)
    assert (x[:, 0] > 0).mean() == pytest.approx(2 / 3, abs=0.03) and value == pytest.approx(fit(x))
    narrow = rng.normal(1, 0.2, (300, 1))
    assert (reflected(fit, narrow, fit(narrow), rng)[0] == narrow).all()


def test_a_redraw_leaves_the_prior_and_every_other_coordinate():
    rng, x = np.random.default_rng(8), np.random.default_rng(9).standard_normal((3000, 3))
    moved, _ = redrawn(lambda y: np.zeros(len(y)), x, np.zeros(3000), np.array([0, 2]), rng)
    assert (moved[:, 1] == x[:, 1]).all() and kstest(moved[:, [0, 2]].ravel(), "norm").pvalue > 0.001
    assert abs(np.corrcoef(moved[:, 0], x[:, 0])[0, 1]) < 0.06


def test_evidence_and_moments_of_a_normal_posterior_with_few_moves():
    kernel = Hamiltonian(seen_slope, np.ones(3, bool))
    runs = [sample(seen, 3, 1500, seed=k, moves=1, last_moves=12, kernel=kernel) for k in range(3)]
    points, share = np.concatenate([r.points for r in runs]), 1 / (1 + 1 / NOISE**2)
    assert np.abs((points.mean(axis=0) - (1 - share) * SEEN) / np.sqrt(share)).max() < 0.06
    assert points.std(axis=0) / np.sqrt(share) == pytest.approx(np.ones(3), abs=0.05)
    exact = norm.logpdf(SEEN, 0, np.sqrt(1 + NOISE**2)).sum()
    assert np.mean([r.log_evidence for r in runs]) == pytest.approx(exact, abs=0.15)
    assert all(r.parent_correlation < 0.1 for r in runs)


def test_data_are_tempered_away_by_the_same_moves():
    def parts(x):
        return -0.5 * (x[:, 0] - 2.0) ** 2, -0.5 * (x[:, 0] + 2.0) ** 2 / 0.25

    def slope(x, power):
        return (2.0 - x) - (1 - power) * (x + 2.0) / 0.25

    kernel = Hamiltonian(slope, np.ones(1, bool))
    both = np.random.default_rng(1).normal(-1.0, np.sqrt(1 / 6), (2000, 1))
    rest = without(parts, both, seed=2, moves=2, last_moves=6, kernel=kernel)
    assert rest.points.mean() == pytest.approx(1.0, abs=0.05) and rest.points.std() == pytest.approx(0.5**0.5, abs=0.05)


def test_coordinates_are_sliced_where_the_kernel_says_so():
    rng, x = np.random.default_rng(2), np.random.default_rng(3).standard_normal((2000, 2))
    kernel = Hamiltonian(
        lambda y, power: np.zeros_like(y), np.array([False, False]), sliced=np.array([False, True]), steps=4
    )

    def target(y):
        return -0.5 * ((y[:, 1] - 2.0) / 0.5) ** 2

    value, start = target(x), x
    for _ in range(15):
        x, value = kernel(target, 1.0, x, value, rng)
    assert (x[:, 0] == start[:, 0]).all() and kstest(x[:, 1], norm(1.6, np.sqrt(0.2)).cdf).pvalue > 0.001


def test_steps_follow_the_acceptance_within_bounds():
    assert next_steps(hamiltonian.MAX_STEPS, 0.1) == hamiltonian.MAX_STEPS
    assert next_steps(hamiltonian.MIN_STEPS, 1.0) == hamiltonian.MIN_STEPS
    assert next_steps(8, 0.79) == 10 and next_steps(8, 0.8) == next_steps(8, 0.95) == 8 and next_steps(8, 0.96) == 7
