"""Bayesian rules on the bank: boundaries against the exact recursion and the conjugate posterior, trial by trial."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from hepatica.trials.virtual.adaptive.bayesian import posterior_boundary, posterior_rule
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.records import Stop
from hepatica.trials.virtual.simulate import simulate_trial

PLAN = {"patients": 160, "centre": [{"name": "a", "per_month": 3000}], "look": [{"fraction": 0.5}]}


def test_boundary_is_where_the_posterior_reaches_its_level(make_trial):
    trial = make_trial(**PLAN, bayesian={"efficacy": 0.95, "prior_mean": 0.2, "prior_sd": 0.5, "margin": 0.1})
    information = np.array([[40.0, 80.0], [np.nan, 60.0]])
    upper = posterior_boundary(trial, information, 80.0).upper
    for events, z in ((40.0, upper[0, 0]), (80.0, upper[0, 1]), (60.0, upper[1, 1])):
        own = events / 4
        mean = (0.2 * 4 + z / np.sqrt(own) * own) / (4 + own)
        assert ndtr((mean - 0.1) * np.sqrt(4 + own)) == pytest.approx(0.95)
    assert posterior_rule(make_trial(**PLAN, bayesian={}), 80.0)[1].information == 0


def test_flat_prior_is_the_one_sided_test(make_trial):
    trial = make_trial(**PLAN, bayesian={"efficacy": 0.975, "predictive_futility": 0.1})
    b = posterior_boundary(trial, np.array([[40.0, 80.0]]), 80.0)
    assert b.upper[0] == pytest.approx(-ndtri(0.025)) and b.lower[0, 1] == -np.inf
    # predictive probability by simulation of the second half, at the futility boundary
    draws = np.random.default_rng(1).normal(size=(200_000, 2))
    effect = b.lower[0, 0] / np.sqrt(10) + draws[:, 0] / np.sqrt(10)
    final = (b.lower[0, 0] * np.sqrt(10) + effect * 10 + draws[:, 1] * np.sqrt(10)) / np.sqrt(20)
    assert (final >= 1.959964).mean() == pytest.approx(0.1, abs=0.003)


def test_trials_follow_the_boundary(make_trial, flat_bank):
    trial = make_trial(**PLAN, bayesian={"efficacy": [0.999, 0.975], "predictive_futility": 0.1})
    bank = flat_bank(trial, (0.012, 0.012))
    r = simulate_trial(trial, bank, Scenario("label_is_cells", Truth.NULL), 1250)
    assert r.success.mean() <= 0.025 + 4 * np.sqrt(0.025 / 1250) and (r.stop == Stop.FUTILITY).mean() > 0.4
    assert (r.z[(r.stop == Stop.EFFICACY) & (r.look == 1), 0] >= 1.9599).all()
    sceptic = make_trial(**PLAN, bayesian={"efficacy": 0.975, "prior_sd": 0.2})
    better = flat_bank(trial, (0.012, 0.007))
    plain, doubting = (
        simulate_trial(t, better, Scenario("label_is_cells", Truth.AVERAGE), 500).success.mean()
        for t in (make_trial(**PLAN, bayesian={}), sceptic)
    )
    assert doubting < plain - 0.1


def test_a_level_that_is_not_stated_gives_the_error_asked_for(make_trial):
    for more in ({}, {"prior_sd": 0.3}, {"prior_sd": 0.3, "prior_mean": 0.2, "margin": 0.1}):
        trial = make_trial(**PLAN, bayesian=more)
        upper = posterior_boundary(trial, np.array([[40.0, 80.0]]), 80.0).upper[0]
        steps = np.random.default_rng(2).normal(size=(400_000, 2))
        z = np.stack([steps[:, 0], steps.sum(axis=1) / np.sqrt(2)], axis=1)
        assert (z >= upper).any(axis=1).mean() == pytest.approx(0.025, abs=0.0009)
    by_date = PLAN | {"look": [{"day": "50 d"}]}
    assert posterior_rule(make_trial(**by_date, bayesian={}), 80.0)[0].efficacy == pytest.approx(0.9853, abs=1e-4)
