import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.analysis.log_rank import log_rank
from hepatica.trials.analysis.max_combo import max_combo
from hepatica.trials.analysis.required_size import Method, Signal, expected_signal, required_sizes
from hepatica.trials.analysis.rmst import compare_restricted_means

DAYS = np.linspace(0, 2, 401)
CONTROL = np.exp(-DAYS)
LATE = np.where(DAYS > 0.5, np.exp(-0.5 - 0.5 * (DAYS - 0.5)), CONTROL)


def draw(rng, n):
    arm = np.arange(n) % 2 == 1
    unit = rng.exponential(1, n)
    time = np.where(arm & (unit > 0.5), 0.5 + (unit - 0.5) / 0.5, unit)
    return np.minimum(time, 2.0), time < 2.0, arm


def test_proportional_hazards_need_the_events_of_schoenfeld():
    found = required_sizes(expected_signal(DAYS, CONTROL, CONTROL**0.7), power=0.9)
    events = 4 * (norm.isf(0.025) + norm.ppf(0.9)) ** 2 / np.log(0.7) ** 2
    share = 1 - (CONTROL[-1] + CONTROL[-1] ** 0.7) / 2
    assert found[Method.LOG_RANK] == pytest.approx(events / share, rel=0.02)
    assert found[Method.LOG_RANK] < found[Method.MAX_COMBO] < 1.15 * found[Method.LOG_RANK]


def test_late_effect_needs_fewer_patients_by_max_combo_and_simulated_trials_have_the_power():
    sizes = required_sizes(expected_signal(DAYS, CONTROL, LATE))
    assert sizes[Method.MAX_COMBO] < 0.8 * sizes[Method.LOG_RANK]
    rng, n, trials = np.random.default_rng(7), 2 * round(sizes[Method.MAX_COMBO] / 2), 80
    won = [max_combo(*draw(rng, n)).p < 0.05 for _ in range(trials)]
    assert np.mean(won) == pytest.approx(0.8, abs=0.13)
    n = 2 * round(sizes[Method.LOG_RANK] / 2)
    assert np.mean([log_rank(*draw(rng, n)).p < 0.05 for _ in range(trials)]) == pytest.approx(0.8, abs=0.13)
    n = 2 * round(sizes[Method.RESTRICTED_MEAN] / 2)
    won = [compare_restricted_means(*draw(rng, n), horizon=2.0).difference.p < 0.05 for _ in range(trials)]
    assert np.mean(won) == pytest.approx(0.8, abs=0.13)


def test_size_grows_with_power_and_with_loss_to_follow_up_and_shrinks_with_equal_arms():
    signal = expected_signal(DAYS, CONTROL, LATE)
    assert all(
        a < b for a, b in zip(required_sizes(signal).values(), required_sizes(signal, power=0.9).values(), strict=True)
    )
    lost = required_sizes(expected_signal(DAYS, CONTROL, LATE, uncensored=np.exp(-0.3 * DAYS)))
    unequal = required_sizes(expected_signal(DAYS, CONTROL, LATE, allocation=0.8))
    for method, n in required_sizes(signal).items():
        assert lost[method] > n and unequal[method] > n


def test_no_effect_has_no_size():
    sizes = required_sizes(expected_signal(DAYS, CONTROL, CONTROL))
    assert set(sizes.values()) == {np.inf}
    one = Signal(patients=10, log_rank=0.0, restricted_mean=1.0, components=np.zeros(1), correlation=np.eye(1))
    assert required_sizes(one)[Method.LOG_RANK] == np.inf


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="level below the power"):
        required_sizes(expected_signal(DAYS, CONTROL, LATE), power=0.01)
    with pytest.raises(InputError, match="never rises"):
        expected_signal(DAYS, CONTROL, CONTROL[::-1])
    with pytest.raises(InputError, match="increasing times"):
        expected_signal(DAYS[1:], CONTROL[1:], LATE[1:])
    with pytest.raises(InputError, match="share"):
        expected_signal(DAYS, CONTROL, LATE, allocation=1.0)


@pytest.mark.parametrize(
    ("times", "control", "treated"),
    [(DAYS, CONTROL[:-1], LATE), ([], [], []), ([0.0], [1.0], [1.0]), (DAYS, CONTROL, np.full(401, np.nan))],
)
def test_curves_that_do_not_belong_together_are_refused(times, control, treated):
    with pytest.raises(InputError):
        expected_signal(times, control, treated)
