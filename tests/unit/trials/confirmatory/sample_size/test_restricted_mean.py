"""Restricted mean survival against the exponential's formula and against simulated Kaplan-Meier areas."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size import restricted_mean as rm
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard, Population

ARMS = Population(Hazard((0.1,)), Hazard((0.06,)), Accrual(10.0), Hazard((0.01,)))
END, HORIZON = 25.0, 12.0


def area(time, event):
    """Area (trials,) under Kaplan-Meier curves to the horizon."""
    order = np.argsort(time, axis=1)
    t, e = np.take_along_axis(time, order, axis=1), np.take_along_axis(event, order, axis=1)
    n = t.shape[1]
    survival = np.column_stack([np.ones(len(t)), np.cumprod(1 - e / (n - np.arange(n)), axis=1)])
    edges = np.minimum(np.column_stack([np.zeros(len(t)), t, np.full(len(t), HORIZON)]), HORIZON)
    return (np.diff(edges, axis=1) * survival).sum(axis=1)


def test_difference_of_exponentials_has_a_closed_form():
    exact = (1 - np.exp(-0.06 * HORIZON)) / 0.06 - (1 - np.exp(-0.1 * HORIZON)) / 0.1
    assert rm.restricted_mean(ARMS, END, HORIZON).difference == pytest.approx(exact, abs=1e-12)


def test_standard_deviation_is_that_of_simulated_trials():
    rng, trials, n = np.random.default_rng(2), 4000, 150
    found = []
    for rate in (0.06, 0.1):
        times, gone = rng.exponential(1 / rate, (trials, n)), rng.exponential(100.0, (trials, n))
        stop = np.minimum(END - 10 * rng.random((trials, n)), gone)
        found.append(area(np.minimum(times, stop), times <= stop))
    difference, ours = found[0] - found[1], rm.restricted_mean(ARMS, END, HORIZON)
    assert difference.mean() == pytest.approx(ours.difference, abs=0.06)
    assert difference.std() * np.sqrt(2 * n) == pytest.approx(ours.sd, rel=0.05)


def test_size_has_the_power():
    size = rm.sample_size_restricted_mean(ARMS, END, HORIZON)
    assert rm.power_restricted_mean(ARMS, END, HORIZON, size.total) == pytest.approx(0.8)


def test_impossible_horizons_and_effects_are_refused():
    with pytest.raises(InputError, match="horizon"):
        rm.restricted_mean(ARMS, END, 26.0)
    with pytest.raises(InputError, match="lengthen"):
        rm.sample_size_restricted_mean(Population(ARMS.treated, ARMS.control, ARMS.accrual), END, HORIZON)
