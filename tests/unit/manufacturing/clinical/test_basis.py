"""Terms of the surface: none at the reference, held beyond the ranges, and a design inside them."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import RANGES, design, reference_point, terms


def test_the_reference_has_no_consequence():
    for viability in (0.4, 0.9, 1.0):
        assert np.abs(terms(reference_point(viability), viability)).max() < 1e-15


def test_terms_by_hand():
    p, v, t, f, v0 = 0.5, 0.7, 2.0, 1.5, 0.9
    row = terms(np.array([p, v, t, f]), v0)[0]
    assert row[0] == pytest.approx(np.log(p * f * v / v0)) and row[3] == pytest.approx(np.log(f * v / v0))
    assert row[7] == pytest.approx(t * f * v - v0) and row[8] == pytest.approx(t * f * 0.3 - 0.1)


def test_beyond_the_ranges_the_value_is_held():
    inside, beyond = np.array([3.0, 1.0, 20.0, 3.0]), np.array([30.0, 1.0, 200.0, 30.0])
    assert np.array_equal(terms(inside, 0.9), terms(beyond, 0.9))


def test_the_design_lies_in_the_ranges_and_tells_all_terms_apart():
    points = design(0.9)
    low, high = np.array(list(RANGES.values())).T
    assert (points >= low - 1e-12).all() and (points <= high + 1e-12).all()
    assert np.linalg.matrix_rank(terms(points, 0.9)) == 11


def test_what_is_refused():
    with pytest.raises(InputError, match="product.viability"):
        terms(reference_point(0.3), 0.3)
    with pytest.raises(InputError, match="finite"):
        terms(np.array([np.nan, 0.9, 1.0, 1.0]), 0.9)
