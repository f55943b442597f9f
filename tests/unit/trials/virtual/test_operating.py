"""Operating characteristics of made-up records, by hand."""

import numpy as np
import pytest

from hepatica.trials.virtual.effects import TrueEffects
from hepatica.trials.virtual.operating import Rate, known_mean, operating
from hepatica.trials.virtual.records import Records, Stop


def test_numbers_are_means_over_trials():
    n = 4
    r = Records(
        look=np.array([0, 1, 1, 1]), stop=np.array([1, 0, 1, 2]), rejected=np.array([[1], [0], [1], [0]]) > 0,
        selected=np.array([1, 0, 1, 0]), estimate=np.array([[-1.0], [np.nan], [-0.5], [0.0]]), z=np.zeros((n, 1)),
        information=np.array([10.0, 20, 20, 20]), size=np.array([40, 60, 60, 60]), day=np.array([100.0, 200, 200, 200]),
        randomised=np.array([[20, 20], [30, 30], [30, 30], [30, 30]]), deaths=np.ones((n, 2), int),
        transplants=np.zeros((n, 2), int), draw=np.array([0, 1, 2, 0]), secondary={},
    )  # fmt: skip
    effects = TrueEffects(np.array([[1, 0.5], [1, 0.6]]), np.array([[0.5, 0.6], [0.5, 0.51], [0.5, 0.4]]))
    o = operating(r, np.array([-0.6]), effects)
    assert o.success == Rate(0.5, 0.25) and o.selection.tolist() == [0.5, 0.5] and o.by_look.tolist() == [0.25, 0.75]
    assert o.stops == {Stop.COMPLETE: 0.25, Stop.EFFICACY: 0.5, Stop.FUTILITY: 0.25, Stop.HARM: 0.0}
    assert o.bias[0] == pytest.approx(0.1) and (o.size, o.day, o.information) == (55, 175, 17.5)
    assert (o.useless, o.harmful) == (30 / 4, 30 / 4)  # the trial of the second draw, and that of the third


def test_the_mean_of_nothing_is_none():
    assert np.isnan(known_mean(np.array([np.nan]))) and known_mean(np.array([1.0, np.nan, 3.0])) == 2.0


def test_a_rate_of_none_or_all_has_the_error_of_its_exact_bound():
    for hits in (np.zeros(50, bool), np.ones(50, bool)):
        bound = 1.96 * Rate.of(hits).error
        assert (1 - bound) ** 50 == pytest.approx(0.05)
