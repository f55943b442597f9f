"""Paired differences and ratios of doses, in worlds whose truth is known."""

import numpy as np
import pytest

from hepatica.dosing.window.uncertainty import Sample
from hepatica.therapeutic_window.contrasts import Difference, difference, dose_ratio, step

LOGS = np.linspace(4.0, 8.0, 9)
DRAW = np.tile(np.arange(50), 2)


def curve(shift, largest=20.0, noise=3.0, seed=1):
    rng = np.random.Generator(np.random.Philox(seed))
    middle = 6.2 + 0.3 * rng.normal(size=50)[DRAW] - shift
    shared = noise * rng.normal(size=100) * (LOGS[:, None] - 4.0) / 4.0
    return Sample(largest / (1.0 + 10.0 ** (1.5 * (middle - LOGS[:, None]))) + shared, DRAW)


@pytest.mark.parametrize("factor", [1.0, 3.0, 10.0])
def test_a_shift_of_the_curve_is_the_ratio_of_doses(factor):
    found = dose_ratio(curve(np.log10(factor)), curve(0.0), LOGS, seed=1)
    assert found.ratio == pytest.approx(factor, rel=0.1) and found.low <= found.ratio <= found.high
    assert found.low / 1.1 <= factor <= found.high * 1.1
    assert found.sign == (0 if factor == 1.0 else 1) and found.level == pytest.approx(10.0, abs=1.5)
    assert dose_ratio(curve(0.0), curve(np.log10(factor)), LOGS, seed=1).sign == (0 if factor == 1.0 else -1)


def test_the_same_curve_has_a_ratio_of_exactly_one():
    found = dose_ratio(curve(0.0), curve(0.0), LOGS, seed=1)
    assert found.ratio == found.low == found.high == 1.0


def test_a_variation_that_never_gains_as_much_needs_infinitely_many_cells():
    found = dose_ratio(curve(0.0, largest=4.0, noise=0.0), curve(0.0, noise=0.0), LOGS, seed=1)
    assert found.ratio == 0.0


def test_a_ratio_the_other_way_round_swaps_its_ends():
    found = dose_ratio(curve(np.log10(3.0)), curve(0.0), LOGS, seed=1)
    other = found.inverse()
    assert other.ratio == pytest.approx(1 / found.ratio) and other.low == pytest.approx(1 / found.high)
    assert other.inverse().parameter_low == pytest.approx(found.parameter_low)


def test_differences_are_paired():
    a, b = curve(0.5), curve(0.0)
    found = difference(a, b, 4, seed=1)
    apart = (a.values[4] - b.values[4]).reshape(2, 50).mean(axis=0)
    assert found.mean == pytest.approx(apart.mean())
    assert found.error == pytest.approx(apart.std(ddof=1) / np.sqrt(50), rel=0.2)
    assert step(a, 5, seed=1).mean == pytest.approx((a.values[5] - a.values[4]).mean())


def test_a_word_needs_two_errors():
    assert Difference(1.0, 0.6, 0, 0).sign == 0 and Difference(-1.3, 0.6, 0, 0).sign == -1
    assert Difference(0.0, 0.0, 0, 0).sign == 0
