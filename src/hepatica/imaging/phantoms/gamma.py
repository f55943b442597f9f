"""SPECT phantoms: multi-frame NM objects in counts or in a unit of activity."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydicom.dataset import Dataset

from hepatica.imaging.phantoms.objects import change, new_object, save, set_pixels

INJECTION = {
    "Radiopharmaceutical": "In111 oxine",
    "RadiopharmaceuticalStartDateTime": "20250101100000.000000",
    "RadionuclideTotalDose": "40.0",
    "RadionuclideHalfLife": "241920",
}


def write_spect(
    path: str | Path,
    counts: ArrayLike,
    *,
    spacing: tuple[float, float, float] = (4.0, 4.0, 4.0),
    seconds: float = 1200.0,
    tags: Mapping[str, Any] | None = None,
    injection: Mapping[str, Any] | None = None,
) -> Path:
    """Write a tomographic NM object.

    Parameters
    ----------
    path : str or Path
        The file.
    counts : (slice, row, column) array_like
        Stored values, 0 to 65,535.
    spacing : tuple of float, mm
        Of slice, row and column.
    seconds : float
        Of the acquisition, divided among 60 steps.
    tags, injection : mapping, optional
        Attributes of the object and of its injection; None removes one. NM states doses in MBq.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> write_spect(Path(tempfile.mkdtemp()) / "a.dcm", np.ones((2, 3, 3))).name
    'a.dcm'
    """
    ds = new_object("NM")
    ds.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    ds.CorrectedImage = ["ATTN", "SCAT"]
    ds.PixelSpacing, ds.SliceThickness = [spacing[1], spacing[2]], str(spacing[0])
    ds.SpacingBetweenSlices = str(spacing[0])
    detector, rotation, item = Dataset(), Dataset(), Dataset()
    detector.ImagePositionPatient = [0.0, 0.0, 0.0]
    detector.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    rotation.ActualFrameDuration, rotation.NumberOfFramesInRotation = str(round(seconds * 1000 / 60)), 60
    change(item, INJECTION | dict(injection or {}))
    ds.DetectorInformationSequence, ds.RotationInformationSequence = [detector], [rotation]
    ds.RadiopharmaceuticalInformationSequence = [item]
    change(ds, tags or {})
    set_pixels(ds, np.rint(np.asarray(counts, float)).astype(np.uint16))
    return save(ds, Path(path))
