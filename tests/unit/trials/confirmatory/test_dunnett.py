"""Dunnett's test against the general multivariate t, against scipy, and against printed tables."""

import numpy as np
import pytest
from scipy import stats

from hepatica.errors import InputError
from hepatica.trials.confirmatory import dunnett
from hepatica.trials.confirmatory.multivariate import rectangle_probability


def matrix(loading):
    r = np.outer(loading, loading)
    np.fill_diagonal(r, 1.0)
    return r


@pytest.mark.parametrize("df", [np.inf, 8.0])
def test_integral_agrees_with_the_general_method(df):
    loading = dunnett.loadings([20, 30, 10], 40)
    limits = np.array([1.5, 2.0, 1.0])
    general = rectangle_probability(-np.inf, limits, matrix(loading), df=df, shift=0.0).value
    assert dunnett.none_above(limits, loading, df=df) == pytest.approx(general, abs=2e-4)


def test_printed_critical_values():
    """Dunnett 1955, table 1a (one-sided 5 per cent): 2 treatments, 10 df: 2.15; 4 treatments, 20 df: 2.30; 3, infinite: 2.06."""
    for m, df, printed in ((2, 10, 2.15), (4, 20, 2.30), (3, np.inf, 2.06)):
        assert dunnett.dunnett_critical_value(0.05, dunnett.loadings(np.full(m, 9), 9), df) == pytest.approx(
            printed, abs=0.006
        )


def test_p_values_agree_with_scipy():
    rng = np.random.default_rng(4)
    control, one, two = rng.normal(0, 1, 12), rng.normal(0.8, 1, 10), rng.normal(0.2, 1, 14)
    groups = (control, one, two)
    df = sum(map(len, groups)) - 3
    pooled = sum(((g - g.mean()) ** 2).sum() for g in groups) / df
    t = [(g.mean() - control.mean()) / np.sqrt(pooled * (1 / len(g) + 1 / 12)) for g in (one, two)]
    ours = dunnett.dunnett_p_values(t, dunnett.loadings([10, 14], 12), df)
    theirs = stats.dunnett(one, two, control=control, alternative="greater", rng=np.random.default_rng(1)).pvalue
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_step_down_is_never_weaker_and_is_a_closed_test():
    z, loading = np.array([2.1, 2.4, 0.3]), dunnett.loadings([20, 20, 20], 20)
    single, down = dunnett.dunnett_p_values(z, loading), dunnett.step_down_dunnett(z, loading)
    assert (down <= single + 1e-12).all() and down[1] == pytest.approx(single[1])
    # closure: the largest p-value of all intersections that hold the hypothesis
    for i in range(3):
        own = []
        for bits in range(1, 8):
            members = [j for j in range(3) if bits >> j & 1]
            if i in members:
                top = z[members].max()
                own.append(1 - float(dunnett.none_above(np.full(len(members), top), loading[members])))
        assert down[i] == pytest.approx(max(own))


def test_power_is_that_of_simulated_trials():
    loading, shift = dunnett.loadings([50, 50], 50), [2.0, 2.5]
    rng = np.random.default_rng(2)
    shared, own = rng.standard_normal((200_000, 1)), rng.standard_normal((200_000, 2))
    z = np.sqrt(0.5) * (own + shared) + shift
    rate = (z >= dunnett.dunnett_critical_value(0.025, loading)).any(axis=1).mean()
    assert dunnett.power_dunnett(shift, loading) == pytest.approx(rate, abs=0.004)


def test_impossible_arms_and_levels_are_refused():
    with pytest.raises(InputError):
        dunnett.loadings([0, 5], 5)
    with pytest.raises(InputError):
        dunnett.dunnett_critical_value(0.0, np.array([0.5]))
