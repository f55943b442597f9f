"""Pictures: the slice where the liver is widest, few pixels, true sizes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hepatica.imaging.quantification import box
from hepatica.imaging.readers import ImageVolume
from hepatica.imaging.subject.pictures import MOST_PIXELS, axial_slice


def test_the_slice_is_that_of_the_widest_liver(bare: Callable[..., ImageVolume]) -> None:
    values = np.zeros((5, 6, 900), np.float32)
    values[3] = 7.0
    image = bare(values)
    wide = box("liver", image, centre=(100, 20, 30), sides=(90, 90, 5))
    whole = box("lung", image, centre=(4000, 20, 20), sides=(8000, 90, 90))
    cut = axial_slice(image, [whole, wide])
    assert cut.intensity.max() == 7.0 and max(cut.intensity.shape) <= MOST_PIXELS
    assert cut.outlines.keys() == {"liver", "lung"} and cut.outlines["liver"].shape == cut.intensity.shape
    assert cut.size == (30.0, 30.0)  # every third pixel of 10 mm
    assert axial_slice(image, [whole]).intensity.max() == 0.0
