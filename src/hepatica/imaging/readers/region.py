"""Region of an image: a mask kept as its bounding box, with a name and nothing of who drew it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers.faults import ImageError

Mask = NDArray[np.bool_]


class Region(NamedTuple):
    """Voxels of one organ on the grid of an image.

    Attributes
    ----------
    name : str
    origin : tuple of int
        Slice, row and column at which the box begins.
    mask : (slices, rows, columns) array of bool
        Within the box.

    Examples
    --------
    >>> whole = np.zeros((3, 4, 5), bool)
    >>> whole[1, 2:4, 3] = True
    >>> region = Region.of("liver", whole)
    >>> region.origin, region.mask.shape, region.voxels
    ((1, 2, 3), (1, 2, 1), 2)
    """

    name: str
    origin: tuple[int, int, int]
    mask: Mask

    @classmethod
    def of(cls, name: str, mask: Mask) -> Region:
        """Region of a mask of the whole grid.

        Raises
        ------
        ImageError
            If the mask is empty.
        """
        axes = [np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
        if not all(len(a) for a in axes):
            raise ImageError(f"region '{name}'", "no voxel of the image lies in it", "draw it within the image")
        box = tuple(slice(int(a[0]), int(a[-1]) + 1) for a in axes)
        first = (box[0].start, box[1].start, box[2].start)
        return cls(name, first, np.ascontiguousarray(mask[box]))

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """Slices of the grid that hold the box."""
        a, b, c = (slice(o, o + n) for o, n in zip(self.origin, self.mask.shape, strict=True))
        return a, b, c

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return int(self.mask.sum())

    def on_grid(self, shape: tuple[int, int, int]) -> Mask:
        """Mask of the whole grid, (slices, rows, columns)."""
        grid = np.zeros(shape, bool)
        grid[self.box] = self.mask
        return grid
