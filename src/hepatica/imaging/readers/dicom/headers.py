"""Headers of the DICOM files of a folder, grouped into series; bounded, and of one patient."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError

from hepatica.imaging.readers.dicom.tags import tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import MAX_FILES, ZIP_MAGIC, checked_file

MODALITIES = {"PT": "PET", "NM": "SPECT or planar", "MR": "MR"}
"""Modalities of images that are read."""
_SYNTAXES = {
    "1.2.840.10008.1.2": "implicit little endian",
    "1.2.840.10008.1.2.1": "explicit little endian",
    "1.2.840.10008.1.2.2": "explicit big endian",
    "1.2.840.10008.1.2.5": "RLE lossless",
}


class Header(NamedTuple):
    """Header of one file."""

    path: Path
    ds: FileDataset


@dataclass(frozen=True)
class Scan:
    """Headers of one folder or file.

    Attributes
    ----------
    headers : tuple of Header
        In the order of the files' names.
    others : int
        Files that are no DICOM.
    """

    headers: tuple[Header, ...]
    others: int = 0


def open_header(path: Path, *, pixels: bool = False) -> FileDataset:
    """Header of a DICOM file, with its pixels if asked for.

    Raises
    ------
    InvalidDicomError
        If it is no DICOM file.
    ImageError
        If it is damaged or compressed in a way that is not read.
    """
    checked_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns of every deviation from the standard
            ds = dcmread(path, stop_before_pixels=not pixels)
            _ = ds.get("Modality")
    except InvalidDicomError:
        raise
    except Exception as error:  # a damaged file raises what its parsers raise
        raise ImageError(path.name, "the DICOM file is damaged or cut short", "export the series anew") from error
    syntax = str(getattr(ds.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2"))
    if syntax not in _SYNTAXES:
        name = getattr(getattr(ds.file_meta, "TransferSyntaxUID", ""), "name", syntax)
        raise ImageError(
            f"{path.name}, TransferSyntaxUID (0002,0010)", f"{name}", "convert it to Explicit VR Little Endian"
        )
    return ds


def scan(place: Path) -> Scan:
    """Headers of the DICOM files in a folder (not in folders below it), or of one file.

    Parameters
    ----------
    place : Path
        A folder or a file.

    Raises
    ------
    ImageError
        If there is none, a file is damaged or empty, there are too many, or they are of two patients.
    """
    headers: list[Header] = []
    others: list[Path] = []
    for path in _paths(place):
        try:
            headers.append(Header(path, open_header(path)))
        except InvalidDicomError:
            _refuse_archive(path)
            others.append(path)
    if not headers:
        raise ImageError(place.name, "no DICOM file", "give the folder that holds the files of the series")
    _no_slice_among(others, headers)
    _whole(headers)
    _one_patient(place, headers)
    return Scan(tuple(headers), len(others))


def _paths(place: Path) -> list[Path]:
    if not place.exists():
        raise ImageError(place.name, "no such folder or file", "give one that exists")
    if place.is_file():
        return [place]
    try:
        with os.scandir(place) as entries:
            paths = sorted(
                Path(e.path) for e in entries if e.is_file() and e.name != "DICOMDIR" and not e.name.startswith(".")
            )
    except OSError as error:
        raise ImageError(place.name, error.strerror or "unreadable", "give a folder that can be read") from error
    if len(paths) > MAX_FILES:
        raise ImageError(place.name, f"{len(paths):,} files", f"give a folder of at most {MAX_FILES:,}")
    for path in paths:
        if not path.stat().st_size:
            raise ImageError(path.name, "the file is empty", "copy it anew, or take it out of the folder")
    return paths


def _refuse_archive(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == ZIP_MAGIC:
            raise ImageError(path.name, "a ZIP archive", "unpack it and give the folder inside")


def _no_slice_among(others: list[Path], headers: list[Header]) -> None:
    """Refuse a file that is named as the slices are and is none: a slice would be left out unseen."""
    endings = {h.path.suffix.lower() for h in headers} - {""}
    for path in others:
        if path.suffix.lower() in endings:
            fault = "it is named as the DICOM files beside it, and is none"
            raise ImageError(path.name, fault, "copy it anew, or take it out of the folder")


def _whole(headers: list[Header]) -> None:
    """Refuse files whose header ends early: pydicom gives what it has read, and a slice would be left out unseen."""
    for header in headers:
        needed: tuple[str, ...] = ("Modality", "SeriesInstanceUID")
        if text(header.ds, "Modality") in MODALITIES:
            needed = (*needed, "Rows", "Columns")
        for keyword in needed:
            if not text(header.ds, keyword):
                fault = f"no {tag_name(keyword)}: the file is cut short or no image"
                raise ImageError(header.path.name, fault, "copy it anew, or take it out of the folder")


def _one_patient(place: Path, headers: list[Header]) -> None:
    for keyword in ("PatientID", "PatientName", "PatientBirthDate"):
        if len({said for h in headers if (said := text(h.ds, keyword))}) > 1:
            raise ImageError(
                f"{place.name}, {tag_name(keyword)}",
                "files of more than one patient",
                "put each in a folder of its own",
            )


def choose(place: Path, content: Scan, modality: str = "", series: int | None = None) -> list[Header]:
    """Headers of the one image series of a scan.

    Parameters
    ----------
    place : Path
        For an error.
    content : Scan
        Headers of the folder.
    modality : {"", "PT", "NM", "MR"}
        Where a folder holds several.
    series : int, optional
        SeriesNumber (0020,0011), where there are several.

    Raises
    ------
    ImageError
        If there is none, or more than one.
    """
    allowed = (modality,) if modality else tuple(MODALITIES)
    kinds = Counter(text(h.ds, "Modality") for h in content.headers)
    kept = [h for h in content.headers if text(h.ds, "Modality") in allowed]
    if not kept:
        said = ", ".join(f"{k or 'none'}" for k in sorted(kinds))
        raise ImageError(f"{place.name}, {tag_name('Modality')}", f"{said}", f"give a series of {', '.join(allowed)}")
    if series is not None:
        kept = [h for h in kept if text(h.ds, "SeriesNumber") == str(series)]
        if not kept:
            raise ImageError(tag_name("SeriesNumber"), f"no series {series}", "name one that the folder holds")
    groups = {(text(h.ds, "Modality"), text(h.ds, "SeriesInstanceUID")) for h in kept}
    if len(groups) > 1:
        there = sorted({text(h.ds, "SeriesNumber") or "none" for h in kept})
        raise ImageError(
            f"{place.name}, {tag_name('SeriesInstanceUID')}",
            f"{len(groups)} series mixed (numbers {', '.join(there)})",
            "name one by its series number, or put each in a folder of its own",
        )
    return kept
