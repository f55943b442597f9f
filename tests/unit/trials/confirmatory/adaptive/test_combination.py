import numpy as np
import pytest
from scipy.stats import chi2, combine_pvalues, norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive import combination as co


def simulated(critical, stop, trials=400_000):
    p = np.random.default_rng(2).random((trials, len(critical)))
    alive, found = np.ones(trials, bool), []
    for k, c in enumerate(critical):
        win = alive & (p[:, : k + 1].prod(axis=1) <= c)
        found.append(win.mean())
        alive &= ~win
        if k < len(stop):
            alive &= p[:, k] <= stop[k]
    return np.array(found)


@pytest.mark.parametrize("stop", [[0.5], [1.0, 1.0], [0.5, 0.4, 0.6], [0.06, 1.0], [1.0, 0.06]])
def test_fisher_levels_are_those_of_simulated_trials(stop):
    critical = co.fisher_critical_values(len(stop) + 1, 0.05, stop)
    found = co.fisher_rejection(critical, stop)
    assert found.sum() == pytest.approx(0.05, abs=1e-12)
    np.testing.assert_allclose(found, simulated(critical, stop), atol=1.3e-3)


@pytest.mark.parametrize("rule", co.FisherLevels)
def test_every_rule_spends_the_level(rule):
    stop = [0.5, 0.4]
    critical = co.fisher_critical_values(3, 0.05, stop, levels=rule)
    assert co.fisher_rejection(critical, stop).sum() == pytest.approx(0.05, abs=1e-9)
    assert simulated(critical, stop).sum() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 400_000))
    never = co.fisher_critical_values(3, 0.05, levels=rule)
    if rule is not co.FisherLevels.EQUAL:
        assert critical[-1] == pytest.approx(np.exp(-0.5 * chi2.isf(0.05, 6)))
    if rule is co.FisherLevels.NO_INTERACTION:
        assert critical[1] * stop[1] == pytest.approx(critical[2])
        assert never == pytest.approx(np.full(3, critical[-1]))


def test_other_critical_values_are_integrated_too():
    critical, stop = [0.001, 0.004, 0.0005], [0.3, 0.9]  # the second is easier than the first
    np.testing.assert_allclose(co.fisher_rejection(critical, stop), simulated(critical, stop), atol=1.3e-3)


def test_two_stages_have_a_closed_form():
    """Bauer and Koehne 1994: alpha = a1 + c (ln a0 - ln a1)."""
    a1, c = co.fisher_critical_values(2, 0.025, [0.6])
    assert a1 + c * np.log(0.6 / a1) == pytest.approx(0.025, abs=1e-12)


def test_combinations_agree_with_scipy():
    p = [0.03, 0.2]
    stouffer = combine_pvalues(p, method="stouffer", weights=[1.0, 2.0])
    assert co.inverse_normal(p, [1.0, 2.0]) == pytest.approx(stouffer.statistic)
    assert co.fisher_p_value(p) == pytest.approx(combine_pvalues(p).pvalue)


def test_inverse_normal_is_standard_normal_without_effect():
    z = co.inverse_normal(np.random.default_rng(1).random((200_000, 3)), [1, 2, 3])
    assert (z >= norm.isf(0.025)).mean() == pytest.approx(0.025, abs=0.0015)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: co.inverse_normal([0.1, 0.2], [1.0]),
        lambda: co.inverse_normal([0.1, 0.2], [1.0, 0.0]),
        lambda: co.fisher_critical_values(0),
        lambda: co.fisher_critical_values(2, 0.7),
        lambda: co.fisher_critical_values(3, 0.025, [0.5]),
        lambda: co.fisher_critical_values(2, 0.025, [0.01]),
    ],
)
def test_impossible_tests_are_refused(ask):
    with pytest.raises(InputError):
        ask()
