"""Masks of another grid on the grid of an image, by the nearest voxel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SAME_GRID = 1e-3
"""mm and voxels within which two grids are the same."""


def same_grid(shape: tuple[int, ...], affine: Floats, image: ImageVolume) -> bool:
    """True if a grid is that of the image."""
    return shape == image.shape and bool(np.allclose(affine, image.affine, atol=SAME_GRID))


def nearest(mask: Mask, affine: Floats, image: ImageVolume) -> Mask:
    """Mask on the grid of an image: of each voxel's centre, the nearest voxel of the mask; outside it, False.

    Parameters
    ----------
    mask : (slices, rows, columns) array of bool
        The mask.
    affine : (4, 4) array
        From index of the mask to mm.
    image : ImageVolume
        The image.

    Returns
    -------
    (slices, rows, columns) array of bool

    Examples
    --------
    >>> image = ImageVolume(values=np.zeros((1, 4, 4, 4), np.float32), affine=np.diag([1.0, 1, 1, 1]),
    ...     quantity="MR signal", starts=np.zeros(1), durations=np.zeros(1))
    >>> int(nearest(np.ones((1, 2, 2), bool), np.diag([2.0, 2, 2, 1]), image).sum())
    32
    """
    if same_grid(mask.shape, affine, image):
        return mask
    to_mask = np.linalg.inv(affine) @ image.affine
    slices, rows, columns = image.shape
    plane = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    resampled = np.zeros(image.shape, bool)
    for k in range(slices):
        index = [
            np.floor(
                to_mask[a, 0] * k + to_mask[a, 1] * plane[0] + to_mask[a, 2] * plane[1] + to_mask[a, 3] + 0.5 - 1e-9
            )
            for a in range(3)
        ]
        inside = np.logical_and.reduce([(i >= 0) & (i < n) for i, n in zip(index, mask.shape, strict=True)])
        a, b, c = (i[inside].astype(np.intp) for i in index)
        resampled[k][inside] = mask[a, b, c]
    return resampled
