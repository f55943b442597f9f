"""Preview: projections and shadows."""

import numpy as np
import pytest

from hepatica.imaging.quantification.preview import projection
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_projection_and_shadow(bare, axis):
    rng = np.random.default_rng(7)
    values, whole = rng.random((4, 5, 6)).astype("f4"), rng.random((4, 5, 6)) > 0.9
    image = bare(values, spacing=(3.0, 2.0, 1.0))
    found = projection(image, [Region.of("liver", whole)], axis=axis)
    np.testing.assert_array_equal(found.intensity, values.max(axis=axis))
    np.testing.assert_array_equal(found.shadows["liver"], whole.any(axis=axis))
    assert found.size == tuple(s for a, s in enumerate((3.0, 2.0, 1.0)) if a != axis)


def test_refuses(bare):
    with pytest.raises(ImageError, match="axis 3"):
        projection(bare(np.ones((1, 1, 1))), axis=3)
