import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.competing_risks.gray import gray_test
from hepatica.trials.analysis.log_rank import log_rank

RNG = np.random.default_rng(41)


def draw(rng, n, sub=1.0):
    """Two causes; the subdistribution of cause 1 is the same in both arms when sub is 1."""
    arm = np.arange(n) % 2
    first = rng.random(n) < np.where(arm == 1, 1 - (1 - 0.5) ** sub, 0.5)
    time = rng.exponential(1, n)
    censor = rng.exponential(2, n)
    return np.minimum(time, censor), np.where(time <= censor, np.where(first, 1, 2), 0), arm


def test_level_and_power_by_simulation():
    rng = np.random.default_rng(7)
    equal = [gray_test(*draw(rng, 100), of=1).p < 0.05 for _ in range(300)]
    different = [gray_test(*draw(rng, 200, 0.4), of=1).p < 0.05 for _ in range(40)]
    assert 0.02 <= np.mean(equal) <= 0.09 and np.mean(different) > 0.7


def test_without_competing_events_the_score_is_that_of_the_log_rank_test():
    time, cause, arm = draw(RNG, 150)
    cause = (cause > 0).astype(int)
    mine, peer = gray_test(time, cause, arm, of=1), log_rank(time, cause, arm)
    assert mine.score == pytest.approx(peer.observed - peer.expected)
    assert mine.chi_square == pytest.approx(peer.chi_square, rel=0.05)


def test_score_is_the_sum_written_out():
    time, cause, arm = draw(RNG, 80)
    score = 0.0
    for t in np.unique(time[cause == 1]):
        sets = []
        for g in (0, 1):
            alive, hit = 1.0, 0.0
            for u in np.unique(time[(arm == g) & (cause != 0) & (time < t)]):
                n = ((arm == g) & (time >= u)).sum()
                d1, d = (((arm == g) & (time == u) & which).sum() for which in (cause == 1, cause != 0))
                hit, alive = hit + alive * d1 / n, alive * (1 - d / n)
            n = ((arm == g) & (time >= t)).sum()
            sets.append(n * (1 - hit) / alive if n else 0.0)
        d1 = ((time == t) & (cause == 1)).sum()
        score += ((time == t) & (cause == 1) & (arm == 1)).sum() - sets[1] * d1 / sum(sets)
    assert gray_test(time, cause, arm, of=1).score[1] == pytest.approx(score)


def test_strata_add_and_bad_input_is_refused():
    time, cause, arm = draw(RNG, 160)
    stratum = np.repeat([0, 1], 80)
    both = gray_test(time, cause, arm, of=1, strata=stratum)
    parts = [gray_test(time[stratum == k], cause[stratum == k], arm[stratum == k], of=1) for k in (0, 1)]
    assert both.score == pytest.approx(sum(p.score for p in parts))
    assert both.covariance == pytest.approx(sum(p.covariance for p in parts))
    nothing = gray_test([1, 2], [0, 0], [0, 1], of=1)
    assert (nothing.p, nothing.df) == (1.0, 0)
    with pytest.raises(InputError, match="censored"):
        gray_test(time, cause, arm, of=0)
    with pytest.raises(InputError, match="two groups"):
        gray_test(time, cause, np.zeros(160), of=1)
