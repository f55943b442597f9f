"""Stored values of DICOM frames, checked for length before they are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError

from hepatica.imaging.readers.dicom.frames import Frame
from hepatica.imaging.readers.dicom.headers import open_header
from hepatica.imaging.readers.dicom.tags import missing, number, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import checked_voxels

Stored = NDArray[np.integer] | NDArray[np.floating]
RLE = "1.2.840.10008.1.2.5"


def plane_size(ds: FileDataset) -> tuple[int, int]:
    """Rows and columns.

    Raises
    ------
    ImageError
        If one is missing, or the image has colours.
    """
    rows, columns = number(ds, "Rows"), number(ds, "Columns")
    if rows is None or columns is None:
        raise missing("Rows" if rows is None else "Columns", "give a series of images")
    if (number(ds, "SamplesPerPixel") or 1) != 1 or "MONOCHROME" not in text(ds, "PhotometricInterpretation"):
        raise ImageError(tag_name("PhotometricInterpretation"), "an image in colours", "give the series of numbers")
    checked_voxels(tag_name("Rows"), int(rows), int(columns))
    return int(rows), int(columns)


def stored_values(frames: Sequence[Frame]) -> Iterator[tuple[int, Stored]]:
    """Number of the frame in the sequence, and its stored values (rows, columns); a file is opened once.

    Raises
    ------
    ImageError
        If the pixels are missing, cut short or of a kind that is not read.
    """
    by_file: dict[Path, list[int]] = {}
    for k, frame in enumerate(frames):
        by_file.setdefault(frame.path, []).append(k)
    for path, members in by_file.items():
        planes = _planes(path)
        for k in members:
            if frames[k].index >= len(planes):
                raise ImageError(path.name, "fewer frames than its header says", "export the series anew")
            yield k, planes[frames[k].index]


def _planes(path: Path) -> Stored:
    try:
        ds = open_header(path, pixels=True)
    except InvalidDicomError as error:
        raise ImageError(path.name, "the file changed while it was read", "read it again") from error
    rows, columns = plane_size(ds)
    count = int(number(ds, "NumberOfFrames") or 1)
    if "PixelData" not in ds and "FloatPixelData" not in ds:
        raise ImageError(f"{path.name}, PixelData (7FE0,0010)", "missing", "export the series anew")
    if str(getattr(ds.file_meta, "TransferSyntaxUID", "")) == RLE:
        return _decoded(path, ds, (count, rows, columns))
    dtype = _dtype(ds)
    raw = ds.get("FloatPixelData") if "FloatPixelData" in ds else ds.PixelData
    needed = count * rows * columns * dtype.itemsize
    if raw is None or len(raw) < needed:
        raise ImageError(
            f"{path.name}, PixelData (7FE0,0010)",
            f"{len(raw or b'')} bytes of {needed}",
            "the file is cut short: copy it anew",
        )
    values = np.frombuffer(raw, dtype, count * rows * columns).reshape(count, rows, columns)
    stored = int(number(ds, "BitsStored") or 8 * dtype.itemsize)
    return values if stored == 8 * dtype.itemsize or dtype.kind == "f" else _cut(values, stored)


def _dtype(ds: FileDataset) -> np.dtype[np.generic]:
    order = ">" if ds.original_encoding[1] is False else "<"
    if "FloatPixelData" in ds:
        return np.dtype(order + "f4")
    bits = int(number(ds, "BitsAllocated") or 0)
    if bits not in (8, 16, 32):
        raise ImageError(tag_name("BitsAllocated"), f"{bits} bits", "give an image of 8, 16 or 32 bits")
    return np.dtype(f"{order}{'i' if number(ds, 'PixelRepresentation') else 'u'}{bits // 8}")


def _cut(values: NDArray[np.generic], stored: int) -> Stored:
    """Values without the bits above those stored, which may hold an overlay."""
    integers = values.astype(np.int64) & ((1 << stored) - 1)
    if values.dtype.kind == "i":
        integers = np.where(integers >> (stored - 1), integers - (1 << stored), integers)
    return integers.astype(values.dtype)


def _decoded(path: Path, ds: FileDataset, shape: tuple[int, int, int]) -> Stored:
    try:
        return np.asarray(ds.pixel_array).reshape(shape)
    except Exception as error:  # its decoder raises what it raises
        raise ImageError(f"{path.name}, PixelData (7FE0,0010)", "damaged", "export the series anew") from error
