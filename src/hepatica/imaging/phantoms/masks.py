"""Masks of phantoms: DICOM segmentations and structure sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from hepatica.imaging.phantoms.objects import new_object, save

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


def write_segmentation(
    path: str | Path,
    masks: Mapping[str, Mask],
    *,
    spacing: tuple[float, float, float] = (4.0, 4.0, 4.0),
    fractional: bool = False,
) -> Path:
    """Write a DICOM segmentation, one frame for each slice of a segment that is not empty.

    Parameters
    ----------
    path : str or Path
        The file.
    masks : mapping of str to (slice, row, column) array of bool
        One mask each.
    spacing : tuple of float, mm
        Of slice, row and column.
    fractional : bool
        Write occupancy of 0 to 255 instead of bits.

    Examples
    --------
    >>> import tempfile
    >>> write_segmentation(Path(tempfile.mkdtemp()) / "s.dcm", {"liver": np.ones((2, 8, 8), bool)}).name
    's.dcm'
    """
    ds = new_object("SEG")
    first = next(iter(masks.values()))
    frames, groups, segments = [], [], []
    for number, (name, mask) in enumerate(masks.items(), 1):
        segment = Dataset()
        segment.SegmentNumber, segment.SegmentLabel = number, name
        segments.append(segment)
        for k in np.flatnonzero(mask.any(axis=(1, 2))):
            frames.append(mask[k])
            groups.append(_group(number, float(k) * spacing[0]))
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = list(spacing[1:]), str(spacing[0])
    plane.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    ds.SegmentSequence, ds.SharedFunctionalGroupsSequence = Items(segments), Items([shared])
    ds.PerFrameFunctionalGroupsSequence = Items(groups)
    ds.SegmentationType, ds.NumberOfFrames = "FRACTIONAL" if fractional else "BINARY", str(len(frames))
    ds.Rows, ds.Columns = first.shape[1:]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated = ds.BitsStored = 8 if fractional else 1
    ds.HighBit = ds.BitsStored - 1
    bits = np.concatenate([f.ravel() for f in frames])
    raw = (bits.astype(np.uint8) * 255).tobytes() if fractional else np.packbits(bits, bitorder="little").tobytes()
    if fractional:
        ds.MaximumFractionalValue = 255
    ds.PixelData = raw + b"\0" * (len(raw) % 2)
    return save(ds, Path(path))


def _group(segment: int, depth: float) -> Dataset:
    group, number, place = Dataset(), Dataset(), Dataset()
    number.ReferencedSegmentNumber = segment
    place.ImagePositionPatient = [0.0, 0.0, depth]
    group.SegmentIdentificationSequence, group.PlanePositionSequence = [number], [place]
    return group


def write_structures(path: str | Path, contours: Mapping[str, Sequence[Points]]) -> Path:
    """Write a structure set of closed planar contours.

    Parameters
    ----------
    path : str or Path
        The file.
    contours : mapping of str to sequence of (points, 3) array, mm
        Lines of each structure, each closed.

    Examples
    --------
    >>> import tempfile
    >>> square = np.array([[0, 0, 0], [8, 0, 0], [8, 8, 0], [0, 8, 0]], float)
    >>> write_structures(Path(tempfile.mkdtemp()) / "rs.dcm", {"liver": [square]}).name
    'rs.dcm'
    """
    ds = new_object("RTSTRUCT")
    names, drawn = [], []
    for number, (name, lines) in enumerate(contours.items(), 1):
        roi, item = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = str(number), name
        item.ReferencedROINumber, item.ContourSequence = str(number), Items([_contour(line) for line in lines])
        names.append(roi)
        drawn.append(item)
    ds.StructureSetROISequence, ds.ROIContourSequence = Items(names), Items(drawn)
    return save(ds, Path(path))


def _contour(line: Points) -> Dataset:
    contour = Dataset()
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", str(len(line))
    contour.ContourData = [f"{v:.6g}" for v in np.asarray(line).ravel()]
    return contour
