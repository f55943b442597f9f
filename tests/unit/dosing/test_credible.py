"""Credible set of the best arm: by hand, over hypotheses, and without failed patients."""

import numpy as np

from hepatica.dosing.credible import credible_set

ALL = (True, True, True)


def test_arms_are_taken_by_how_often_they_are_best():
    """Ten draws of two patients; arm 2 best in six, arm 1 in three, arm 0 in one: 90 % takes two."""
    draw = np.repeat(np.arange(10), 2)
    net = np.zeros((3, 20))
    net[2, :12], net[1, 12:18] = 5, 4
    net[1, :12] = np.tile([9, -2], 6)  # a mean of 3.5, though one of the two gains more
    assert credible_set([net], [ALL], draw) == (2, 1)
    assert credible_set([net], [(True, True, False)], draw) == (1,)  # nine of ten once arm 2 is not admissible
    assert credible_set([net], [ALL], draw, 0.95) == (2, 1, 0)


def test_hypotheses_count_alike_and_failures_not_at_all():
    draw = np.arange(4)
    one, other = np.array([[0, 0, 0, 0], [1, 1, 1, 1.0]]), np.array([[0, 0, 0, 0], [-1, -1, np.nan, -1.0]])
    both = [ALL[:2], ALL[:2]]
    assert credible_set([one, other], both, draw, 0.5) == (0,)
    assert set(credible_set([one, other], both, draw)) == {0, 1}
