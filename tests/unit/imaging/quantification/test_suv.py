"""Standardised uptake values; the numbers from outside are in tests/reference."""

import numpy as np
import pytest

from hepatica.imaging.quantification.suv import standardised_uptake_value, uptake_value
from hepatica.imaging.readers import Quantity
from hepatica.imaging.readers.faults import ImageError


def test_by_hand(bare):
    image = bare(np.full((1, 2, 2), 5000.0), activity=350e6)
    np.testing.assert_allclose(standardised_uptake_value(image), 1.0)
    assert uptake_value([1.0, 2.0], 4.0, 8.0).tolist() == [2.0, 4.0]


def test_refuses_what_is_not_activity(bare):
    from dataclasses import replace

    with pytest.raises(ImageError, match="not activity"):
        standardised_uptake_value(replace(bare(np.ones((1, 1, 1))), quantity=Quantity.SIGNAL))
    with pytest.raises(ImageError, match="0010,1020"):
        standardised_uptake_value(bare(np.ones((1, 1, 1))), "BSA")
