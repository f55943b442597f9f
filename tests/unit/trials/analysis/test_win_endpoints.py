import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.win_endpoints import Measured, Survival

ONE, TWO = np.array([0]), np.array([1])


def result(endpoint):
    return int(endpoint.compare(ONE, TWO)[0, 0])


@pytest.mark.parametrize(
    ("time", "event", "wins"),
    [
        ([5, 3], [1, 1], 1),
        ([3, 5], [1, 1], -1),
        ([5, 3], [0, 1], 1),
        ([5, 3], [1, 0], 0),
        ([3, 5], [0, 1], 0),
        ([4, 4], [0, 1], 0),
        ([4, 4], [1, 1], 0),
    ],
)
def test_a_pair_counts_only_if_the_earlier_time_is_an_event(time, event, wins):
    made = Survival(np.array(time, float), np.array(event, bool))
    assert result(made) == wins
    assert result(Survival(made.time, made.event, earlier_wins=True)) == -wins
    assert int(made.compare(TWO, ONE)[0, 0]) == -wins and made.patients == 2


def test_margin_and_horizon():
    time, event = np.array([5.0, 3.0]), np.array([True, True])
    assert result(Survival(time, event, margin=2.0)) == 0 and result(Survival(time, event, margin=1.9)) == 1
    assert result(Survival(time, event, horizon=2.0)) == 0 and result(Survival(time, event, horizon=3.0)) == 0
    assert result(Survival(time, event, horizon=4.0)) == 1
    with pytest.raises(InputError, match="margin"):
        Survival(time, event, margin=-1.0)


def test_measured_outcomes():
    assert result(Measured(np.array([2.0, 1.0]))) == 1 and result(Measured(np.array([2.0, 1.0]), lower_wins=True)) == -1
    assert result(Measured(np.array([2.0, 1.0]), margin=1.0)) == 0 and result(Measured(np.array([np.nan, 1.0]))) == 0
    with pytest.raises(InputError, match="margin"):
        Measured(np.ones((2, 2)))
