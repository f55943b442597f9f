"""Preview of regions: maximum-intensity projections of an image, and the shadow of each region on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume, Voxels

Mask = NDArray[np.bool_]


class Projection(NamedTuple):
    """Maximum-intensity projection along an axis of the grid.

    Attributes
    ----------
    axis : int
        0 along slices, 1 along rows, 2 along columns.
    intensity : (height, width) array
    shadows : mapping of str to (height, width) array of bool
        Of each region.
    size : tuple of float, mm
        Of a pixel: height, width.
    """

    axis: int
    intensity: Voxels
    shadows: dict[str, Mask]
    size: tuple[float, float]


def projection(image: ImageVolume, regions: Sequence[Region] = (), *, axis: int = 1, frame: int = 0) -> Projection:
    """Maximum-intensity projection of a frame, with the shadows of regions.

    Parameters
    ----------
    image : ImageVolume
        Any quantity.
    regions : sequence of Region
        On its grid.
    axis : int
        0 along slices, 1 along rows (for axial slices, from the front), 2 along columns.
    frame : int
        Which frame.

    Raises
    ------
    ImageError
        If the frame or axis does not exist.

    Examples
    --------
    >>> image = ImageVolume(values=np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4), affine=np.eye(4),
    ...     quantity="activity concentration", starts=np.zeros(1), durations=np.ones(1))
    >>> projection(image, axis=1).intensity.tolist()
    [[8.0, 9.0, 10.0, 11.0], [20.0, 21.0, 22.0, 23.0]]
    """
    if not 0 <= frame < len(image.values) or axis not in (0, 1, 2):
        raise ImageError("preview", f"frame {frame}, axis {axis}", f"a frame of {len(image.values)}, an axis of 0 to 2")
    kept = [a for a in range(3) if a != axis]
    shadows = {}
    for region in regions:
        shadow = np.zeros([image.shape[a] for a in kept], bool)
        shadow[tuple(region.box[a] for a in kept)] = region.mask.any(axis=axis)
        shadows[region.name] = shadow
    height, width = (float(image.spacing[a]) for a in kept)
    return Projection(axis, image.values[frame].max(axis=axis), shadows, (height, width))
