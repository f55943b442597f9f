"""Kernels of values in many trials against SciPy, statsmodels and loops over pairs."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from hepatica.trials.virtual.kernels.values import ancova, proportions, rank_sum, win_statistics

TRIALS, N = 10, 30
RNG = np.random.default_rng(11)
ARM = RNG.integers(0, 2, (TRIALS, N)) > 0
HERE = RNG.random((TRIALS, N)) < 0.8
BASE = RNG.normal(size=(TRIALS, N))
VALUE = 0.5 * BASE + 0.4 * ARM + RNG.normal(size=(TRIALS, N))


def test_ancova_is_that_of_statsmodels():
    difference, z = ancova(VALUE, BASE, ARM, HERE)
    for k in range(TRIALS):
        h = HERE[k]
        fit = sm.OLS(VALUE[k][h], np.column_stack([np.ones(h.sum()), ARM[k][h], BASE[k][h]])).fit()
        assert difference[k] == pytest.approx(fit.params[1], abs=1e-10)
        assert stats.norm.sf(abs(z[k])) * 2 == pytest.approx(fit.pvalues[1], rel=1e-6)


def test_rank_sum_is_that_of_scipy_with_the_worst_rank_for_the_dead():
    value = np.where(RNG.random((TRIALS, N)) < 0.25, -np.inf, np.round(VALUE, 1))
    shift, z = rank_sum(value, ARM, HERE)
    for k in range(TRIALS):
        x, y = value[k][HERE[k] & ARM[k]], value[k][HERE[k] & ~ARM[k]]
        u = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic", alternative="greater")
        assert shift[k] == pytest.approx(u.statistic / (len(x) * len(y)) - 0.5, abs=1e-12)
        assert stats.norm.sf(z[k]) == pytest.approx(u.pvalue, rel=1e-9)


def test_proportions_are_those_of_a_loop():
    hit = VALUE > 0.3
    difference, z = proportions(hit, ARM, HERE)
    for k in range(TRIALS):
        x, y = hit[k][HERE[k] & ARM[k]], hit[k][HERE[k] & ~ARM[k]]
        p = np.concatenate([x, y]).mean()
        assert difference[k] == pytest.approx(x.mean() - y.mean())
        assert z[k] == pytest.approx((x.mean() - y.mean()) / np.sqrt(p * (1 - p) * (1 / len(x) + 1 / len(y))))


def test_win_statistics_are_those_of_a_loop_over_pairs():
    time = np.where(HERE, np.minimum(RNG.exponential(20, (TRIALS, N)), 25.0), -1.0)
    died = (time < 25) & HERE & (RNG.random((TRIALS, N)) < 0.8)
    value = np.where(RNG.random((TRIALS, N)) < 0.2, np.nan, VALUE)
    ratio, z = win_statistics(time, died, value, ARM, 0.3)
    for k in range(TRIALS):
        own = np.zeros(N)
        wins = losses = 0
        for i in range(N):
            for j in range(N):
                if i == j or not (HERE[k, i] and HERE[k, j]):
                    continue
                u = 0
                if died[k, j] and time[k, i] > time[k, j]:
                    u = 1
                elif died[k, i] and time[k, j] > time[k, i]:
                    u = -1
                elif not died[k, i] and not died[k, j]:
                    u = int(value[k, i] - value[k, j] > 0.3) - int(value[k, j] - value[k, i] > 0.3)
                own[i] += u
                if ARM[k, i] and not ARM[k, j]:
                    wins, losses = wins + (u > 0), losses + (u < 0)
        n, n1 = HERE[k].sum(), (HERE[k] & ARM[k]).sum()
        variance = n1 * (n - n1) / (n * (n - 1)) * (own[HERE[k]] ** 2).sum()
        assert z[k] == pytest.approx(own[HERE[k] & ARM[k]].sum() / np.sqrt(variance))
        assert ratio[k] == pytest.approx(np.log(wins / losses))


def test_an_arm_without_values_is_quiet():
    none = np.zeros((2, 4), bool)
    everyone = ~none
    value = np.ones((2, 4))
    for z in (
        ancova(value, value, none, everyone)[1],
        rank_sum(value, everyone, everyone)[1],
        proportions(none, none, everyone)[1],
        win_statistics(value, none, value, none, 0.0)[1],
        ancova(value, value, none, none)[1],
        rank_sum(value, none, none)[1],
    ):
        assert z.tolist() == [0.0, 0.0]
