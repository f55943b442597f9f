import numpy as np
import pytest
from lifelines.statistics import logrank_test, multivariate_logrank_test
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.trials.analysis.log_rank import FlemingHarrington, NumberAtRisk, log_rank, quadratic_form

RNG = np.random.default_rng(2)
TIME, EVENT = np.ceil(RNG.exponential(15, 120)), RNG.random(120) < 0.7
ARM, STRATUM = RNG.integers(0, 3, 120), RNG.integers(0, 2, 120)
TWO = ARM[ARM < 2]


def naive(time, event, arm, strata, weight):
    """Observed less expected of arm 1, and its variance, an event time at a time."""
    gap = spread = 0.0
    for k in np.unique(strata):
        alive = 1.0
        for t in np.unique(time[event & (strata == k)]):
            at = (time >= t) & (strata == k)
            n, n1 = at.sum(), (at & (arm == 1)).sum()
            d, d1 = (event & at & (time == t)).sum(), (event & at & (time == t) & (arm == 1)).sum()
            w = weight(alive, n)
            gap += w * (d1 - d * n1 / n)
            spread += w**2 * d * n1 / n * (1 - n1 / n) * (n - d) / max(n - 1, 1)
            alive *= 1 - d / n
    return gap, spread


@pytest.mark.parametrize(
    ("weight", "function"),
    [
        (FlemingHarrington(), lambda s, n: 1.0),
        (FlemingHarrington(0.5, 2), lambda s, n: s**0.5 * (1 - s) ** 2),
        (NumberAtRisk(1), lambda s, n: n),
        (NumberAtRisk(0.5), lambda s, n: np.sqrt(n)),
    ],
)
def test_weighted_and_stratified_test_is_the_sum_written_out(weight, function):
    two = ARM < 2
    found = log_rank(TIME[two], EVENT[two], TWO, strata=STRATUM[two], weight=weight)
    gap, spread = naive(TIME[two], EVENT[two], TWO, STRATUM[two], function)
    assert found.z == pytest.approx(gap / np.sqrt(spread))
    assert found.chi_square == pytest.approx(found.z**2)


def test_two_and_three_groups_are_those_of_lifelines():
    two = ARM < 2
    mine, peer = log_rank(TIME[two], EVENT[two], TWO), None
    peer = logrank_test(
        TIME[two & (ARM == 0)], TIME[two & (ARM == 1)], EVENT[two & (ARM == 0)], EVENT[two & (ARM == 1)]
    )
    assert mine.chi_square == pytest.approx(peer.test_statistic)
    three, peer = log_rank(TIME, EVENT, ARM), multivariate_logrank_test(TIME, ARM, EVENT)
    assert three.chi_square == pytest.approx(peer.test_statistic) and three.df == 2 and np.isnan(three.z)
    assert_allclose(three.observed.sum(), three.expected.sum())


def test_level_with_many_trials_of_no_difference():
    rng, rejected = np.random.default_rng(6), 0
    for _ in range(500):
        rejected += log_rank(rng.exponential(1, 60), rng.random(60) < 0.8, np.arange(60) % 2).p < 0.05
    assert 0.025 <= rejected / 500 <= 0.08


def test_no_event_tells_nothing_and_one_group_is_refused():
    found = log_rank([1, 2, 3], [0, 0, 0], ["a", "b", "b"])
    assert (found.chi_square, found.df, found.p, found.z) == (0.0, 0, 1.0, 0.0)
    with pytest.raises(InputError, match="two groups"):
        log_rank([1, 2], [1, 1], [0, 0])
    with pytest.raises(InputError, match="one value for each"):
        log_rank([1, 2], [1, 1], [0, 1, 1])
    with pytest.raises(InputError, match="rho"):
        FlemingHarrington(-1, 0)


def test_quadratic_form_of_a_full_covariance():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    assert quadratic_form(np.array([1.0, 2.0]), covariance)[0] == pytest.approx(
        np.array([1.0, 2.0]) @ np.linalg.inv(covariance) @ np.array([1.0, 2.0])
    )
