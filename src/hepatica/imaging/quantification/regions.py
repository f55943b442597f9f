"""Simple regions drawn on an image: ellipsoid, box, and the voxels above a threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]


def ellipsoid(name: str, image: ImageVolume, *, centre: Sequence[float], semi_axes: Sequence[float]) -> Region:
    """Region of the voxels whose centre lies in an ellipsoid.

    Parameters
    ----------
    name : str
        Of the organ.
    image : ImageVolume
        On whose grid it is drawn.
    centre : sequence of float, mm
        In DICOM's patient axes: left, posterior, superior.
    semi_axes : sequence of float, mm
        Along the same axes.

    Raises
    ------
    ImageError
        If an axis is not above 0, or no voxel lies in it.

    Examples
    --------
    >>> image = ImageVolume(values=np.zeros((1, 9, 9, 9), np.float32), affine=np.eye(4)[[2, 1, 0, 3]],
    ...     quantity="activity concentration", starts=np.zeros(1), durations=np.ones(1))
    >>> ellipsoid("liver", image, centre=(4, 4, 4), semi_axes=(1, 1, 1)).voxels
    7
    """
    _sizes(name, semi_axes)
    box, points = _within(name, image, np.asarray(centre, float), np.asarray(semi_axes, float))
    inside = (((points - np.asarray(centre, float)) / np.asarray(semi_axes, float)) ** 2).sum(axis=-1) <= 1.0 + 1e-9
    return _region(name, box, inside)


def box(name: str, image: ImageVolume, *, centre: Sequence[float], sides: Sequence[float]) -> Region:
    """Region of the voxels whose centre lies in a box along the patient's axes.

    Parameters
    ----------
    name : str
        Of the organ.
    image : ImageVolume
        On whose grid it is drawn.
    centre : sequence of float, mm
        In DICOM's patient axes: left, posterior, superior.
    sides : sequence of float, mm
        Along the same axes.

    Raises
    ------
    ImageError
        If a side is not above 0, or no voxel lies in it.

    Examples
    --------
    >>> image = ImageVolume(values=np.zeros((1, 9, 9, 9), np.float32), affine=np.eye(4)[[2, 1, 0, 3]],
    ...     quantity="activity concentration", starts=np.zeros(1), durations=np.ones(1))
    >>> box("liver", image, centre=(4, 4, 4), sides=(2, 2, 4)).voxels
    45
    """
    _sizes(name, sides)
    half = np.asarray(sides, float) / 2.0
    where, points = _within(name, image, np.asarray(centre, float), half)
    inside = (np.abs(points - np.asarray(centre, float)) <= half + 1e-9).all(axis=-1)
    return _region(name, where, inside)


def above(name: str, image: ImageVolume, *, share: float, within: Region | None = None, frame: int = 0) -> Region:
    """Region of the voxels at or above a share of the maximum, and connected to it.

    Parameters
    ----------
    name : str
        Of the organ.
    image : ImageVolume
        Whose voxels are compared.
    share : float
        Of the maximum, above 0 and below 1.
    within : Region, optional
        Where the maximum is looked for and the region stays; else everywhere.
    frame : int
        Which frame.

    Raises
    ------
    ImageError
        If the share is none, the frame does not exist or there is no activity.

    Examples
    --------
    >>> values = np.zeros((1, 1, 3, 6), np.float32)
    >>> values[0, 0, 1] = [0, 4, 10, 5, 0, 9]
    >>> image = ImageVolume(values=values, affine=np.eye(4), quantity="activity concentration",
    ...     starts=np.zeros(1), durations=np.ones(1))
    >>> above("tumour", image, share=0.41).voxels
    2
    """
    if not 0.0 < share < 1.0:
        raise ImageError(f"region '{name}'", f"a share of {share:g}", "give a share above 0 and below 1")
    if not 0 <= frame < len(image.values):
        raise ImageError(f"region '{name}'", f"frame {frame}", f"give one of 0 to {len(image.values) - 1}")
    where = within.box if within is not None else tuple(slice(0, n) for n in image.shape)
    values = image.values[frame][where]
    allowed = within.mask if within is not None else np.ones(values.shape, bool)
    inside = np.where(allowed, values, -np.inf)
    peak = np.unravel_index(int(np.argmax(inside)), inside.shape)
    if not inside[peak] > 0:
        raise ImageError(f"region '{name}'", "no voxel above 0", "draw it where there is activity")
    labels, _ = ndimage.label(inside >= share * inside[peak], structure=np.ones((3, 3, 3)))
    return _region(name, where, labels == labels[peak])


def _sizes(name: str, sizes: Sequence[float]) -> None:
    if len(sizes) != 3 or not all(np.isfinite(s) and s > 0 for s in sizes):
        raise ImageError(f"region '{name}'", f"sizes {list(sizes)}", "give three in mm, each above 0")


def _within(name: str, image: ImageVolume, centre: Floats, half: Floats) -> tuple[tuple[slice, slice, slice], Floats]:
    """Box of voxels around a shape, and the positions of their centres, (slices, rows, columns, 3)."""
    corners = centre + half * np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    to_index = np.linalg.inv(image.affine)
    index = corners @ to_index[:3, :3].T + to_index[:3, 3]
    low = np.maximum(np.floor(index.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 1, image.shape)
    if (high <= low).any():
        raise ImageError(f"region '{name}'", "no voxel of the image lies in it", "draw it within the image")
    grid = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), axis=-1)
    points = grid @ image.affine[:3, :3].T + image.affine[:3, 3]
    a, b, c = (slice(int(s), int(e)) for s, e in zip(low, high, strict=True))
    return (a, b, c), points


def _region(name: str, where: tuple[slice, ...], inside: NDArray[np.bool_]) -> Region:
    cropped = Region.of(name, inside)
    first = [s.start + o for s, o in zip(where, cropped.origin, strict=True)]
    return Region(name, (first[0], first[1], first[2]), cropped.mask)
