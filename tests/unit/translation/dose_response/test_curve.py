"""Dose-response curve: closed forms at its edges."""

import numpy as np
import pytest

from hepatica.translation.dose_response.curve import FALLS, HILL, emax, falling


def test_half_of_the_effect_at_the_half_effect_whatever_the_steepness():
    for steepness, _ in HILL:
        assert emax(np.array([0.0, 2.0]), np.array(2.0), steepness).tolist() == [0.0, 0.5]
    assert sum(p for _, p in HILL) == 1


def test_a_fall_far_above_is_none_and_halves_the_effect_where_it_stands():
    x = np.geomspace(1e-3, 1e6, 50)
    assert falling(x, np.array(1.0), 2.0, np.inf) == pytest.approx(emax(x, np.array(1.0), 2.0))
    for decades in FALLS:
        there = np.array(10.0**decades)
        assert falling(there, np.array(1.0), 1.0, decades) == pytest.approx(emax(there, np.array(1.0)) / 2)
    assert falling(np.array(1e9), np.array(1.0), 1.0, 1.0) < 1e-10
