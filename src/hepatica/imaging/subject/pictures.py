"""Pictures that are kept of a scan: thinned projections and one axial slice; voxels are let go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.quantification.preview import Projection
from hepatica.imaging.readers import ImageVolume, Region

SHOWN = "liver"
"""Organ whose slice is kept; the largest where it was not measured."""
MOST_PIXELS = 400
"""Height and width to which projections are thinned out."""


class Slice(NamedTuple):
    """Axial slice with the regions that it cuts.

    Attributes
    ----------
    intensity : (row, column) array
    outlines : mapping of str to (row, column) array of bool
    size : tuple of float, mm
        Of a pixel: row, column.
    """

    intensity: NDArray[np.float32]
    outlines: dict[str, NDArray[np.bool_]]
    size: tuple[float, float]


def axial_slice(image: ImageVolume, organs: Sequence[Region]) -> Slice:
    """Axial slice through the widest part of the liver, or of the largest organ where it was not measured.

    Parameters
    ----------
    image : ImageVolume
        Its first frame is shown.
    organs : sequence of Region
        On its grid.
    """
    largest = max(organs, key=lambda r: (r.name == SHOWN, r.voxels))
    k = largest.box[0].start + int(np.argmax(largest.mask.sum(axis=(1, 2))))
    outlines = {}
    for region in organs:
        first, rows, columns = region.box
        if first.start <= k < first.stop:
            outline = np.zeros(image.shape[1:], bool)
            outline[rows, columns] = region.mask[k - first.start]
            outlines[region.name] = outline
    step = _step(image.shape[1:])
    size = (float(image.spacing[1] * step), float(image.spacing[2] * step))
    return Slice(
        image.values[0, k, ::step, ::step].copy(), {n: m[::step, ::step].copy() for n, m in outlines.items()}, size
    )


def thinned(view: Projection) -> Projection:
    """Projection of at most 400 pixels in height and width.

    Examples
    --------
    >>> tall = Projection(1, np.zeros((900, 10), np.float32), {}, (2.0, 4.0))
    >>> thinned(tall).intensity.shape, thinned(tall).size
    ((300, 4), (6.0, 12.0))
    """
    step = _step(view.intensity.shape)
    some = slice(None, None, step)
    return Projection(
        view.axis,
        view.intensity[some, some].copy(),
        {n: m[some, some].copy() for n, m in view.shadows.items()},
        (view.size[0] * step, view.size[1] * step),
    )


def _step(shape: Sequence[int]) -> int:
    return max(1, -(-max(shape) // MOST_PIXELS))
