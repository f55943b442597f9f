import lifelines
import numpy as np
import pytest
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.trials.analysis.kaplan_meier import Scale, interval, survival_curve

RNG = np.random.default_rng(4)
TIME, EVENT = np.ceil(RNG.exponential(20, 150)), RNG.random(150) < 0.6


def naive_greenwood(at):
    """Survival and standard error, a time at a time."""
    alive, total = 1.0, 0.0
    for t in np.unique(TIME[EVENT & (at >= TIME)]):
        n, d = int((t <= TIME).sum()), int((EVENT & (t == TIME)).sum())
        alive *= 1 - d / n
        total += d / (n * (n - d))
    return alive, alive * np.sqrt(total)


def test_curve_and_standard_error_are_the_sums_written_out():
    days = np.array([0.5, 1.0, 7.3, 20.0, 33.0])
    survival, std_error, _, _ = survival_curve(TIME, EVENT).at(days)
    naive = np.array([naive_greenwood(d) for d in days])
    assert_allclose(survival, naive[:, 0], atol=1e-12)
    assert_allclose(std_error, naive[:, 1], atol=1e-12)


def test_log_log_interval_and_median_are_those_of_lifelines():
    curve = survival_curve(TIME, EVENT)
    peer = lifelines.KaplanMeierFitter().fit(TIME, EVENT)
    alive = curve.survival > 0
    both = peer.confidence_interval_survival_function_.loc[curve.times].to_numpy()
    assert_allclose(np.stack([curve.lower, curve.upper], 1)[alive], both[alive], atol=1e-9)
    assert curve.median.value == peer.median_survival_time_


def test_delayed_entry_is_that_of_lifelines():
    entry = np.minimum(RNG.uniform(0, 10, 150), TIME - 0.5)
    curve = survival_curve(TIME, EVENT, entry=entry)
    peer = lifelines.KaplanMeierFitter().fit(TIME, EVENT, entry=entry)
    assert_allclose(curve.survival, peer.survival_function_at_times(curve.times), atol=1e-12)
    with pytest.raises(InputError, match="entry"):
        survival_curve([1.0, 2.0], [1, 1], entry=[0.0, 2.0])


@pytest.mark.parametrize("scale", Scale)
def test_intervals_cover(scale):
    """95 % of exponential samples, Monte-Carlo error 1.1 points."""
    rng, held = np.random.default_rng(9), 0
    for _ in range(400):
        time, censor = rng.exponential(1, 80), rng.exponential(2, 80)
        curve = survival_curve(np.minimum(time, censor), time <= censor, scale=scale)
        _, _, low, high = curve.at(0.7)[:, 0]
        held += low <= np.exp(-0.7) <= high
    assert 0.915 <= held / 400 <= 0.98


def test_intervals_stay_probabilities_and_are_wider_for_more_confidence():
    s, e = np.array([1.0, 0.95, 0.5, 0.02, 0.0]), np.array([0.0, 0.1, 0.1, 0.05, 0.0])
    for scale in Scale:
        low, high = interval(s, e, scale=scale)
        assert np.all((low[:4] >= 0) & (low[:4] <= s[:4]) & (s[:4] <= high[:4]) & (high[:4] <= 1))
        assert np.isnan([low[4], high[4]]).all() and low[0] == high[0] == 1
        assert np.all(interval(s, e, scale=scale, confidence=0.99)[0][1:4] <= low[1:4])


def test_quantile_on_a_plateau_is_its_middle_and_beyond_the_curve_nan():
    curve = survival_curve([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.median.value == 2.5 and curve.quantile(0.75).value == 3.5
    short = survival_curve([1, 2, 3, 4], [1, 0, 0, 0])
    assert np.isnan(short.median.value) and short.quantile(0.2).value == 1
    assert np.isnan(short.at(5.0)).all() and short.at(0.0)[0, 0] == 1
    with pytest.raises(InputError, match="probability"):
        curve.quantile(1.0)


def test_nobody_has_the_event_and_infinite_follow_up():
    assert survival_curve([1, 2], [0, 0]).survival.tolist() == [1, 1]
    with pytest.raises(InputError, match="infinite"):
        survival_curve([1, np.inf], [1, 0])
