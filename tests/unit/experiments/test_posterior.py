"""Samplers of a posterior side by side: NUTS on a known density, diagnostics, and agreement with tempered SMC."""

import numpy as np
import pytest
from posterior import (
    MEAN,
    RHAT,
    SD,
    TRUTH,
    FailedSolveError,
    agreement,
    convergence,
    importance_sampling,
    nuts,
    whitened,
)
from reduced import reduced

from hepatica.calibrate.inference import smc

FEW = ("tnf_half", "effector_lifetime", "cholestasis_injury", "sublethal_half")
COV = np.array([[1.0, 0.8, 0.0], [0.8, 2.0, 0.3], [0.0, 0.3, 0.5]])
CENTRE = np.array([1.0, -2.0, 0.5])
PRECISION = np.linalg.inv(COV)


def gaussian(x):
    return -0.5 * (x - CENTRE) @ PRECISION @ (x - CENTRE), -PRECISION @ (x - CENTRE)


def test_nuts_draws_from_a_gaussian():
    draws, stats = nuts(gaussian, np.full((2, 3), 3.0), warmup=300, draws=2000, seed=1)
    assert draws.shape == (2, 2000, 3) and draws.mean((0, 1)) == pytest.approx(CENTRE, abs=0.1)
    assert np.cov(draws.reshape(-1, 3).T) == pytest.approx(COV, abs=0.15)
    r_hat, effective = convergence(draws)
    assert (r_hat < 1.01).all() and (effective > 800).all() and 0.65 < stats["accepted"] < 0.97 and stats["leaps"] >= 1


def test_a_seed_gives_the_same_chains_again():
    one, two, other = (nuts(gaussian, np.zeros((2, 3)), warmup=50, draws=20, seed=s)[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any() and (one[0] != one[1]).any()


def test_points_that_cannot_be_solved_are_never_drawn():
    """A density that ends at a wall: the trajectory ends there and the chain goes on."""

    def walled(x):
        return (-np.inf, np.zeros(1)) if x[0] < 0 else (-0.5 * float(x @ x), -x)

    draws, _ = nuts(walled, np.ones((1, 1)), warmup=200, draws=800, seed=3)
    assert (draws >= 0).all() and draws.std() > 0.3 and FailedSolveError.is_recoverable


def test_r_hat_and_effective_draws_see_bad_chains():
    rng = np.random.default_rng(1)
    good = rng.standard_normal((4, 1000, 1))
    r_hat, effective = convergence(good)
    assert r_hat[0] < 1.01 and effective[0] == pytest.approx(4000, rel=0.2)
    assert convergence(good + np.arange(4)[:, None, None])[0][0] > 1.3
    assert convergence(good + np.linspace(0, 4, 1000)[:, None])[0][0] > 1.3  # a drift within each
    slow = np.zeros((4, 4000, 1))
    for t in range(1, 4000):
        slow[:, t] = 0.9 * slow[:, t - 1] + rng.standard_normal((4, 1))
    assert convergence(slow)[1][0] == pytest.approx(16000 * 0.1 / 1.9, rel=0.3)


def test_whitening_keeps_the_posterior(problem):
    """The value at a point and its gradient are those of the posterior there, in the other coordinates."""
    seen = problem.observe(np.zeros(8), 1)
    target, back = whitened(problem, seen)
    y = 0.3 * np.random.default_rng(2).standard_normal(8)
    value, slope = target(y)
    assert value == pytest.approx(problem.log_posterior(back(y), seen)[0])
    steps = 1e-3 * np.eye(8)
    by = [(target(y + h)[0] - target(y - h)[0]) / 2e-3 for h in steps]
    assert slope == pytest.approx(np.array(by), rel=0.05, abs=0.05)


@pytest.mark.slow
def test_smc_and_nuts_agree(system):
    answer = agreement(reduced(system, FEW), particles=400, moves=10, chains=2, warmup=200, draws=900)
    rows = answer["rows"]
    assert max(abs(r["away"]) for r in rows) <= MEAN and max(r["r_hat"] for r in rows) < RHAT
    assert all(SD[0] <= r["ratio"] <= SD[1] for r in rows) and answer["passed"]
    assert answer["weighted"]["effective"] > 2000
    assert answer["log_evidence"] == pytest.approx(answer["weighted"]["log_evidence"], abs=0.3)


@pytest.mark.slow
def test_smc_agrees_with_weighted_draws_on_all_eight(problem):
    seen = problem.observe(np.array([TRUTH[n] for n in problem.names]), 1)
    cloud = smc.sample(lambda x: problem.log_likelihood(x, seen), 8, 600, seed=1, moves=10)
    other = importance_sampling(problem, seen, cloud.points, 20_000, 1)
    assert other["effective"] > 1000
    assert np.abs((cloud.points.mean(0) - other["mean"]) / other["sd"]).max() < MEAN
    assert cloud.points.std(0) / other["sd"] == pytest.approx(np.ones(8), abs=0.2)
    assert cloud.log_evidence == pytest.approx(other["log_evidence"], abs=0.3)
