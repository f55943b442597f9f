import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepatica.errors import InputError
from hepatica.trials.analysis.log_rank import FlemingHarrington, log_rank
from hepatica.trials.analysis.max_combo import box_probability, max_combo

RNG = np.random.default_rng(12)


def trial(rng, n=120, late=1.0):
    """Exponential survival; the treated hazard is `late` times as high after time 0.5."""
    arm = np.arange(n) % 2
    unit = rng.exponential(1, n)
    time = np.where((arm == 1) & (unit > 0.5), 0.5 + (unit - 0.5) / late, unit)
    return np.minimum(time, 2.0), time < 2.0, arm


def test_components_are_the_weighted_log_rank_tests():
    time, event, arm = trial(RNG)
    found = max_combo(time, event, arm)
    assert found.z == pytest.approx([log_rank(time, event, arm, weight=w).z for w in found.weights])
    assert np.linalg.eigvalsh(found.correlation)[0] > -1e-10


@pytest.mark.parametrize("seed", range(3))
def test_p_values_are_those_of_simulated_components(seed):
    """The joint distribution of the components, whose covariance is singular, by 200,000 draws."""
    time, event, arm = trial(np.random.default_rng(seed), late=0.6)
    found = max_combo(time, event, arm)
    values, vectors = np.linalg.eigh(found.correlation)
    draws = np.random.default_rng(1).standard_normal((200_000, 4)) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    assert found.p == pytest.approx(np.mean(np.abs(draws).max(1) >= np.abs(found.z).max()), abs=0.004)
    assert found.p_fewer == pytest.approx(np.mean(draws.min(1) <= found.z.min()), abs=0.004)
    assert found.p_more == pytest.approx(np.mean(draws.max(1) >= found.z.max()), abs=0.004)


def test_permutations_of_one_trial_give_the_same_p_value():
    time, event, arm = trial(np.random.default_rng(3), late=0.5)
    found, rng = max_combo(time, event, arm), np.random.default_rng(2)
    largest = [np.abs(max_combo(time, event, rng.permutation(arm)).z).max() for _ in range(100)]
    assert found.p == pytest.approx(np.mean(np.array(largest) >= np.abs(found.z).max()), abs=0.12)


def test_late_effect_is_found_by_the_weight_that_looks_late():
    time, event, arm = trial(np.random.default_rng(5), n=600, late=0.4)
    assert max_combo(time, event, arm).chosen == FlemingHarrington(0, 1)


def test_one_weight_is_the_log_rank_test_and_no_event_tells_nothing():
    time, event, arm = trial(RNG)
    assert max_combo(time, event, arm, weights=[FlemingHarrington()]).p == pytest.approx(log_rank(time, event, arm).p)
    nothing = max_combo([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1])
    assert (nothing.p, nothing.p_fewer, nothing.p_more) == (1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="exactly two groups"):
        max_combo([1, 2, 3], [1, 1, 1], [0, 1, 2])
    with pytest.raises(InputError, match="weights"):
        max_combo([1, 2], [1, 1], [0, 1], weights=[])


def test_box_probability_is_that_of_scipy_where_the_covariance_is_regular():
    r = np.array([[1, 0.5, 0.3], [0.5, 1, 0.2], [0.3, 0.2, 1]])
    low, high = np.array([-1.0, -np.inf, -2.0]), np.array([2.0, 0.5, 1.0])
    peer = multivariate_normal.cdf(high, cov=r, lower_limit=low, abseps=1e-7, releps=1e-7, maxpts=10**6)
    assert box_probability(low, high, r) == pytest.approx(peer, abs=2e-5)


def test_box_probability_of_perfect_correlation():
    assert box_probability(np.full(3, -1.0), np.full(3, 1.0), np.ones((3, 3))) == pytest.approx(0.6826895)
