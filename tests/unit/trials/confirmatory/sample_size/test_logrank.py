"""Asymptotic distribution of the log-rank score against simulated trials, analysed patient by patient."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size import logrank as lr
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard, Population
from hepatica.trials.confirmatory.sample_size.size import Errors
from hepatica.trials.confirmatory.sample_size.survival import Method, sample_size_survival

CONTROL = Hazard.from_median(12.0)
LATE = Population(CONTROL, CONTROL.times_ratio(0.5, delay=4.0), Accrual(24.0), Hazard((0.005,)), 2.0)
END, N, TRIALS = 48.0, 900, 1200


def simulated(weight):
    """Scores and variances (trials,) of weighted log-rank tests, by running sums over sorted times."""
    rng = np.random.default_rng(3)
    treated = np.arange(N) % 3 > 0
    entry, draw = 24 * rng.random((TRIALS, N)), rng.exponential(size=(TRIALS, N))
    rate = CONTROL.rates[0]
    times = np.where(treated & (draw > 4 * rate), 4 + (draw - 4 * rate) / (0.5 * rate), draw / rate)
    stop = np.minimum(END - entry, rng.exponential(200.0, (TRIALS, N)))
    order = np.argsort(np.minimum(times, stop), axis=1)
    event = np.take_along_axis(times <= stop, order, axis=1)
    arm = np.take_along_axis(np.broadcast_to(treated, times.shape), order, axis=1)
    left = N - np.arange(N)
    share = np.cumsum(arm[:, ::-1], axis=1)[:, ::-1] / left
    before = np.cumprod(np.where(event, 1 - 1 / left, 1.0), axis=1)
    before = np.column_stack([np.ones(TRIALS), before[:, :-1]])
    w = weight.of(np.arange(N), before) * event
    return -(w * (arm - share)).sum(axis=1), (w**2 * share * (1 - share)).sum(axis=1)


@pytest.mark.parametrize("weight", [lr.LOG_RANK, lr.FlemingHarrington(1, 0)], ids=str)
def test_mean_and_variances_are_those_of_simulated_trials(weight):
    score, variance = simulated(weight)
    found = lr.logrank(LATE, END, weight)
    assert score.mean() / N == pytest.approx(found.mean, abs=5 * found.sd / np.sqrt(N * TRIALS))
    assert np.sqrt(variance.mean() / N) == pytest.approx(found.sd_null, rel=0.01)
    if weight == lr.LOG_RANK:  # estimated weights add a little variance of their own
        assert score.std() / np.sqrt(N) == pytest.approx(found.sd, rel=0.08)
    rate = (score / np.sqrt(variance) >= Errors().z_alpha).mean()
    assert lr.power_logrank(LATE, END, N, weight=weight) == pytest.approx(rate, abs=0.045)


def test_proportional_hazards_agree_with_schoenfeld():
    arms = Population(CONTROL, CONTROL.times_ratio(0.9), Accrual(24.0))
    found = lr.sample_size_logrank(arms, 60.0)
    theirs = sample_size_survival(CONTROL, 0.9, Accrual(24.0), 60.0, method=Method.SCHOENFELD)
    assert found.patients.total == pytest.approx(theirs.patients.total, rel=0.01)
    assert found.average_hazard_ratio == pytest.approx(0.9)


def test_without_effect_the_two_standard_deviations_are_one():
    found = lr.logrank(
        Population(CONTROL, CONTROL, Accrual(24.0), Hazard((0.01,)), 2.0), 40.0, lr.FlemingHarrington(0, 1)
    )
    assert found.mean == pytest.approx(0, abs=1e-15) and found.sd == pytest.approx(found.sd_null, rel=1e-10)


def test_size_has_the_power():
    size = lr.sample_size_logrank(LATE, END, errors=Errors(beta=0.1))
    assert lr.power_logrank(LATE, END, size.patients.total) == pytest.approx(0.9)
    assert size.patients.treated == pytest.approx(2 * size.patients.control)


def test_late_weights_need_fewer_patients_for_a_late_effect():
    late, usual, modest = (
        lr.sample_size_logrank(LATE, END, weight=w).patients.total
        for w in (lr.FlemingHarrington(0, 1), lr.LOG_RANK, lr.ModestWeight(4.0))
    )
    assert late < usual and modest < usual
    assert 0.5 < lr.logrank(LATE, END).average_hazard_ratio < 1


def test_modest_weights_rise_to_the_delay_and_stay():
    time = np.linspace(0, 10, 11)
    weights = lr.ModestWeight(4.0).of(time, np.exp(-0.1 * time))
    assert (np.diff(weights[:5]) > 0).all() and np.allclose(weights[4:], weights[4])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: lr.sample_size_logrank(Population(CONTROL, CONTROL.times_ratio(1.2), Accrual(24.0)), 40.0),
        lambda: lr.logrank(Population(Hazard((0.0,)), Hazard((0.0,)), Accrual(24.0)), 40.0),
        lambda: lr.FlemingHarrington(-1, 0),
        lambda: lr.power_logrank(LATE, END, 0),
    ],
)
def test_impossible_trials_are_refused(ask):
    with pytest.raises(InputError):
        ask()
