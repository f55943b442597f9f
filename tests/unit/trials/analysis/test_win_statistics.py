import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from hepatica.errors import InputError
from hepatica.trials.analysis import win_statistics as module
from hepatica.trials.analysis.win_endpoints import Measured, Survival
from hepatica.trials.analysis.win_statistics import StratumWeight, WinVariance, win_statistics

RNG = np.random.default_rng(111)


def draw(rng, n=60, effect=0.4):
    arm = np.arange(n) % 2 == 1
    time = np.ceil(rng.exponential(np.exp(effect * arm)) * 10)
    return [Survival(time, rng.random(n) < 0.6), Measured(rng.integers(0, 3, n) + 0.5 * arm, margin=0.4)], arm


def naive(endpoints, arm):
    wins, losses, ties = [0] * len(endpoints), [0] * len(endpoints), 0
    for i in np.flatnonzero(arm):
        for j in np.flatnonzero(~arm):
            for k, endpoint in enumerate(endpoints):
                sign = int(endpoint.compare(np.array([i]), np.array([j]))[0, 0])
                if sign:
                    (wins if sign > 0 else losses)[k] += 1
                    break
            else:
                ties += 1
    return wins, losses, ties


def test_counts_are_those_of_a_loop_over_pairs(monkeypatch):
    endpoints, arm = draw(RNG, 24)
    found = win_statistics(endpoints, arm)
    assert (found.wins.tolist(), found.losses.tolist(), found.ties) == naive(endpoints, arm)
    assert found.win_ratio.value == pytest.approx(found.wins.sum() / found.losses.sum())
    half = found.ties / 2
    assert found.win_odds.value == pytest.approx((found.wins.sum() + half) / (found.losses.sum() + half))
    monkeypatch.setattr(module, "BLOCK", 30)
    assert win_statistics(endpoints, arm).net_benefit == pytest.approx(found.net_benefit)


def test_one_measured_outcome_is_the_mann_whitney_statistic():
    value, arm = RNG.normal(size=40), np.arange(40) < 18
    found = win_statistics([Measured(value)], arm)
    assert found.win_probability == pytest.approx(mannwhitneyu(value[arm], value[~arm]).statistic / (18 * 22))


@pytest.mark.parametrize("variance", WinVariance)
def test_standard_errors_are_those_of_repeated_trials(variance):
    """Under no effect both variances hold."""
    found = [win_statistics(*draw(np.random.default_rng(s), 60, 0.0), variance=variance) for s in range(200)]
    for name in ("win_ratio", "win_odds", "net_benefit"):
        rows = [getattr(f, name) for f in found]
        drawn = np.array([r.value if name == "net_benefit" else np.log(r.value) for r in rows])
        size = np.array([(d / r.z) for d, r in zip(drawn, rows, strict=True) if r.z])
        assert np.mean(size) == pytest.approx(drawn.std(), rel=0.15)


def test_observed_variance_holds_with_an_effect():
    found = [win_statistics(*draw(np.random.default_rng(s), 60, 1.2)) for s in range(200)]
    drawn = np.array([f.net_benefit.value for f in found])
    assert np.mean([f.net_benefit.value / f.net_benefit.z for f in found]) == pytest.approx(drawn.std(), rel=0.15)


def test_strata_are_compared_within_and_weighted():
    endpoints, arm = draw(RNG, 60)
    stratum = np.repeat([0, 1, 2], 20)
    parts = [[Survival(endpoints[0].time[m], endpoints[0].event[m])] for m in (stratum == k for k in range(3))]
    each = [win_statistics(p, arm[stratum == k]) for k, p in enumerate(parts)]
    for weight in StratumWeight:
        whole = win_statistics(endpoints[:1], arm, strata=stratum, weight=weight)
        assert whole.net_benefit.value == pytest.approx(np.mean([e.net_benefit.value for e in each]))
        assert whole.wins.sum() == sum(e.wins.sum() for e in each)
    alone = win_statistics(endpoints, arm, strata=np.where(arm, stratum, stratum % 2))
    assert np.isfinite(alone.win_ratio.value)


def test_all_win_none_decided_and_bad_input():
    always = win_statistics([Measured(np.array([2.0, 3.0, 0.0, 1.0]))], [1, 1, 0, 0])
    assert always.win_ratio.value == np.inf and always.net_benefit.value == 1 and np.isnan(always.win_ratio.p)
    never = win_statistics([Measured(np.ones(4))], [1, 1, 0, 0])
    assert np.isnan(never.win_ratio.value) and never.net_benefit.value == 0 and never.win_odds.value == 1
    with pytest.raises(InputError, match="same patients"):
        win_statistics([Measured(np.ones(4)), Measured(np.ones(3))], [1, 1, 0, 0])
    with pytest.raises(InputError, match="both arms"):
        win_statistics([Measured(np.ones(4))], [1, 1, 0, 0], strata=[0, 0, 1, 1])
