"""DICOM objects of phantoms: what all have, and how attributes are replaced or removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.8.498.21"
"""Prefix of the identifiers of phantoms, below that of pydicom."""
SOP_CLASS = {
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "NM": "1.2.840.10008.5.1.4.1.1.20",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "SEG": "1.2.840.10008.5.1.4.1.1.66.4",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
}
PATIENT = {
    "PatientName": "PHANTOM",
    "PatientID": "PHANTOM",
    "PatientSex": "O",
    "PatientSize": "1.75",
    "PatientWeight": "70.0",
}
TIMES = {
    "StudyDate": "20250101",
    "SeriesDate": "20250101",
    "AcquisitionDate": "20250101",
    "StudyTime": "110000.000000",
    "SeriesTime": "110000.000000",
    "AcquisitionTime": "110000.000000",
}


def new_object(modality: str, number: int = 1, series: int = 1) -> Dataset:
    """Object of a modality with patient, times and identifiers of a phantom.

    Examples
    --------
    >>> new_object("PT").Modality
    'PT'
    """
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = UID(SOP_CLASS[modality])
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = UID(f"{ROOT}.{series}.{number}")
    ds.StudyInstanceUID, ds.SeriesInstanceUID = ROOT, f"{ROOT}.{series}"
    ds.FrameOfReferenceUID = f"{ROOT}.0"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, str(series), str(number)
    change(ds, PATIENT | TIMES)
    return ds


def change(ds: Dataset, tags: Mapping[str, Any]) -> None:
    """Set attributes by keyword, or remove those of value None.

    Examples
    --------
    >>> ds = new_object("PT")
    >>> change(ds, {"PatientSex": None, "Units": "BQML"})
    >>> "PatientSex" in ds, ds.Units
    (False, 'BQML')
    """
    for keyword, value in tags.items():
        if value is None:
            if keyword in ds:
                delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)


def set_pixels(ds: Dataset, stored: NDArray[np.generic]) -> None:
    """Pixels of a plane (rows, columns) or of frames (frames, rows, columns), 16 bits."""
    signed = stored.dtype.kind == "i"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = int(stored.shape[-2]), int(stored.shape[-1])
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, int(signed)
    if stored.ndim == 3:
        ds.NumberOfFrames = str(stored.shape[0])
    ds.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()


def save(ds: Dataset, path: Path) -> Path:
    """Write an object as a DICOM file; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path
