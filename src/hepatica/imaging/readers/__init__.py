"""Readers of images: DICOM, NIfTI with a BIDS sidecar, ECAT 7, and counts of a planar gamma camera.

In reading order: `volume` (the one form of an image), `stated` (what a user adds), `faults`, `limits`, `identifiers`,
`nuclides`, `decay`, `body`, `region` (what readers share); `dicom`, `sidecar`, `nifti`, `ecat`, `planar`. What needs
the extra ``imaging`` is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hepatica.imaging.readers.faults import ImageError, require
from hepatica.imaging.readers.planar import PlanarCounts, read_planar
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import Administration, ImageVolume, Note, NoteCode, Quantity

if TYPE_CHECKING:
    from hepatica.imaging.readers.dicom.contours import read_structures as read_structures
    from hepatica.imaging.readers.dicom.segmentation import read_segmentation as read_segmentation
    from hepatica.imaging.readers.dicom.series import read_dicom as read_dicom
    from hepatica.imaging.readers.ecat import read_ecat as read_ecat
    from hepatica.imaging.readers.nifti import read_mask as read_mask
    from hepatica.imaging.readers.nifti import read_nifti as read_nifti
    from hepatica.imaging.readers.nifti import read_relaxation as read_relaxation

_FROM = {
    "read_dicom": ("hepatica.imaging.readers.dicom.series", "pydicom"),
    "read_ecat": ("hepatica.imaging.readers.ecat", "nibabel"),
    "read_mask": ("hepatica.imaging.readers.nifti", "nibabel"),
    "read_nifti": ("hepatica.imaging.readers.nifti", "nibabel"),
    "read_relaxation": ("hepatica.imaging.readers.nifti", "nibabel"),
    "read_segmentation": ("hepatica.imaging.readers.dicom.segmentation", "pydicom"),
    "read_structures": ("hepatica.imaging.readers.dicom.contours", "pydicom"),
}
"""Module of each reader, and the library that it needs."""

__all__ = [
    "Administration",
    "ImageError",
    "ImageVolume",
    "Note",
    "NoteCode",
    "PlanarCounts",
    "Quantity",
    "Region",
    "Stated",
    "read_dicom",
    "read_ecat",
    "read_mask",
    "read_nifti",
    "read_planar",
    "read_relaxation",
    "read_segmentation",
    "read_structures",
]


def __getattr__(name: str) -> Any:
    """Reader by name, with its library."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, library = _FROM[name]
    require(library)
    return getattr(require(module), name)
