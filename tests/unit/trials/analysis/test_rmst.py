import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.trials.analysis.rmst import (
    Link,
    adjusted_restricted_mean,
    checked_arms,
    compare_restricted_means,
    restricted_mean,
)

RNG = np.random.default_rng(21)
N = 240
ARM, X = np.arange(N) % 2, RNG.normal(size=N)
TRUE = RNG.exponential(np.exp(1 + 0.3 * ARM + 0.4 * X))
CENSOR = RNG.uniform(1, 8, N)
TIME, EVENT = np.minimum(TRUE, CENSOR), TRUE <= CENSOR


def test_mean_is_that_of_lifelines_and_its_error_that_of_the_bootstrap():
    found = restricted_mean(TIME, EVENT, 5.0)
    peer = restricted_mean_survival_time(KaplanMeierFitter().fit(TIME, EVENT), t=5.0)
    assert found.value == pytest.approx(peer)
    rng = np.random.default_rng(3)
    rows = [rng.integers(0, N, N) for _ in range(300)]
    assert found.std_error == pytest.approx(
        np.std([restricted_mean(TIME[r], EVENT[r], 5.0).value for r in rows]), rel=0.12
    )


def test_difference_and_ratios_are_made_of_the_arms():
    found = compare_restricted_means(TIME, EVENT, ARM, horizon=5.0)
    one, none = (restricted_mean(TIME[m], EVENT[m], 5.0) for m in (ARM == 1, ARM == 0))
    assert (found.treated, found.control) == (one, none)
    assert found.difference.value == pytest.approx(one.value - none.value)
    assert found.ratio.value == pytest.approx(one.value / none.value)
    assert found.time_lost_ratio.value == pytest.approx((5 - one.value) / (5 - none.value))
    assert found.difference.lower < found.difference.value < found.difference.upper
    swapped = compare_restricted_means(TIME, EVENT, 1 - ARM, horizon=5.0)
    assert swapped.ratio.value == pytest.approx(1 / found.ratio.value) and swapped.ratio.p == pytest.approx(
        found.ratio.p
    )


def test_horizon_is_the_follow_up_of_both_arms_unless_given():
    found = compare_restricted_means(TIME, EVENT, ARM)
    assert found.horizon == min(TIME[ARM == 1].max(), TIME[ARM == 0].max())
    with pytest.raises(InputError, match="horizon"):
        restricted_mean([1, 2, 3], [1, 1, 0], 4.0)
    assert restricted_mean([0, 2, 3], [1, 1, 1], 4.0).value == pytest.approx(5 / 3)


def test_adjusted_difference_without_censoring_is_least_squares_with_a_robust_variance():
    done = np.minimum(TRUE, 5.0)
    found = adjusted_restricted_mean(done, np.ones(N), ARM, X[:, None], horizon=5.0)
    z = np.column_stack([np.ones(N), ARM, X])
    b = np.linalg.lstsq(z, done, rcond=None)[0]
    s, inverse = z * (done - z @ b)[:, None], np.linalg.inv(z.T @ z)
    assert (found.value, found.std_error) == pytest.approx((b[1], np.sqrt((inverse @ s.T @ s @ inverse)[1, 1])))


@pytest.mark.parametrize("link", Link)
def test_adjusted_effect_has_the_error_of_the_bootstrap(link):
    def effect(rows):
        found = adjusted_restricted_mean(TIME[rows], EVENT[rows], ARM[rows], X[rows, None], horizon=5.0, link=link)
        return found.value if link is Link.DIFFERENCE else np.log(found.value)

    rng = np.random.default_rng(5)
    drawn = [effect(rng.integers(0, N, N)) for _ in range(150)]
    found = adjusted_restricted_mean(TIME, EVENT, ARM, X[:, None], horizon=5.0, link=link)
    assert found.std_error == pytest.approx(np.std(drawn), rel=0.2)


def test_adjusted_log_ratio_without_covariates_is_the_ratio_of_the_arms():
    plain = compare_restricted_means(TIME, EVENT, ARM, horizon=4.0)
    ratio = adjusted_restricted_mean(TIME, EVENT, ARM, np.zeros((N, 0)), horizon=4.0, link=Link.LOG_RATIO)
    assert_allclose(ratio.value, plain.ratio.value, rtol=0.01)
    with pytest.raises(InputError, match="covariates"):
        adjusted_restricted_mean(TIME, EVENT, ARM, np.full((N, 1), np.nan), horizon=4.0)


def test_an_arm_without_patients_is_refused():
    with pytest.raises(InputError, match="both arms"):
        checked_arms([1, 1, 1], 3)
    with pytest.raises(InputError, match="True or False"):
        checked_arms([0, 1, 2], 3)
