"""The small problem of inference: its derivatives, its samplers side by side, and simulation-based calibration."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate import smc
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES

sys.path.insert(0, str(Path(__file__).parents[3] / "experiments"))  # scripts import each other by name

from reduced import DAYS, LABS, NOISE, UNKNOWN, _fit, reduced  # noqa: E402

ROOT = Path(__file__).parents[3]
FEW = ("tnf_half", "effector_lifetime", "cholestasis_rate", "factor_consumption")


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("benchmark_of_posterior", ROOT / "experiments" / "posterior.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for themselves
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def system():
    return System(assemble(MODULES))


@pytest.fixture(scope="module")
def problem(system):
    return reduced(system)


def test_the_gradient_is_that_of_differences(problem):
    rng = np.random.default_rng(1)
    seen = problem.observe(np.zeros(8), 1)
    for point in 0.7 * rng.standard_normal((3, 8)):
        value, slope = problem.log_posterior(point, seen)
        by = [
            (problem.log_posterior(point + h, seen)[0] - problem.log_posterior(point - h, seen)[0]) / 2e-3
            for h in 1e-3 * np.eye(8)
        ]
        assert slope == pytest.approx(np.array(by), rel=0.02, abs=0.1)
        assert value == pytest.approx(problem.log_likelihood(point[None], seen)[0] - 0.5 * point @ point, abs=0.01)


def test_points_are_places_in_the_priors_of_one_patient(problem):
    assert problem.dimension == 8 and problem.patient.n == 1 and np.isinf(problem.patient.thresholds).all()
    at = problem._at(np.array([[0.0] * 8, [1.0] + [0.0] * 7]))
    assert (at.parameters[0] == problem.patient.parameters[0]).all()
    column = problem.system.parameters.index(UNKNOWN[0])
    cv = problem.system.model.parameters[UNKNOWN[0]].entry.prior.cv
    assert np.log(at.parameters[1, column] / at.parameters[0, column]) == pytest.approx(np.sqrt(np.log(1 + cv**2)))
    assert np.flatnonzero(at.parameters[1] != at.parameters[0]).tolist() == [column]
    labs = np.exp(problem.predict(np.zeros((1, 8)))[0]).reshape(len(DAYS), len(LABS))
    assert (
        (labs[:, 0] > 1).all() and (labs[:, 1] > 1).all() and labs[0, 2] > labs[-1, 2] > 5
    )  # a patient who gets better


def test_every_unknown_leaves_a_trace_in_the_labs(problem):
    _, by = problem.slopes(np.zeros((1, 8)))
    assert (np.sqrt((by[0] ** 2).sum(axis=0)) > NOISE).all()


def test_noise_is_as_stated_and_failures_have_no_likelihood(problem):
    point = np.full(8, 0.2)
    mean = problem.predict(point[None])[0]
    noise = np.concatenate([problem.observe(point, k) - mean for k in range(60)])
    assert noise.std() == pytest.approx(NOISE, rel=0.05) and abs(noise.mean()) < 0.01
    assert problem.log_likelihood(point[None], mean)[0] == 0
    assert _fit(np.stack([mean, np.where(np.arange(len(mean)) == 3, np.nan, mean)]), mean).tolist() == [0, -np.inf]


def test_only_lognormal_parameters_that_exist(system):
    for name in ("nope", "body_weight"):
        with pytest.raises(InputError, match=name):
            reduced(system, [name])


def test_nuts_draws_from_a_gaussian(bench):
    cov = np.array([[1.0, 0.8, 0.0], [0.8, 2.0, 0.3], [0.0, 0.3, 0.5]])
    precision, mean = np.linalg.inv(cov), np.array([1.0, -2.0, 0.5])

    def target(x):
        return -0.5 * (x - mean) @ precision @ (x - mean), -precision @ (x - mean)

    chains = [bench.nuts(target, 3 * np.ones(3), warmup=300, draws=2000, seed=k) for k in range(2)]
    draws = np.stack([c[0] for c in chains])
    assert draws.mean((0, 1)) == pytest.approx(mean, abs=0.1) and np.cov(draws.reshape(-1, 3).T) == pytest.approx(
        cov, abs=0.15
    )
    assert (bench.r_hat(draws) < 1.01).all() and all(0.65 < c[1]["accepted"] < 0.95 for c in chains)
    assert (bench.effective(draws) > 800).all()


def test_r_hat_and_effective_draws_see_bad_chains(bench):
    rng = np.random.default_rng(1)
    good = rng.standard_normal((4, 1000, 1))
    assert bench.r_hat(good)[0] < 1.01 and bench.effective(good)[0] == pytest.approx(4000, rel=0.2)
    assert bench.r_hat(good + np.arange(4)[:, None, None])[0] > 1.3
    assert bench.r_hat(good + np.linspace(0, 4, 1000)[:, None])[0] > 1.3  # a drift within each
    slow = np.zeros((4, 4000, 1))
    for t in range(1, 4000):
        slow[:, t] = 0.9 * slow[:, t - 1] + rng.standard_normal((4, 1))
    assert bench.effective(slow)[0] == pytest.approx(16000 * 0.1 / 1.9, rel=0.3)


def gaussian_fit(noise):
    return lambda x, seen: norm.logpdf(seen, x, noise).sum(axis=1)


def gaussian_data(truth, i):
    return truth + 0.7 * np.random.default_rng([i, 3]).standard_normal(truth.shape)


def test_calibration_finds_what_is_wrong(bench):
    """A sampler that is right stays in the band; one whose noise is wrong, or whose data are shifted, leaves it."""
    limit = bench.threshold(60, 3, tries=1500)

    def least(fit, data):
        return bench.tails(bench.ranks(data, fit, 2, 60, particles=126, moves=3)).min(axis=-1)

    assert least(gaussian_fit(0.7), gaussian_data) >= limit
    assert least(gaussian_fit(0.35), gaussian_data) < limit
    assert least(gaussian_fit(1.5), gaussian_data) < limit
    assert least(gaussian_fit(0.7), lambda truth, i: gaussian_data(truth, i) + 0.6) < limit


def test_the_band_holds_uniform_ranks_as_often_as_it_says(bench):
    limit = bench.threshold(40, 4, level=0.9, tries=1500)
    rng = np.random.default_rng(9)
    inside = [bench.tails(rng.integers(0, bench.RANKS + 1, (40, 4))).min() >= limit for _ in range(1500)]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.035)


@pytest.mark.slow
def test_smc_and_nuts_agree(bench, system):
    found = bench.agreement(reduced(system, FEW), particles=800, moves=12, chains=2, warmup=150, draws=400)
    rows = found["rows"]
    assert max(abs(r["away"]) for r in rows) <= bench.MEAN and max(r["r_hat"] for r in rows) < bench.RHAT
    assert all(bench.SD[0] <= r["ratio"] <= bench.SD[1] for r in rows) and found["passed"]
    assert found["weighted"]["effective"] > 2000
    assert found["log_evidence"] == pytest.approx(found["weighted"]["log_evidence"], abs=0.3)


@pytest.mark.slow
def test_smc_agrees_with_weighted_draws_on_all_eight(bench, problem):
    seen = problem.observe(np.array([bench.TRUTH[n] for n in problem.names]), 1)
    found = smc.sample(lambda x: problem.log_likelihood(x, seen), 8, 600, seed=1, moves=10)
    other = bench.weighted(problem, seen, found.points, 20_000, 1)
    assert other["effective"] > 1000
    assert np.abs((found.points.mean(0) - other["mean"]) / other["sd"]).max() < bench.MEAN
    assert found.points.std(0) / other["sd"] == pytest.approx(np.ones(8), abs=0.2)
    assert found.log_evidence == pytest.approx(other["log_evidence"], abs=0.3)


@pytest.mark.slow
def test_ranks_of_forty_truths_are_uniform(bench, problem):
    found = bench.calibration(problem, 40, particles=126, moves=5)
    assert found["passed"], found["rows"]
