"""Precision and accuracy: another library's components, coverage of tolerance limits, power by simulation."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.precision import (
    assess_accuracy,
    geometric_cv,
    power_to_detect,
    runs_to_detect,
    variance_components,
)


def simulated(seed, runs=6, replicates=3, between=0.15, within=0.1, sets=None):
    rng = np.random.Generator(np.random.Philox(seed))
    n = sets or 1
    y = between * rng.normal(size=(n, runs, 1)) + within * rng.normal(size=(n, runs, replicates))
    run = np.repeat(np.arange(runs), replicates)
    return (y.reshape(n, -1) if sets else y.ravel()), run


def test_components_of_a_balanced_study_are_those_of_a_mixed_model():
    y, run = simulated(26)
    found = variance_components(y, run)
    made = smf.mixedlm("y ~ 1", pd.DataFrame({"y": y, "run": run}), groups="run").fit(reml=True)
    assert found.within == pytest.approx(np.sqrt(made.scale), rel=1e-3)
    assert found.between == pytest.approx(np.sqrt(float(made.cov_re.iloc[0, 0])), rel=1e-2)
    assert found.intermediate**2 == pytest.approx(found.within**2 + found.between**2)


def test_unequal_runs_are_unbiased():
    rng = np.random.Generator(np.random.Philox(27))
    run = np.repeat(np.arange(5), [1, 2, 3, 4, 2])
    made = [variance_components(0.2 * rng.normal(size=5)[run] + 0.1 * rng.normal(size=12), run) for _ in range(1500)]
    assert np.mean([c.within**2 for c in made]) == pytest.approx(0.01, rel=0.05)
    assert np.mean([c.between**2 for c in made]) == pytest.approx(0.04, rel=0.1)


def test_limits_and_tolerance_cover_as_stated():
    y, run = simulated(28, sets=800)
    rng = np.random.Generator(np.random.Philox(29))
    new = 0.15 * rng.normal(size=800) + 0.1 * rng.normal(size=800)
    made = [assess_accuracy(row, run, 1.0) for row in y]
    assert 0.93 <= np.mean([a.bias_low < 0 < a.bias_high for a in made]) <= 0.97
    assert 0.93 <= np.mean([a.tolerance_low < x < a.tolerance_high for a, x in zip(made, new, strict=True)]) <= 0.97
    total = np.hypot(0.15, 0.1)
    assert (
        0.9 <= np.mean([a.components.intermediate_low < total < a.components.intermediate_high for a in made]) <= 0.98
    )
    assert 0.93 <= np.mean([a.components.within_low < 0.1 < a.components.within_high for a in made]) <= 0.97


def test_chance_outside_is_that_of_new_results_on_average():
    y, run = simulated(30, sets=400)
    rng, limits = np.random.Generator(np.random.Philox(31)), (0.75, 1.33)
    stated = np.mean([assess_accuracy(row, run, 1.0, limits=limits).outside for row in y])
    new = np.hypot(0.15, 0.1) * rng.normal(size=200_000)
    true = np.mean((new < np.log(0.75)) | (new > np.log(1.33)))
    assert true < stated < true + 0.1


def test_bias_is_against_the_truth_and_total_error_adds_precision():
    y, run = simulated(32)
    a = assess_accuracy(y + np.log(0.5 * 1.1), run, 0.5)
    assert a.bias == pytest.approx(y.mean() + np.log(1.1)) and a.bias_low < a.bias < a.bias_high
    assert a.total_error == pytest.approx(abs(a.bias) + 1.65 * a.components.intermediate)


def test_runs_without_a_difference_have_no_variance_between_them():
    y = np.array([0.1, -0.1, 0.1, -0.1, 0.1, -0.1])
    found = variance_components(y, np.repeat([0, 1, 2], 2))
    assert found.between == 0.0 and found.intermediate == found.within
    assert assess_accuracy(y, np.repeat([0, 1, 2], 2), 1.0).outside < 0.3


def test_no_scatter_within_runs_leaves_that_between_them():
    a = assess_accuracy(np.array([0.1, 0.1, -0.1, -0.1, 0.0, 0.0]), np.repeat([0, 1, 2], 2), 1.0)
    assert a.components.within == 0.0 and np.isfinite([a.tolerance_low, a.outside]).all()


@pytest.mark.parametrize("ratio, runs", [(0.8, 4), (1.25, 4), (0.7, 3), (1.0, 5)])
def test_power_by_simulation(ratio, runs):
    rng = np.random.Generator(np.random.Philox(33))
    y = np.log(ratio) + 0.08 * rng.normal(size=(20_000, runs)) + 0.05 / np.sqrt(2) * rng.normal(size=(20_000, runs))
    from scipy.stats import ttest_1samp

    rate = (ttest_1samp(y, 0.0, axis=1).pvalue < 0.05).mean()
    assert power_to_detect(ratio, 0.08, 0.05, runs=runs, replicates=2) == pytest.approx(rate, abs=0.012)


def test_fewest_runs_by_trying():
    need = runs_to_detect(0.9, 0.1, 0.05)
    powers = [power_to_detect(0.9, 0.1, 0.05, runs=n) for n in range(2, need + 1)]
    assert powers[-1] >= 0.8 > max(powers[:-1]) and power_to_detect(0.01, 0.01, 0.0, runs=3) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: variance_components(np.zeros(3), np.zeros(3, int)),
        lambda: variance_components(np.zeros(3), np.arange(3)),
        lambda: assess_accuracy(np.zeros(4), np.array([0, 0, 1, 1]), 0.0),
        lambda: power_to_detect(0.8, 0.1, 0.1, runs=1),
        lambda: power_to_detect(0.8, 0.0, 0.0, runs=3),
        lambda: runs_to_detect(0.9999, 1.0, 1.0),
    ],
)
def test_what_cannot_be_answered_is_refused(call):
    with pytest.raises(InputError):
        call()


def test_geometric_cv():
    assert geometric_cv(np.log(1.25)) == pytest.approx(0.25)


@pytest.mark.parametrize(("ratio", "runs"), [(0.5, 2), (2.0, 2), (0.7, 3)])
def test_power_of_a_large_change_in_few_runs_is_not_one(ratio, runs):
    """Far changes, of which the non-central t has no value to be had: two runs tell their own scatter badly."""
    rng = np.random.default_rng(4)
    m = np.log(ratio) + 0.02 * rng.standard_normal((200_000, runs))
    t = m.mean(axis=1) / (m.std(axis=1, ddof=1) / np.sqrt(runs))
    rate = np.mean(np.abs(t) > student.isf(0.025, runs - 1))
    assert power_to_detect(ratio, 0.02, 0.0, runs=runs) == pytest.approx(rate, abs=0.002)
