"""Animal arms: likelihood of counts and the variance between species, by hand; solves on the assembled model."""

import numpy as np
import pytest
from scipy.stats import binom

from hepatica.translation import SPECIES, as_species
from hepatica.translation.arms import (
    AnimalArm,
    AnimalTrial,
    deviate,
    draws_that_count,
    learn_sigma,
    log_likelihood,
    prior_parameters,
    refine_toxin,
    sigma_error,
    sigma_prior,
    survival,
    trials,
)

TRIAL = AnimalTrial(
    key="t",
    species="pig",
    horizon=4.0,
    arms=(AnimalArm(id="c", n=5, alive=0), AnimalArm(id="m", cells=3e7, n=5, alive=4)),
)


def test_shipped_trials_are_of_species_with_a_parameter_set():
    for trial in trials():
        assert trial.species in SPECIES and trial.reason and trial.horizon > 0
        for arm in trial.arms:
            assert (arm.cells > 0) == bool(arm.route)
            assert arm.observed is None or 0 <= arm.observed <= 1


def test_counts_are_binomial_and_a_failed_solve_is_no_evidence():
    alive = np.array([[0.1, 0.5, 0.2], [0.8, 0.5, np.nan]])
    want = binom.logpmf(0, 5, alive[0, :2]) + binom.logpmf(4, 5, alive[1, :2])
    found = log_likelihood(TRIAL, alive)
    assert found[:2] == pytest.approx(want) and found[2] == -np.inf
    assert log_likelihood(TRIAL, alive, control_only=True) == pytest.approx(binom.logpmf(0, 5, alive[0]))


def test_sigma_by_a_naive_sum():
    rng = np.random.default_rng(3)
    sigma, by_trial = np.array([0.0, 0.3, 0.8]), {k: rng.normal(size=(3, 4, 2)) for k in "ab"}
    want = []
    for i, prior in enumerate(sigma_prior(sigma, 0.5)):
        total = 0.0
        for d in range(4):
            each = 1.0
            for x in by_trial.values():
                each *= np.mean([np.exp(x[i, d, t]) for t in range(2)])
            total += each
        want.append(prior * total)
    assert learn_sigma(by_trial, sigma, 0.5) == pytest.approx(np.array(want) / sum(want))


def test_draws_that_count_and_their_bootstrap_error_by_hand():
    rng = np.random.default_rng(4)
    sigma, alike = np.array([0.0, 0.5]), {"a": np.zeros((2, 30, 2)), "b": np.zeros((2, 30, 2))}
    assert draws_that_count(alike) == pytest.approx([30, 30]) and sigma_error(alike, sigma) == pytest.approx([0, 0])
    one = {"a": np.where(np.arange(30) == 7, 0.0, -50.0)[None, :, None] * np.ones((2, 1, 2))}
    assert draws_that_count(one) == pytest.approx([1, 1])
    noisy = {"a": rng.normal(0.0, 1.5, (2, 60, 1))}
    each = np.exp(noisy["a"][:, :, 0])
    prior = sigma_prior(sigma)
    drawn = rng.integers(0, 60, (4000, 60))
    p = prior[:, None] * each[:, drawn].mean(2)
    assert sigma_error(noisy, sigma, replicates=1000) == pytest.approx((p / p.sum(0)).std(1), rel=0.15)


def test_survival_between_amounts_of_toxin_is_that_of_a_logistic_curve():
    nodes, fine = np.geomspace(1.0, 81.0, 5), np.geomspace(1.0, 81.0, 37)
    alive = 1 / (1 + (nodes / 9.0) ** 2.0)
    np.testing.assert_allclose(refine_toxin(alive, nodes, fine), 1 / (1 + (fine / 9.0) ** 2.0), rtol=1e-7)
    alive[2] = np.nan
    found = refine_toxin(np.stack([alive, alive]), nodes, fine)
    assert np.isnan(found[:, 10:27]).all() and np.isfinite(found[:, :10]).all() and np.isfinite(found[:, 27:]).all()


def test_deviations_are_of_biology_and_0_is_none(system):
    people = prior_parameters(system, 3, 1)
    assert (people.std(axis=0) > 0).sum() > 100
    alike = deviate(system, people, "mouse", 0.0, 2)
    assert np.array_equal(alike, as_species(system, people, "mouse"))
    apart = np.log(deviate(system, people, "mouse", 0.5, 2)[:, system.parameters.index("cells_half")])
    assert np.ptp(apart - np.log(alike[:, system.parameters.index("cells_half")])) > 0
    weight = system.parameters.index("body_weight")
    assert np.array_equal(deviate(system, people, "mouse", 0.5, 2)[:, weight], alike[:, weight])


def test_more_toxin_kills_more_pigs(system):
    pigs = as_species(system, system.typical()[None], "pig")
    alive = [survival(system, pigs, TRIAL, TRIAL.arms[0], toxin)[0] for toxin in (2.0, 16.0)]
    assert 0 <= alive[1] < alive[0] <= 1
