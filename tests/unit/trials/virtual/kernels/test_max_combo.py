import numpy as np
import pytest
from scipy.special import ndtr

from hepatica.trials.analysis.max_combo import FAMILY as WEIGHTS
from hepatica.trials.analysis.max_combo import max_combo as one_max_combo
from hepatica.trials.virtual.kernels.max_combo import FAMILY, largest_beyond, max_combo
from hepatica.trials.virtual.kernels.survival import risk_sets


def trials(n, cut, step, trials=20):
    """Equal hazards, times up to a cut, rounded up to whole steps where a step is given."""
    rng = np.random.default_rng([n, int(100 * cut)])
    time = rng.exponential(1.0, (trials, n))
    time = np.ceil(time / step) * step if step else time
    return np.minimum(time, cut), time < cut, np.argsort(rng.random(time.shape), axis=1) < n // 2


@pytest.mark.parametrize(("n", "cut", "step"), [(200, 1.0, 0.0), (200, 0.1, 0.0), (30, 0.6, 0.25), (6, 0.5, 0.0)])
def test_statistics_and_p_values_are_those_of_each_trial_by_itself(n, cut, step):
    """Few events, ties and events so few that late statistics never vary, by the quasi-random integral of one trial."""
    time, event, arm = trials(n, cut, step)
    ours = max_combo(risk_sets(time, event, arm))
    for k in range(len(time)):
        one = one_max_combo(time[k], event[k], arm[k])
        live = np.diag(one.correlation) * one.z != 0
        assert ours.z[k] == pytest.approx(np.max(-one.z[live], initial=-np.inf) if live.any() else 0.0, abs=1e-9)
        assert ours.p[k] == pytest.approx(one.p_fewer, abs=5e-4 if n == 200 and cut < 1 else 5e-5)
    assert [(w.rho, w.gamma) for w in WEIGHTS] == list(FAMILY)


def test_better_with_more_events_turns_the_sign():
    time, event, arm = trials(60, 1.0, 0.0)
    turned, swapped = max_combo(risk_sets(time, event, arm), sign=-1.0), max_combo(risk_sets(time, event, ~arm))
    assert turned.z == pytest.approx(swapped.z) and turned.p == pytest.approx(swapped.p)


def test_probability_is_that_of_simulated_normals_and_of_one_statistic_alone():
    rng = np.random.default_rng(2)
    late, early, middle = rng.multivariate_normal(
        np.zeros(3), [[2, 0.3, 0.6], [0.3, 3, 0.5], [0.6, 0.5, 0.4]], 200_000
    ).T
    drawn = np.stack([late + early, late, early, middle], axis=1)
    standard = drawn / drawn.std(axis=0)
    for z in (-0.5, 1.0, 2.2):
        p = largest_beyond(np.array([z]), np.cov(drawn.T)[None])[0]
        assert p == pytest.approx((standard.max(axis=1) >= z).mean(), abs=0.004)
    alone = np.zeros((1, 4, 4))
    alone[0, [0, 0, 2, 2], [0, 2, 0, 2]] = 0.25  # one event: the early statistic is the log-rank one
    assert largest_beyond(np.array([1.3]), alone) == pytest.approx([ndtr(-1.3)], abs=1e-9)


def test_trials_without_information_are_quiet():
    event, arm = np.zeros((3, 6), bool), np.zeros((3, 6), bool)
    event[1, 2] = event[2, :3] = True
    arm[2, 3:] = True
    z, p = max_combo(risk_sets(np.full((3, 6), 9.0), event, arm))
    assert z[:2].tolist() == [0, 0] and p[:2].tolist() == [1, 1] and np.isfinite(p).all()
