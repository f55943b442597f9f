"""Limits from loss: expectations by simulation, limits by search, the interval of the slope."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.margins import LossSlope
from hepatica.manufacturing.quality.release.guard_band import Belief, Process, believe
from hepatica.manufacturing.quality.release.loss_limits import (
    expected_shortfall,
    limit_from_loss,
    loss_interval,
    mean_slope,
)

SLOPE = LossSlope(5.0, 2.0, 8.0, linked=0.7)


def test_expected_shortfall_by_simulation():
    z = np.random.Generator(np.random.Philox(1)).standard_normal(200_000)
    for mean in (0.5, 1.0, 1.3):
        x = np.maximum(1.0 - (mean + 0.2 * z), 0)
        assert abs(expected_shortfall(Belief(mean, 0.2), 1.0) - x.mean()) < 4 * x.std() / np.sqrt(z.size)


def test_mean_slope_is_that_of_its_draws():
    draws = SLOPE.draws(200_000, 1)
    assert mean_slope(SLOPE) == pytest.approx(draws.mean(), rel=0.01)
    wide = LossSlope(1.0, -3.0, 5.0)
    sd = 8 / (2 * 1.959964)
    naive = truncnorm.mean(-1.0 / sd, np.inf, 1.0, sd) * truncnorm.sf(-10, -1.0 / sd, np.inf) * (1 - 0.3121)
    assert mean_slope(wide) == pytest.approx(naive, rel=0.01)
    assert mean_slope(LossSlope(4, 4, 4, linked=0.0)) == 0.0


def test_the_limit_is_where_the_expected_loss_is_that_of_a_rejection():
    process, error, cost = Process(1.0, 0.2), 0.1, 1.5
    found = limit_from_loss(process, error, SLOPE, cost)
    z = np.random.Generator(np.random.Philox(2)).standard_normal(200_000)
    belief = believe(found.limit, error, process)
    loss = mean_slope(SLOPE) * np.maximum(1.0 - belief.mean - belief.sd * z, 0.0)
    assert abs(loss.mean() - cost) < 4 * loss.std() / np.sqrt(z.size)
    assert found.low < found.limit < found.high  # a weaker slope lets worse lots pass
    assert found.true_limit == pytest.approx(1.0 - cost / mean_slope(SLOPE))


def test_directions():
    process = Process(1.0, 0.2)
    base = limit_from_loss(process, 0.1, SLOPE, 1.5).limit
    assert limit_from_loss(process, 0.1, SLOPE, 1.0).limit > base  # a cheaper rejection is made sooner
    assert limit_from_loss(process, 0.1, SLOPE._replace(linked=0.35), 1.5).limit < base
    none = limit_from_loss(process, 0.1, SLOPE._replace(linked=0.0), 1.5)
    assert none.limit == -np.inf and none.risks is None


def test_loss_of_one_lot():
    mean, low, high = loss_interval(Belief(0.6, 0.05), LossSlope(4.0, 4.0, 4.0), reference=1.0)
    assert mean == pytest.approx(1.6, abs=0.02) and low == pytest.approx(4 * (0.4 - 0.098), abs=0.03)
    logs = loss_interval(Belief(np.log(0.6), 0.05), LossSlope(4.0, 4.0, 4.0), reference=1.0, log=True)
    assert logs[0] == pytest.approx(1.6, abs=0.02) and high > mean
    assert (loss_interval(Belief(2.0, 0.05), SLOPE, reference=1.0) == 0).all()


def test_bad_input_is_refused():
    for call in (
        lambda: limit_from_loss(Process(1, 0.2), 0.1, SLOPE, 0.0),
        lambda: limit_from_loss(Process(1, 0.0), 0.1, SLOPE, 1.0),
        lambda: expected_shortfall(Belief(1.0, 0.0), 1.0),
    ):
        with pytest.raises(InputError):
            call()
