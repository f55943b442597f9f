"""Control chart as data: points kept, limits, distances."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.chart import make_chart, points_kept


def test_points_that_set_the_limits():
    size, kept = points_kept(6, None, (0, 5))
    assert size == 6 and kept.tolist() == [False, True, True, True, True, False]
    for bad in ((6, 7, ()), (6, 3, (3,)), (6, 3, (0, 1)), (6, 3, (-1,))):
        with pytest.raises(InputError):
            points_kept(*bad)


def test_a_point_on_the_limit_is_not_beyond_it():
    chart = make_chart("x", np.array([1.0, 4.0, 4.1]), 1.0, 3.0, 1.0, sigma=1.0, phase_1=2)
    assert chart.beyond.tolist() == [2] and chart.z.tolist() == pytest.approx([0.0, 3.0, 3.1])
