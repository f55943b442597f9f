"""The mixture: against enumeration, simulation and by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing.draw_means import DrawMeans, shrink_draw_means
from hepatica.dosing.predictive import TRIAL_POINTS, TRIAL_Z, Predictive, bootstrap_counts, weighted_quantile


def mixture(draws=60, null=0.1, tau=2.0, seed=0):
    rng = np.random.default_rng(seed)
    gain = np.column_stack([np.zeros(draws), rng.normal(5, 4, draws), rng.normal(6, 8, draws)])
    return Predictive(
        hypothesis="h",
        gain=DrawMeans.exact(gain),
        harm_alone=DrawMeans.exact(np.tile([0.0, -0.5, -1.0], (draws, 1))),
        survived=DrawMeans.exact(
            np.column_stack([np.full(draws, 0.6), rng.uniform(0.6, 0.8, draws), rng.uniform(0.5, 0.9, draws)])
        ),
        odds_slope=np.array([0.0, tau, tau]) / 0.14,
        trial_sd=np.full(draws, 0.14),
        excess={"thrombosis": np.column_stack([np.zeros(draws), rng.normal(0.03, 0.02, (draws, 2))])},
        weight=np.full(draws, 1 / draws),
        null_effect_probability=null,
    )


def simulated(p, n=400_000, seed=1):
    """Second implementation: draw, effect or none, and trial, at random."""
    rng = np.random.default_rng(seed)
    d, acts, z = rng.integers(len(p.weight), size=n), rng.random(n) > p.null_effect_probability, rng.normal(size=n)
    return np.where(acts[:, None], p.shrunk[d] + z[:, None] * 0.14 * p.odds_slope, p.null[d])


def test_every_summary_is_that_of_simulated_scenarios():
    p = mixture()
    g = simulated(p)
    assert p.scenario_weight.sum() == pytest.approx(1) and len(p.scenario_gain) == 60 * (TRIAL_POINTS + 1)
    assert p.mean() == pytest.approx(g.mean(axis=0), abs=0.05)
    assert p.chance(1) == pytest.approx((g[:, 1] > 0).mean(), abs=0.01)
    assert p.interval(2) == pytest.approx(tuple(np.quantile(g[:, 2], [0.05, 0.95])), abs=0.5)
    assert p.opportunity_loss() == pytest.approx((g.max(axis=1, keepdims=True) - g).mean(axis=0), abs=0.06)
    first = g.argmax(axis=1)
    assert p.probability_best() == pytest.approx([(first == a).mean() for a in range(3)], abs=0.01)


def test_arms_that_are_not_allowed_are_no_loss_and_never_best():
    p, allowed = mixture(), np.array([True, True, False])
    assert p.probability_best(allowed)[2] == 0 and p.probability_best(allowed).sum() == pytest.approx(1)
    assert p.opportunity_loss(allowed)[1] < p.opportunity_loss()[1]


def test_strata_of_what_differs_between_trials_have_variance_one():
    assert TRIAL_Z.mean() == pytest.approx(0, abs=1e-12) and TRIAL_Z.var() == pytest.approx(1)


def test_nothing_is_nothing():
    p = mixture(null=1.0)
    assert p.chance(1) == 0 and p.mean().tolist() == pytest.approx([0.0, -0.5, -1.0])
    assert p.survival_gain(1) == pytest.approx((0.0, 0.0, 0.0))


def test_survival_is_shifted_on_the_odds():
    p = mixture(null=0.0)
    own = p.survival_gain(1)
    assert own[0] == pytest.approx((p.survival[:, 1] - p.survival[:, 0]).mean(), abs=0.005)
    assert own[1] < own[0] < own[2]


def test_harm_is_a_probability():
    p = mixture()
    assert p.harm_chance("thrombosis", 1, 0.03) == pytest.approx((p.excess["thrombosis"][:, 1] > 0.03).mean())


def test_bootstrap_replicates_of_exact_means_have_the_error_of_their_mean():
    p = mixture(draws=200, null=0.0)
    again = np.array([p.resampled(c).mean()[1:] for c in bootstrap_counts(np.random.default_rng(2), 200, 400)])
    assert again.std(axis=0) == pytest.approx(p.raw[:, 1:].std(axis=0) / np.sqrt(200), rel=0.12)
    assert again.mean(axis=0) == pytest.approx(p.mean()[1:], abs=0.1)
    assert p.resampled(np.ones(200, int)).mean() == pytest.approx(p.mean())


def test_replicates_differ_as_other_draws_and_patients_do():
    """The error of an opportunity loss is the scatter of its estimates over new samples of draws and patients."""

    def sample(seed):
        rng = np.random.default_rng(seed)
        gain = np.column_stack([np.zeros(60), rng.normal([3.0, 4.0], [3.0, 6.0], (60, 2))])
        draw = np.tile(np.arange(60), 3)
        own = rng.normal(0, 25, len(draw))[:, None] * [0.0, 0.7, 1.0]
        return replace(mixture(), gain=shrink_draw_means((gain[draw] + own).T, draw))

    samples = [sample(s) for s in range(60)]
    errors = [
        np.std([p.resampled(c).opportunity_loss()[1] for c in bootstrap_counts(np.random.default_rng(k), 60, 30)])
        for k, p in enumerate(samples)
    ]
    scatter = np.std([p.opportunity_loss()[1] for p in samples])
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(scatter, rel=0.3)


def test_harm_and_survival_are_shrunk_with_the_gain():
    rng, draw = np.random.default_rng(7), np.repeat(np.arange(60), 3)
    noisy = [shrink_draw_means(rng.normal(0.6, 0.3, (3, 180)), draw) for _ in range(3)]
    p = replace(mixture(), gain=noisy[0], harm_alone=noisy[1], survived=noisy[2])
    (times,) = bootstrap_counts(rng, 60, 1)
    q = p.resampled(times)
    np.testing.assert_array_equal(q.shrunk, noisy[0].resampled(times).shrunk)
    np.testing.assert_array_equal(q.null, noisy[1].resampled(times).shrunk)
    np.testing.assert_array_equal(q.survival, np.clip(noisy[2].resampled(times).shrunk, 0, 1))
    np.testing.assert_allclose(q.weight, times / 60)


def test_days_follow_survival_where_it_is_shifted():
    p = mixture(null=0.0)
    moved = p.shifted(np.full(p.raw.shape, 0.2), 0.1).shifted(np.full(p.raw.shape, -0.2), 0.0)
    assert moved.shrunk == pytest.approx(p.shrunk) and moved.survival == pytest.approx(p.survival)
    up = p.shifted(np.full(p.raw.shape, 0.01), 0.0)
    assert (up.shrunk - p.shrunk)[:, 1:].mean(axis=0) == pytest.approx(0.01 * p.odds_slope[1:], rel=0.15)


def test_weighted_quantiles_are_those_of_repeated_values():
    values, weight = np.array([4.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.0])
    assert weighted_quantile(values, weight, [0.5])[0] == pytest.approx(
        np.interp(0.5, [0.25, 0.625, 0.875], [1.0, 3.0, 4.0])
    )
