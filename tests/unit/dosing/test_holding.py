"""The fewest arms that hold the best one."""

from types import SimpleNamespace

import numpy as np

from hepatica.dosing.decision import holding


def asked(net, admissible):
    net = np.asarray(net, float)
    return SimpleNamespace(worth=SimpleNamespace(net=net), admissible=admissible, gain=[None] * len(net))


def test_arms_are_taken_by_how_often_they_are_best():
    """Ten draws of two patients; arm 2 best in six, arm 1 in three, arm 0 in one: 90 % takes two."""
    draw = np.repeat(np.arange(10), 2)
    net = np.zeros((3, 20))
    net[2, :12], net[1, 12:18] = 5, 4
    net[1, :12] = np.tile([9, -2], 6)  # a mean of 3.5, though one of the two gains more
    assert holding([asked(net, (True,) * 3)], draw) == (2, 1)
    assert holding([asked(net, (True, True, False))], draw) == (1,)  # nine of ten once arm 2 is not admissible
    assert holding([asked(net, (True,) * 3)], draw, 0.95) == (2, 1, 0)


def test_hypotheses_count_alike_and_failures_not_at_all():
    draw = np.arange(4)
    one, other = np.array([[0, 0, 0, 0], [1, 1, 1, 1.0]]), np.array([[0, 0, 0, 0], [-1, -1, np.nan, -1.0]])
    assert holding([asked(one, (True, True)), asked(other, (True, True))], draw, 0.5) == (0,)
    assert set(holding([asked(one, (True, True)), asked(other, (True, True))], draw)) == {0, 1}
