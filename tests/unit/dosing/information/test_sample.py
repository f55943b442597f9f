"""EVSI: the closed form of the normal case, nested Monte Carlo, and the regression of Strong 2015."""

import numpy as np
import pytest
from scipy import stats

from hepatica.dosing.information.sample import (
    estimate_sd,
    sample_information,
    sample_information_replicates,
    trial_value,
    with_errors,
)


def normal_case(mean, sd, n=4001):
    """Gain of cells that is normal, seen by an unbiased estimate; standard care gains nothing."""
    z = stats.norm.ppf((np.arange(n) + 0.5) / n)
    theta = mean + sd * z
    return np.column_stack([np.zeros(n), theta]), np.full(n, 1 / n), theta


@pytest.mark.parametrize("mean", [-1.0, 0.0, 2.0])
@pytest.mark.parametrize("error", [0.3, 1.0, 5.0])
def test_the_normal_case_has_a_closed_form(mean, error):
    """The posterior mean is normal with SD s = sd^2 / hypot(sd, error): E max(0, .) is the unit normal loss."""
    gain, weight, theta = normal_case(mean, 1.5)
    s = 1.5**2 / np.hypot(1.5, error)
    expected = s * stats.norm.pdf(mean / s) + mean * stats.norm.cdf(mean / s) - max(mean, 0.0)
    assert sample_information(gain, weight, theta, np.full(len(theta), error)) == pytest.approx(expected, abs=2e-3)


def nested(gain, effect, sd, outer, rng):
    """Trials simulated, the posterior of each by weights, the best choice after it."""
    s = rng.integers(len(effect), size=outer)
    x = rng.normal(effect[s], sd[s])
    w = np.exp(-0.5 * ((x[:, None] - effect) / sd) ** 2) / sd
    return (w @ gain / w.sum(axis=1, keepdims=True)).max(axis=1).mean() - gain.mean(axis=0).max()


def test_nested_monte_carlo_and_a_regression_agree():
    rng = np.random.default_rng(0)
    effect = rng.normal(0.4, 0.6, 150)
    gain = np.column_stack([np.zeros(150), 18 * effect - 2, 20 * effect - 4 + rng.normal(0, 1, 150)])
    sd = estimate_sd(np.full(150, 0.6), effect, 200)
    found = sample_information(gain, np.full(150, 1 / 150), effect, sd)
    assert found == pytest.approx(nested(gain, effect, sd, 20_000, rng), abs=0.12)
    x = rng.normal(np.repeat(effect, 40), np.repeat(sd, 40))  # Strong 2015: regress the gain on the trial's estimate
    many = np.repeat(gain, 40, axis=0)
    fitted = np.column_stack([np.polynomial.Polynomial.fit(x, y, 6)(x) for y in many.T])
    assert found == pytest.approx(fitted.max(axis=1).mean() - many.mean(axis=0).max(), abs=0.15)


def test_larger_trials_tell_more_up_to_everything_and_none_tells_nothing():
    gain, weight, theta = normal_case(0.3, 0.5, 201)
    values = [
        trial_value(20 * gain, weight, theta, np.full(201, 0.6), n, population=1e4, cost=4.0) for n in (20, 200, 9_000)
    ]
    each = [v.per_patient for v in values]
    perfect = weight @ np.maximum(20 * gain[:, 1], 0) - max(weight @ (20 * gain[:, 1]), 0)
    assert each == sorted(each) and each[-1] < perfect and values[1].net == pytest.approx(each[1] * 9_800 - 800)
    doubtful = trial_value(20 * gain, weight, theta, np.full(201, 0.6), 200, population=1e4, cost=4.0, between=0.5)
    assert doubtful.per_patient < each[1]
    sure = np.column_stack([np.zeros(5), np.arange(1.0, 6.0)])
    assert sample_information(sure, np.full(5, 0.2), np.arange(5.0), np.ones(5)) == pytest.approx(0, abs=1e-6)


def test_the_error_of_a_trial_is_woolfs():
    p0, p1 = 0.6, 0.75
    effect = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
    rng = np.random.default_rng(1)
    a, b = rng.binomial(200, p1, 40_000), rng.binomial(200, p0, 40_000)
    seen = np.log(a / (200 - a)) - np.log(b / (200 - b))
    assert estimate_sd(np.array([p0]), np.array([effect]), 400)[0] == pytest.approx(seen.std(), rel=0.02)


def replicates(gain, rng, repeats):
    """Bootstrap of the scenarios, by weights."""
    n = len(gain)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=repeats) / n
    return np.broadcast_to(gain, (repeats, *gain.shape)), counts


def test_replicates_are_the_values_of_their_weights_one_by_one():
    rng = np.random.default_rng(2)
    effect = rng.normal(0.2, 0.5, 40)
    gain, sd = np.column_stack([np.zeros(40), 15 * effect, 18 * effect - 2]), np.full(40, 0.3)
    gains, weights = replicates(gain, rng, 5)
    gains = gains + rng.normal(0, 1, (5, 1, 3))
    each = [sample_information(g, w, effect, sd) for g, w in zip(gains, weights, strict=True)]
    assert sample_information_replicates(gains, weights, effect, sd) == pytest.approx(each, rel=1e-9)


def test_the_error_is_the_spread_over_other_samples_of_scenarios():
    """SD of the EVSI over 120 samples of 60 draws, beside the mean bootstrap error of one sample."""
    rng = np.random.default_rng(3)
    values, errors = [], []
    for _ in range(120):
        effect = rng.normal(0.3, 0.5, 60)
        gain, care = np.column_stack([np.zeros(60), 15 * effect - 1]), np.full(60, 0.6)
        trial = trial_value(gain, np.full(60, 1 / 60), effect, care, 200, population=1e4, cost=4.0)
        sd = estimate_sd(care, effect, 200)
        trial = with_errors(trial, *replicates(gain, rng, 30), effect, sd, population=1e4)
        values.append(trial.per_patient)
        errors.append(trial.per_patient_error)
        assert trial.error == pytest.approx(9_800 * trial.per_patient_error)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)  # SD of 120 values: 6.5 % itself
