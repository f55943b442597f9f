"""Region: a box of a mask."""

import numpy as np
import pytest

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region


def test_box_and_back():
    whole = np.random.default_rng(1).random((5, 6, 7)) > 0.8
    region = Region.of("liver", whole)
    np.testing.assert_array_equal(region.on_grid(whole.shape), whole)
    np.testing.assert_array_equal(whole[region.box], region.mask)
    assert region.voxels == whole.sum()


def test_refuses_an_empty_mask():
    with pytest.raises(ImageError, match="spleen"):
        Region.of("spleen", np.zeros((2, 2, 2), bool))
