"""DICOM segmentations as regions on the grid of an image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError

from hepatica.imaging.readers import resample
from hepatica.imaging.readers.dicom.headers import open_header
from hepatica.imaging.readers.dicom.tags import missing, number, numbers, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import checked_voxels
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.volume import ImageVolume

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
SEGMENTED = 0.5
"""Occupancy or probability from which a voxel belongs to a fractional segment."""


def read_segmentation(path: str | Path, image: ImageVolume) -> tuple[Region, ...]:
    """Read a DICOM segmentation onto the grid of an image.

    Parameters
    ----------
    path : str or Path
        The file.
    image : ImageVolume
        Whose grid the regions take; a segmentation on another grid gives its nearest voxel.

    Returns
    -------
    tuple of Region
        Named by the segments' labels; overlapping segments stay so.

    Raises
    ------
    ImageError
        If it is no segmentation, is damaged, or a segment does not meet the image.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.masks import write_segmentation
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.readers import read_dicom
    >>> folder, mask = Path(tempfile.mkdtemp()), np.zeros((3, 8, 8), bool)
    >>> mask[1, 2:4, 2:5] = True
    >>> image = read_dicom(PetPhantom.uniform(1.0, shape=mask.shape).write(folder / "pet"))
    >>> read_segmentation(write_segmentation(folder / "s.dcm", {"liver": mask}), image)[0].voxels
    6
    """
    path = Path(path)
    ds = open_mask(path, "SEG")
    count, rows, columns = int(number(ds, "NumberOfFrames") or 1), *_size(ds)
    checked_voxels(path.name, count, rows, columns)
    labels = {int(number(s, "SegmentNumber") or 0): text(s, "SegmentLabel") for s in ds.get("SegmentSequence") or []}
    if not labels:
        raise missing("SegmentSequence", "export the segmentation anew")
    groups = ds.get("PerFrameFunctionalGroupsSequence") or []
    if len(groups) < count:
        raise ImageError(
            tag_name("PerFrameFunctionalGroupsSequence"), f"{len(groups)} for {count} frames", "export it anew"
        )
    planes = _planes(path, ds, (count, rows, columns))
    shared = (ds.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    regions = []
    for segment, label in sorted(labels.items()):
        mine = [k for k in range(count) if _segment(groups[k], shared) == segment]
        if not mine:
            continue
        positions = np.array(
            [_place(groups[k], shared, "PlanePositionSequence", "ImagePositionPatient", 3) for k in mine]
        )
        affine, order = _affine(groups[mine[0]], shared, positions)
        stack = np.zeros((int(order.max()) + 1, rows, columns), bool)
        stack[order] = planes[mine]
        regions.append(Region.of(label or f"segment {segment}", resample.nearest(stack, affine, image)))
    return tuple(regions)


def open_mask(path: Path, modality: str) -> FileDataset:
    """Dataset of a file of a modality.

    Raises
    ------
    ImageError
        If it is no DICOM file, or of another modality.
    """
    try:
        ds = open_header(path, pixels=True)
    except InvalidDicomError as error:
        raise ImageError(path.name, "not a DICOM file", f"give one of modality {modality}") from error
    if text(ds, "Modality") != modality:
        raise ImageError(
            f"{path.name}, {tag_name('Modality')}", text(ds, "Modality") or "none", f"give one of {modality}"
        )
    return ds


def _size(ds: Dataset) -> tuple[int, int]:
    rows, columns = number(ds, "Rows"), number(ds, "Columns")
    if not rows or not columns:
        raise missing("Rows", "export the segmentation anew")
    return int(rows), int(columns)


def _planes(path: Path, ds: FileDataset, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    count = int(np.prod(shape))
    bits = int(number(ds, "BitsAllocated") or 0)
    raw = np.frombuffer(ds.get("PixelData") or b"", np.uint8)
    needed = (count + 7) // 8 if bits == 1 else count
    if bits not in (1, 8):
        raise ImageError(tag_name("BitsAllocated"), f"{bits} bits", "give a segmentation of 1 or 8 bits")
    if len(raw) < needed:
        raise ImageError(f"{path.name}, PixelData (7FE0,0010)", f"{len(raw)} bytes of {needed}", "copy the file anew")
    if bits == 1:
        return np.unpackbits(raw[:needed], bitorder="little")[:count].reshape(shape).astype(bool)
    largest = number(ds, "MaximumFractionalValue") or (255.0 if text(ds, "SegmentationType") == "FRACTIONAL" else 1.0)
    return np.asarray(raw[:count].reshape(shape) >= max(1.0, SEGMENTED * largest))


def _item(group: Dataset, shared: Dataset, sequence: str) -> Dataset:
    items = group.get(sequence) or shared.get(sequence) or []
    return items[0] if len(items) else Dataset()


def _segment(group: Dataset, shared: Dataset) -> int:
    return int(number(_item(group, shared, "SegmentIdentificationSequence"), "ReferencedSegmentNumber") or 0)


def _place(group: Dataset, shared: Dataset, sequence: str, keyword: str, count: int) -> tuple[float, ...]:
    values = numbers(_item(group, shared, sequence), keyword, count)
    if values is None:
        raise missing(keyword, "export the segmentation anew")
    return values


def _affine(group: Dataset, shared: Dataset, positions: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Affine of a stack, and the slice of each position in it; empty slices between are left empty."""
    direction = np.array(_place(group, shared, "PlaneOrientationSequence", "ImageOrientationPatient", 6))
    spacing = _place(group, shared, "PixelMeasuresSequence", "PixelSpacing", 2)
    measures = _item(group, shared, "PixelMeasuresSequence")
    normal = np.cross(direction[:3], direction[3:])
    depth = positions @ normal
    gaps = np.diff(np.unique(np.round(depth, 3)))
    thickness = number(measures, "SpacingBetweenSlices") or number(measures, "SliceThickness")
    step = thickness or 0.0
    if len(gaps) and not (step and np.allclose(gaps / step, np.rint(gaps / step), atol=0.05) and gaps.min() > step / 2):
        step = float(gaps.min())
    if not step > 0:
        raise missing("SliceThickness", "export the segmentation anew")
    first = int(np.argmin(depth))
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = normal * step, direction[3:] * spacing[0]
    affine[:3, 2], affine[:3, 3] = direction[:3] * spacing[1], positions[first]
    return affine, np.rint((depth - depth[first]) / step).astype(np.intp)
