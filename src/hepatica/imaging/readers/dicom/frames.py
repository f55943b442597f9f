"""Frames of a series alike: one per file, of a multi-frame NM object, or of an enhanced object's functional groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hepatica.imaging.readers.dicom.headers import Header
from hepatica.imaging.readers.dicom.tags import date_and_time, missing, number, numbers, parse_datetime, tag_name, text
from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]
MAX_FRAMES = 100_000


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One plane of an image, in place and time.

    Attributes
    ----------
    path : Path
    index : int
        Of the frame in its file.
    position : (3,) array, mm
        Of the first voxel.
    orientation : (6,) array
        Directions of a row and of a column.
    spacing : tuple of float, mm
        Between rows, between columns.
    thickness : float or None, mm
    slope, intercept : float or None
        Of the stored values; None where the tag is absent.
    acquired : datetime or None
        Start of the acquisition.
    duration : float or None, s
    reference : float or None, s
        Frame reference time.
    echo_time : float or None, s
    """

    path: Path
    index: int
    position: Floats
    orientation: Floats
    spacing: tuple[float, float]
    thickness: float | None
    slope: float | None
    intercept: float | None
    acquired: datetime | None
    duration: float | None
    reference: float | None
    echo_time: float | None


def frames_of(headers: Sequence[Header]) -> list[Frame]:
    """Frames of all files of a series.

    Raises
    ------
    ImageError
        If a tag of place or size is missing, or a number of frames is beyond bounds.
    """
    frames: list[Frame] = []
    for header in headers:
        count = int(number(header.ds, "NumberOfFrames") or 1)
        if not 0 < count <= MAX_FRAMES:
            raise ImageError(tag_name("NumberOfFrames"), f"{count} frames", f"give 1 to {MAX_FRAMES:,}")
        if "PerFrameFunctionalGroupsSequence" in header.ds:
            frames += _enhanced(header, count)
        elif text(header.ds, "Modality") == "NM":
            frames += _nuclear(header, count)
        elif count > 1:
            raise missing("PerFrameFunctionalGroupsSequence", "export the series as one file a slice")
        else:
            frames.append(_frame(header, 0, header.ds, header.ds))
    return frames


def _frame(header: Header, index: int, place: Dataset, timing: Dataset, position: Floats | None = None) -> Frame:
    orientation = numbers(place, "ImageOrientationPatient", 6)
    spacing = numbers(place, "PixelSpacing", 2)
    if orientation is None or spacing is None:
        raise missing("PixelSpacing" if spacing is None else "ImageOrientationPatient", "export the series anew")
    if position is None:
        there = numbers(place, "ImagePositionPatient", 3)
        if there is None:
            raise missing("ImagePositionPatient", "export the series anew")
        position = np.asarray(there)
    duration, reference = number(timing, "ActualFrameDuration"), number(timing, "FrameReferenceTime")
    echo = number(timing, "EchoTime")
    return Frame(
        path=header.path,
        index=index,
        position=position,
        orientation=np.asarray(orientation),
        spacing=(spacing[0], spacing[1]),
        thickness=number(place, "SliceThickness"),
        slope=number(place, "RescaleSlope"),
        intercept=number(place, "RescaleIntercept"),
        acquired=date_and_time(timing, "Acquisition"),
        duration=None if duration is None else duration / 1000.0,
        reference=None if reference is None else reference / 1000.0,
        echo_time=None if echo is None else echo / 1000.0,
    )


def _nuclear(header: Header, count: int) -> Iterator[Frame]:
    """Planes of a tomographic NM object, stacked from the position that its first detector states."""
    ds = header.ds
    _one_volume(ds)
    detectors = ds.get("DetectorInformationSequence") or [Dataset()]
    place = Dataset()
    place.update(ds)
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
        if not text(place, keyword) and text(detectors[0], keyword):
            setattr(place, keyword, getattr(detectors[0], keyword))
    first, orientation = numbers(place, "ImagePositionPatient", 3), numbers(place, "ImageOrientationPatient", 6)
    if first is None or orientation is None:
        raise missing("ImagePositionPatient" if first is None else "ImageOrientationPatient", "export the series anew")
    step = number(ds, "SpacingBetweenSlices")
    if step is None and count > 1:
        raise missing("SpacingBetweenSlices", "export the series anew")
    normal = np.cross(orientation[:3], orientation[3:])
    for index in range(count):
        yield _frame(header, index, place, _rotation(ds), np.asarray(first) + index * (step or 0.0) * normal)


def _one_volume(ds: Dataset) -> None:
    """Refuse NM objects whose frames are no slices of one volume: projections, planar views, gates, energy windows."""
    kind = text(ds, "ImageType").upper().split("\\")
    if len(kind) < 3 or kind[2] != "RECON TOMO":
        raise ImageError(
            tag_name("ImageType"),
            kind[2] if len(kind) > 2 else "missing",
            "give a reconstructed volume (RECON TOMO), planar counts as a table",
        )
    for keyword in ("NumberOfEnergyWindows", "NumberOfTimeSlots", "NumberOfRRIntervals"):
        if (number(ds, keyword) or 1) > 1:
            raise ImageError(tag_name(keyword), f"{number(ds, keyword):g}", "give a volume of one")


def _rotation(ds: Dataset) -> Dataset:
    """Timing of an NM object: the time of all steps of its rotations together."""
    timing = Dataset()
    timing.update(ds)
    total = 0.0
    for rotation in ds.get("RotationInformationSequence") or []:
        step, steps = number(rotation, "ActualFrameDuration"), number(rotation, "NumberOfFramesInRotation")
        total += (step or 0.0) * (steps or 0.0)
    if total > 0:
        timing.ActualFrameDuration = str(round(total))
    return timing


def _enhanced(header: Header, count: int) -> Iterator[Frame]:
    """Planes of an enhanced multi-frame object: what frames share, then what each has of its own."""
    own = header.ds.PerFrameFunctionalGroupsSequence
    if len(own) != count:
        raise ImageError(
            tag_name("PerFrameFunctionalGroupsSequence"),
            f"{len(own)} groups for {count} frames",
            "export the series anew",
        )
    shared = (header.ds.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    for index, group in enumerate(own):
        flat = _flatten(shared, group, text(header.ds, "TimezoneOffsetFromUTC"))
        for keyword in ("AcquisitionDate", "AcquisitionTime"):
            if not text(flat, keyword) and text(header.ds, keyword):
                setattr(flat, keyword, getattr(header.ds, keyword))
        yield _frame(header, index, flat, flat)


_GROUPS = {
    "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness"),
    "PlanePositionSequence": ("ImagePositionPatient",),
    "PlaneOrientationSequence": ("ImageOrientationPatient",),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept"),
}


def _flatten(shared: Dataset, own: Dataset, zone: str) -> Dataset:
    flat = Dataset()
    for group in (shared, own):
        for sequence, keywords in _GROUPS.items():
            for item in group.get(sequence) or []:
                for keyword in keywords:
                    if keyword in item:
                        setattr(flat, keyword, getattr(item, keyword))
        for item in group.get("FrameContentSequence") or []:
            _timing(flat, item, zone)
        for item in group.get("MREchoSequence") or []:
            flat.EchoTime = str(number(item, "EffectiveEchoTime") or "")
    return flat


def _timing(flat: Dataset, content: Dataset, zone: str) -> None:
    started = text(content, "FrameAcquisitionDateTime")
    if started:
        time = parse_datetime(started, tag_name("FrameAcquisitionDateTime"), zone)
        flat.AcquisitionDate, flat.AcquisitionTime = time.strftime("%Y%m%d"), time.strftime("%H%M%S.%f")
    if (duration := number(content, "FrameAcquisitionDuration")) is not None:
        flat.ActualFrameDuration = str(round(duration))
