import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.dunnett import dunnett_critical_value, loadings
from hepatica.trials.confirmatory.platform.shared_control import Platform, platform_characteristics

STAGGERED = Platform([[40, 0, 0], [40, 60, 0], [0, 60, 30]], [50, 45, 40])
EFFECTS, DRIFT = np.array([0.5, 0.3, 0.0]), np.array([0.0, 0.3, 0.5])


def simulate(platform, concurrent, drift, trials=100_000):
    """Naive: means of periods by arm, differences put together as their descriptions say."""
    rng = np.random.default_rng(4)
    periods, arms = platform.treated.shape

    def mean(n, shift):
        return shift + rng.standard_normal((trials, *np.shape(n))) / np.sqrt(np.maximum(n, 1e-12))

    control = mean(platform.control, drift)
    treated = mean(platform.treated, drift[:, None] + EFFECTS)
    out = np.zeros((trials, arms))
    for a in range(arms):
        open_ = np.flatnonzero(platform.treated[:, a])
        n1, n0 = platform.treated[open_, a], platform.control[open_]
        if concurrent:
            w = n1 * n0 / (n1 + n0)
            out[:, a] = (treated[:, open_, a] - control[:, open_]) @ (w / w.sum())
        else:
            seen = np.arange(open_[-1] + 1)
            n0 = platform.control[seen]
            out[:, a] = treated[:, open_, a] @ (n1 / n1.sum()) - control[:, seen] @ (n0 / n0.sum())
    return out


@pytest.mark.parametrize("concurrent", [True, False])
def test_covariance_and_bias_are_those_of_simulated_trials(concurrent):
    found = simulate(STAGGERED, concurrent, DRIFT)
    np.testing.assert_allclose(np.cov(found.T), STAGGERED.covariance(concurrent), atol=0.0012)
    np.testing.assert_allclose(found.mean(axis=0) - EFFECTS, STAGGERED.bias(DRIFT, concurrent), atol=0.003)


def test_concurrent_controls_do_not_drift():
    assert np.allclose(STAGGERED.bias(DRIFT), 0) and STAGGERED.bias(DRIFT, concurrent=False).max() > 0.05


def test_power_is_that_of_simulated_trials():
    found = platform_characteristics(STAGGERED, EFFECTS, familywise=True, concurrent=False, drift=DRIFT)
    se = np.sqrt(np.diag(STAGGERED.covariance(False)))
    z = simulate(STAGGERED, False, DRIFT) / se
    np.testing.assert_allclose(found.power, (z >= found.critical).mean(axis=0), atol=0.006)
    assert found.any_power == pytest.approx((z >= found.critical).any(axis=1).mean(), abs=0.006)


def test_arms_together_from_the_start_are_dunnetts_test():
    together = Platform([[50, 50, 50]], [80])
    found = platform_characteristics(together, np.zeros(3), familywise=True)
    assert found.critical == pytest.approx(dunnett_critical_value(0.025, loadings([50, 50, 50], 80)), abs=2e-3)
    assert found.familywise_error == pytest.approx(0.025, abs=1e-6)


def test_pairwise_level_without_drift_is_alpha_and_all_together_more():
    found = platform_characteristics(STAGGERED, np.zeros(3))
    assert found.pairwise_error.tolist() == pytest.approx([0.025] * 3)
    assert 0.025 < found.familywise_error < 0.075 and found.critical == pytest.approx(norm.isf(0.025))


def test_arms_that_never_meet_are_independent():
    assert Platform([[20, 0], [0, 20]], [20, 20]).correlation()[0, 1] == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Platform([[10, 0]], [10]),
        lambda: Platform([[10, 10]], [0]),
        lambda: Platform([[10, 10]], [10, 10]),
        lambda: platform_characteristics(STAGGERED, np.zeros(2)),
    ],
)
def test_impossible_platforms_are_refused(make):
    with pytest.raises(InputError):
        make()
