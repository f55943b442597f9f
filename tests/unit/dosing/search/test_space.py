"""Axes, the sequence of candidates, neighbours."""

import numpy as np
import pytest

from hepatica.dosing.search.space import Axis, AxisKind, Space, drop_repeats, radical_inverse
from hepatica.errors import InputError

DOSE = Axis(name="dose", kind=AxisKind.CONTINUOUS, low=1e5, high=1e7, is_log=True, digits=2)
COUNT = Axis(name="count", kind=AxisKind.INTEGER, low=1, high=4)
ROUTE = Axis(name="route", kind=AxisKind.CATEGORY, low=0, high=2)


def mirrored(n, base):
    """Digits of n in a base, mirrored at the point, one at a time."""
    value, place = 0.0, 1.0
    while n:
        n, digit = divmod(n, base)
        place /= base
        value += digit * place
    return value


@pytest.mark.parametrize("base", [2, 3, 7])
def test_radical_inverse_mirrors_digits(base):
    n = np.arange(50)
    assert radical_inverse(n, base) == pytest.approx([mirrored(int(k), base) for k in n])


def test_values_stay_within_bounds_and_come_back():
    u = np.linspace(0, 1, 101)
    for axis in (DOSE, COUNT, ROUTE):
        values = axis.natural(u)
        assert values.min() == axis.low and values.max() == axis.high
        assert axis.natural(axis.unit(values)) == pytest.approx(values)


def test_whole_numbers_and_categories_are_hit_alike():
    u = (np.arange(4000) + 0.5) / 4000
    for axis, n in ((COUNT, 4), (ROUTE, 3)):
        counts = np.unique(axis.natural(u), return_counts=True)[1]
        assert len(counts) == n and np.ptp(counts) <= 10


def test_a_candidate_does_not_depend_on_how_many_are_asked_for():
    space = Space((DOSE, COUNT, ROUTE))
    assert np.array_equal(space.sample(7, 0, 50)[30:], space.sample(7, 30, 20))
    assert not np.array_equal(space.sample(8, 0, 50), space.sample(7, 0, 50))


def test_candidates_fill_the_space():
    places = Space((DOSE, Axis(name="x", kind=AxisKind.CONTINUOUS, low=0, high=1))).sample(3, 0, 256)
    cells = np.unique(np.floor(8 * np.stack([DOSE.unit(places[:, 0]), places[:, 1]], 1)).clip(0, 7), axis=0)
    assert len(cells) >= 62  # of 64; independent draws would leave one or two empty, and cluster


def test_neighbours_are_near_and_keep_to_the_bounds():
    space = Space((DOSE, ROUTE))
    points = np.tile([[1e5, 0.0]], (400, 1))
    near = space.perturb(points, seed=1, first=0, width=0.05)
    assert near[:, 0].min() >= 1e5 and np.log10(near[:, 0] / 1e5).mean() == pytest.approx(2 * 0.05 * 0.8, rel=0.25)
    assert 0.05 < (near[:, 1] != 0).mean() < 0.16  # two thirds of those that switch


def test_repeats_are_dropped_in_order():
    some = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [5.0, 6.0]])
    assert drop_repeats(some, [some[1:2]]).tolist() == [[1.0, 2.0], [5.0, 6.0]]
    assert drop_repeats(some, [some]).shape == (0, 2)


@pytest.mark.parametrize("bounds", [{"low": 2.0, "high": 1.0}, {"low": 0.0, "high": 1.0, "is_log": True}])
def test_bounds_that_span_nothing_are_refused(bounds):
    with pytest.raises(InputError):
        Axis(name="x", kind=AxisKind.CONTINUOUS, **bounds)


def test_a_space_needs_axes():
    with pytest.raises(InputError):
        Space(())
