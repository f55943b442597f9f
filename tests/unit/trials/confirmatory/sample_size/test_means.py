"""Power of the t-test against statsmodels and against simulated trials."""

import numpy as np
import pytest
from scipy.stats import norm, ttest_ind
from statsmodels.stats.power import TTestIndPower

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.means import power_means, sample_size_means
from hepatica.trials.confirmatory.sample_size.size import Errors


@pytest.mark.parametrize("ratio", [1.0, 2.0, 0.5])
@pytest.mark.parametrize("effect", [0.3, 1.2, 3.0])
def test_size_agrees_with_statsmodels(effect, ratio):
    size = sample_size_means(effect, 1.0, ratio=ratio)
    power = TTestIndPower().power(effect, size.control, 0.025, ratio=ratio, alternative="larger")
    if size.total > 2 * (1 + ratio) * max(1, 1 / ratio) + 1e-9:
        assert power == pytest.approx(0.8, abs=1e-6)
    else:
        assert power >= 0.8


def test_welch_power_is_that_of_simulated_trials():
    rng = np.random.default_rng(1)
    a, b = rng.normal(1.0, 3.0, (20_000, 30)), rng.normal(0.0, 1.0, (20_000, 15))
    p = ttest_ind(a, b, axis=1, equal_var=False, alternative="greater").pvalue
    power = power_means(1.0, (3.0, 1.0), 30, 15)
    assert power == pytest.approx((p <= 0.025).mean(), abs=4 * np.sqrt(0.25 / 20_000))


def test_known_variance_has_a_closed_form():
    size = sample_size_means(0.4, 1.3, normal=True, ratio=3.0)
    n = ((norm.isf(0.025) + norm.isf(0.2)) * 1.3 / 0.4) ** 2
    assert size.control == pytest.approx(n * (1 + 1 / 3)) and size.treated == pytest.approx(3 * size.control)
    assert power_means(0.4, 1.3, size.treated, size.control, normal=True) == pytest.approx(0.8)


def test_a_margin_moves_the_difference():
    moved = sample_size_means(0.0, 1.0, margin=-0.5)
    assert moved.total == pytest.approx(sample_size_means(0.5, 1.0).total)


def test_two_sided_is_half_of_alpha():
    one, two = (sample_size_means(0.5, 1.0, errors=e).total for e in (Errors(), Errors(0.05, 0.2, two_sided=True)))
    assert one == two


def test_a_huge_effect_needs_two_patients_in_an_arm_or_more():
    assert sample_size_means(50.0, 1.0).control >= 2
    assert sample_size_means(50.0, (1.0, 2.0)).control >= 2


@pytest.mark.parametrize("change", [{"difference": 0.0}, {"sd": 0.0}, {"ratio": -1.0}])
def test_impossible_trials_are_refused(change):
    given = {"difference": 0.5, "sd": 1.0, **change}
    with pytest.raises(InputError):
        sample_size_means(given.pop("difference"), given.pop("sd"), **given)
