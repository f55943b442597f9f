import numpy as np
import pytest
from scipy.stats import ttest_ind

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive.blinded import blinded_variance, re_estimated_means, re_estimated_proportions
from hepatica.trials.confirmatory.sample_size.means import sample_size_means
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions


def test_corrected_variance_is_that_within_arms():
    rng = np.random.default_rng(1)
    values = rng.normal(0, 2.0, (8_000, 60)) + 1.5 * (np.arange(60) % 3 > 0)
    corrected = blinded_variance(values, difference=1.5, ratio=2.0).mean()
    assert corrected == pytest.approx(4.0, rel=0.015)
    assert blinded_variance(values).mean() > 4.4


def test_size_is_that_of_the_observed_variance_within_limits():
    values = np.random.default_rng(2).normal(0, 1.5, 80)
    found = re_estimated_means(values, 0.5, planned=100, most=1000)
    assert found == sum(sample_size_means(0.5, float(values.std(ddof=1))).rounded_up())
    assert re_estimated_means(values, 0.5, planned=100, most=120) == 120
    assert re_estimated_means(np.zeros(9), 0.5, planned=100, most=120) == 100


def test_type_one_error_stays_near_nominal():
    rng, trials, p = np.random.default_rng(3), 200, []
    for _ in range(trials):
        first = rng.normal(0, 1.3, (2, 20))
        arm = re_estimated_means(first.ravel(), 1.0, planned=40, most=200) // 2
        later = rng.normal(0, 1.3, (2, arm - 20))
        a, b = np.concatenate([first, later], axis=1)
        se = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / arm)
        p.append((a.mean() - b.mean()) / se)
    assert (np.array(p) > 1.99).mean() == pytest.approx(0.025, abs=0.035)
    assert ttest_ind(a, b).statistic == pytest.approx(p[-1])


def test_proportions_keep_the_difference():
    found = re_estimated_proportions(60, 100, 0.2, planned=50, most=1000)
    assert found == sum(sample_size_proportions(0.7, 0.5).rounded_up())
    assert re_estimated_proportions(100, 100, 0.2, planned=50, most=1000) >= 50


@pytest.mark.parametrize(
    "ask",
    [
        lambda: blinded_variance([1.0]),
        lambda: re_estimated_means([1.0, 2.0], 0.5, planned=10, most=5),
        lambda: re_estimated_proportions(5, 4, 0.2, planned=10, most=50),
        lambda: re_estimated_proportions(2, 4, 0.0, planned=10, most=50),
    ],
)
def test_impossible_looks_are_refused(ask):
    with pytest.raises(InputError):
        ask()
