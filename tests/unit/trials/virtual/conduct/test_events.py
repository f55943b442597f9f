"""Event times: against a naive search, against closed forms, and the minimum of competing causes."""

import numpy as np
import pytest

from hepatica.outcomes.event_history import event_times, kaplan_meier
from hepatica.trials.virtual.conduct.events import crossing_times, expected_survival, first_event


def test_crossings_are_those_of_the_naive_search():
    rng = np.random.default_rng(5)
    hazard = np.cumsum(rng.exponential(0.05, (40, 30)) * (rng.random((40, 30)) < 0.7), axis=1).astype(np.float32)
    hazard[:, 0] = 0
    hazard = np.maximum.accumulate(hazard, axis=1)
    row, threshold = rng.integers(0, 40, 3000), rng.exponential(1, 3000).astype(np.float32)
    naive = event_times(np.arange(30.0), hazard[row], threshold)
    ours = crossing_times(hazard, row, threshold)
    assert (np.isfinite(ours) == np.isfinite(naive)).all()
    assert ours[np.isfinite(ours)] == pytest.approx(naive[np.isfinite(naive)], abs=2e-5)


def test_a_hazard_that_jumps_or_never_rises():
    hazard = np.array([[0, 0, 2, 2], [0, 0, 0, 0]], np.float32)
    assert crossing_times(hazard, np.array([0, 1, 0]), [1.0, 0.5, 2.0]).tolist() == [1.5, np.inf, 2.0]
    assert crossing_times(hazard[:, :1], np.array([0]), [0.5]).tolist() == [np.inf]


def test_first_of_competing_causes():
    when, which = first_event([np.array([5.0, np.inf, 2.0]), np.array([4.0, np.inf, 3.0])])
    assert when.tolist() == [4.0, np.inf, 2.0] and which.tolist() == [1, -1, 0]


@pytest.mark.parametrize("frailty", [0.0, 0.8])
def test_kaplan_meier_of_sampled_times_follows_the_expected_curve(frailty):
    """All causes together, within Monte-Carlo error at every day."""
    rng = np.random.default_rng(8)
    n, days = 40_000, 60
    rates = {"a": np.full((30, 1), 0.004), "b": rng.uniform(0, 0.01, (30, 1)), "c": np.linspace(0, 0.02, 30)[:, None]}
    hazards = {k: (v * np.arange(days + 1.0) ** 1.1).astype(np.float32) for k, v in rates.items()}
    row = rng.integers(0, 30, n)
    factor = rng.gamma(1 / frailty, frailty, n) if frailty else np.ones(n)
    times = [crossing_times(h, row, rng.exponential(1, n) / factor) for h in hazards.values()]
    when, _ = first_event(times)
    km = kaplan_meier(np.minimum(when, days), when <= days)
    at = np.searchsorted(km.times, np.arange(1, days), side="right") - 1
    expected = expected_survival(hazards, list(hazards), frailty).mean(axis=0)[1:days]
    error = np.sqrt(expected * (1 - expected) / n)
    assert np.abs(km.survival[at] - expected).max() <= 4.5 * error.max()
