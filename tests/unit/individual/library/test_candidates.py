"""Arrays of candidates: courses, interpolation against numpy's, net benefit between horizons, taking and joining."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.library.candidates import AXES, HORIZONS, TIMES, at_times, join, net_at


def test_interpolation_is_that_of_numpy():
    values = np.random.default_rng(1).normal(size=(3, len(TIMES), 2))
    days = [0.0, 0.4, 9.0, 33.3, TIMES[-1]]
    expected = [[np.interp(days, TIMES, values[i, :, j]) for j in range(2)] for i in range(3)]
    np.testing.assert_allclose(at_times(values, days, 1), np.array(expected).transpose(0, 2, 1))
    for wrong in (-1.0, TIMES[-1] + 1, np.nan):
        with pytest.raises(InputError, match="days from 0"):
            at_times(values, [wrong], 1)


def test_net_days(acute):
    np.testing.assert_allclose(net_at(acute, HORIZONS[1]), acute.net[..., 1], rtol=1e-6)
    np.testing.assert_allclose(net_at(acute, 14.0), acute.net[..., 0] / 2, rtol=1e-6)
    with pytest.raises(InputError, match="horizon"):
        net_at(acute, 1e4)


def test_taking_joining_and_courses(acute):
    two = join([acute.take(np.arange(5)), acute.take(np.arange(5, 9))])
    for name, axis in AXES.items():
        np.testing.assert_array_equal(getattr(two, name), np.take(getattr(acute, name), np.arange(9), axis))
    assert acute.course(0, "lung_only") == 0
    assert acute.courses[acute.course(2, "lung_only")] == (2, "lung_only")
    one = acute.pick([0, 3])
    assert one.courses == (acute.courses[0], acute.courses[3]) and one.labs.shape[0] == 2
    assert (acute.free >= 0).all() and (acute.free <= 1).all() and (np.diff(acute.died, axis=-1) >= -1e-6).all()
