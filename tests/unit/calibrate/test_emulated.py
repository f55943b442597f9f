"""Gradient of the emulated log likelihood against differences of the log likelihood itself, term by term."""

import numpy as np
import pytest

from hepatica.calibrate.emulated import (
    emulator_gradient,
    gradient,
    kernel,
    log_likelihood,
    smooth_coordinates,
)
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients.draws import DrawKey

NAMES = (
    DrawKey.coordinate("a"),
    DrawKey.spike("a"),
    DrawKey.coordinate("b"),
    *map(DrawKey.between_study, ("share", "mean", "share_visit", "mean_visit")),
)
SPACE = Space(NAMES, (np.nan, 0.4, *(np.nan,) * 5))
CENTRE = np.array([0.3, 0.3, 2.0, 0.8, -0.2, -0.8, -1.6, 0.2])  # of visits well apart, for no cut to be met


def emulator(outputs, rng):
    leading = np.array([0, 2])
    coefficients = rng.normal(0, 0.1, (len(NAMES) + 3, outputs))
    return Emulator(SPACE, leading, coefficients, CENTRE[:outputs], np.full(outputs, 0.02), np.ones(outputs))


def counts(label, statistics, value, variable="death", arm="a"):
    return LikelihoodTerm("p", arm, variable, label, statistics, value, 0.0, Law.COUNTS, cohort="c")


def difference(f, x, along, step=1e-5):
    return (f(x + step * along) - f(x - step * along)) / (2 * step)


def test_the_gradient_is_that_of_the_log_likelihood_along_any_smooth_direction():
    """Means of two arms that deviate together, deaths at three visits, and deaths of two arms of one publication."""
    rng = np.random.default_rng(1)
    statistics = tuple(SummaryStatistic(Scale.LOG if k < 2 else Scale.SHARE, k) for k in range(8))
    terms = [
        *(
            LikelihoodTerm("q", f"{k}", "inr", "inr", (statistics[k],), (0.3,), 0.1, Law.NORMAL, 0.4, cohort="q")
            for k in range(2)
        ),
        counts("three visits", statistics[2:5], (5.0, 3.0, 2.0, 30.0), "survival"),
        counts("one arm", (statistics[5],), (7.0, 13.0)),
        counts("the other", statistics[6:8], (4.0, 6.0, 20.0), arm="b"),
    ]
    e = emulator(8, rng)
    value, slope = log_likelihood(terms, statistics, e), gradient(terms, statistics, e)
    smooth, x = smooth_coordinates(SPACE), rng.standard_normal((60, len(NAMES)))
    assert smooth.tolist() == [True, False, True, False, False, False, False]
    for _ in range(4):
        along = rng.standard_normal(len(NAMES)) * smooth
        assert slope(x) @ along == pytest.approx(difference(value, x, along), rel=2e-3, abs=2e-3)
    assert (slope(x)[:, ~smooth] == 0).all()


def test_an_emulator_s_weighted_outputs_have_their_derivatives_and_a_spike_that_is_off_hides_its_coordinate():
    rng, off = np.random.default_rng(3), np.array([[0.5, -3.0, 0.2, 0, 0, 0, 0], [0.5, 3.0, 0.2, 0, 0, 0, 0]])
    e, weights = emulator(3, rng), rng.standard_normal((2, 3))
    slope = emulator_gradient(e)(off, weights)
    assert slope[0, 0] == 0 and slope[1, 0] != 0
    for k in (0, 2):
        along = np.eye(len(NAMES))[k]
        assert slope[:, k] == pytest.approx(difference(lambda x: (e(x) * weights).sum(axis=1), off, along), abs=1e-6)


def test_spikes_are_redrawn_with_what_they_switch_and_sds_sliced():
    moved = kernel(SPACE, lambda x, power: np.zeros_like(x))
    assert [g.tolist() for g in moved.redrawn] == [[1, 0]]
    assert moved.sliced.tolist() == [False] * 3 + [True] * 4 and (moved.smooth == smooth_coordinates(SPACE)).all()
