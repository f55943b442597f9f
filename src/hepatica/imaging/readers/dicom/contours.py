"""Structure sets (RTSTRUCT) as regions: closed planar contours filled on the slices of an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hepatica.imaging.readers.dicom.segmentation import open_mask
from hepatica.imaging.readers.dicom.tags import missing, number, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MAX_POINTS = 5_000_000
OFF_PLANE = 0.1
"""Voxels by which a contour may leave the plane of a slice."""
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")


def read_structures(path: str | Path, image: ImageVolume) -> tuple[Region, ...]:
    """Read a structure set onto the grid of an image.

    Parameters
    ----------
    path : str or Path
        The file.
    image : ImageVolume
        The image.

    Returns
    -------
    tuple of Region
        Named by the structures. A voxel belongs to one if its centre is within an odd number of its contours, so that
        a contour inside another is a hole.

    Raises
    ------
    ImageError
        If it is no structure set, a contour is not closed and planar or lies across slices, or misses the image.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.masks import write_structures
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.readers import read_dicom
    >>> folder = Path(tempfile.mkdtemp())
    >>> image = read_dicom(PetPhantom.uniform(1.0, shape=(3, 8, 8)).write(folder / "pet"))
    >>> square = np.array([[2, 2, 4], [14, 2, 4], [14, 14, 4], [2, 14, 4]], float)
    >>> read_structures(write_structures(folder / "rs.dcm", {"liver": [square]}), image)[0].voxels
    9
    """
    path = Path(path)
    ds = open_mask(path, "RTSTRUCT")
    names = {text(r, "ROINumber"): text(r, "ROIName") for r in ds.get("StructureSetROISequence") or []}
    items = ds.get("ROIContourSequence") or []
    if not names or not len(items):
        raise missing("ROIContourSequence" if names else "StructureSetROISequence", "export the structures anew")
    regions = []
    for item in items:
        contours = [_points(path, c) for c in item.get("ContourSequence") or []]
        if contours:
            name = names.get(text(item, "ReferencedROINumber")) or f"structure {text(item, 'ReferencedROINumber')}"
            regions.append(Region.of(name, fill(contours, image, name)))
    if not regions:
        raise missing("ContourSequence", "export the structures with their contours")
    return tuple(regions)


def _points(path: Path, contour: Dataset) -> Floats:
    kind = text(contour, "ContourGeometricType")
    if kind not in CLOSED:
        raise ImageError(tag_name("ContourGeometricType"), kind or "none", "give closed planar contours")
    count = int(number(contour, "NumberOfContourPoints") or 0)
    try:
        flat = np.array([float(v) for v in contour.get("ContourData") or []])
    except ValueError:
        flat = np.array([np.nan])
    if not 3 <= count <= MAX_POINTS or len(flat) != 3 * count or not np.isfinite(flat).all():
        raise ImageError(
            f"{path.name}, {tag_name('ContourData')}", "not three finite numbers a point", "export the structures anew"
        )
    return flat.reshape(count, 3)


def fill(contours: Sequence[Floats], image: ImageVolume, name: str = "") -> Mask:
    """Mask of closed planar contours by the even-odd rule, (slices, rows, columns).

    Parameters
    ----------
    contours : sequence of (points, 3) array, mm
        Lines of each structure, each closed.
    image : ImageVolume
        The image.
    name : str
        For an error.

    Raises
    ------
    ImageError
        If a contour does not lie in one slice.
    """
    to_index = np.linalg.inv(image.affine)
    filled = np.zeros(image.shape, bool)
    for points in contours:
        index = points @ to_index[:3, :3].T + to_index[:3, 3]
        if np.ptp(index[:, 0]) > 2 * OFF_PLANE:
            raise ImageError(
                f"structure '{name}'", "a contour lies across slices", "draw it on the slices of the image"
            )
        k = int(np.rint(index[:, 0].mean()))
        if 0 <= k < image.shape[0]:
            filled[k] ^= _inside(index[:, 1], index[:, 2], image.shape[1], image.shape[2])
    return filled


def _inside(rows: Floats, columns: Floats, height: int, width: int) -> Mask:
    """Points (row, column) of a plane within a polygon: an odd number of edges to their right."""
    crossings = np.zeros((height, width + 1), np.int32)
    for r0, c0, r1, c1 in zip(rows, columns, np.roll(rows, -1), np.roll(columns, -1), strict=True):
        if r0 == r1:
            continue
        low, high = min(r0, r1), max(r0, r1)
        at = np.arange(max(0, int(np.ceil(low))), min(height, int(np.ceil(high))))
        where = c0 + (at - r0) * (c1 - c0) / (r1 - r0)
        crossings[at, np.clip(np.ceil(where), 0, width).astype(int)] += 1
    return np.asarray(np.cumsum(crossings, axis=1)[:, :width] % 2 == 1)
