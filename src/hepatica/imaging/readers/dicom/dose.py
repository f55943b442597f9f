"""Injected radioactivity of a DICOM series: dose in Bq or MBq, residue, time of injection, half-life, body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydicom.dataset import Dataset

from hepatica.imaging.readers.dicom.frames import Frame
from hepatica.imaging.readers.dicom.tags import missing, number, parse_datetime, parse_time, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.nuclides import nuclide_name
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import Administration, Note, NoteCode

MOST_MBQ, LEAST_BQ = 1e4, 1e5
"""A dose below the first is in MBq, one above the second in Bq; between them it may be either."""
MOST_HEIGHT, MOST_KG = 3.0, 1000.0
DATE_KNOWN_BY_DECAY = 8.0
"""Half-lives in a day from which an image a day later cannot be: 0.4 % of the activity would be left."""
MOST_HALF_LIVES = 40.0


def information(ds: Dataset) -> Dataset:
    """The one item of the radiopharmaceutical's sequence; empty where there is none.

    Raises
    ------
    ImageError
        If there are several: two injections.
    """
    items = ds.get("RadiopharmaceuticalInformationSequence") or []
    if len(items) > 1:
        raise ImageError(
            tag_name("RadiopharmaceuticalInformationSequence"), f"{len(items)} injections", "give images of one"
        )
    return items[0] if len(items) else Dataset()


def administration(ds: Dataset, stated: Stated, notes: list[Note]) -> Administration:
    """Injected radioactivity of a series.

    Parameters
    ----------
    ds : Dataset
        Any header of the series.
    stated : Stated
        What replaces tags.
    notes : list of Note
        Extended by how the tags were read.

    Raises
    ------
    ImageError
        If dose or half-life is missing or cannot be.
    """
    info = information(ds)
    nuclide = stated.nuclide or _nuclide(info)
    half_life = stated.half_life or number(info, "RadionuclideHalfLife")
    if not half_life:
        raise missing("RadionuclideHalfLife", "state it as half_life")
    if half_life < 0:
        raise ImageError(tag_name("RadionuclideHalfLife"), "below 0", "state it as half_life")
    weight, height = _weight(ds, stated, notes), _height(ds, stated)
    return Administration(
        activity=stated.net(_dose(ds, info, stated, notes), notes),
        half_life=half_life,
        nuclide=nuclide_name(nuclide) or nuclide,
        weight=weight,
        height=height,
        sex=stated.sex or text(ds, "PatientSex")[:1].upper(),
    )


def _nuclide(info: Dataset) -> str:
    for code in info.get("RadionuclideCodeSequence") or []:
        if name := nuclide_name(text(code, "CodeMeaning")):
            return name
    return nuclide_name(text(info, "Radiopharmaceutical"))


def _dose(ds: Dataset, info: Dataset, stated: Stated, notes: list[Note]) -> float:
    """Radionuclide total dose in Bq; PET states Bq and NM states MBq, and both are found where the other belongs."""
    if stated.activity is not None:
        return stated.activity
    said = number(info, "RadionuclideTotalDose")
    if not said:
        raise missing("RadionuclideTotalDose", "state it as activity, in Bq")
    if said < 0:
        raise ImageError(tag_name("RadionuclideTotalDose"), "below 0", "state it as activity, in Bq")
    if MOST_MBQ < said < LEAST_BQ:
        raise ImageError(tag_name("RadionuclideTotalDose"), f"{said:g} may be Bq or MBq", "state it as activity, in Bq")
    in_mbq, expected = said <= MOST_MBQ, text(ds, "Modality") == "NM"
    if in_mbq != expected:
        code = NoteCode.DOSE_IN_MBQ if in_mbq else NoteCode.DOSE_IN_BQ
        notes.append(Note(code, {"dose": said}))
    return said * 1e6 if in_mbq else said


def _weight(ds: Dataset, stated: Stated, notes: list[Note]) -> float | None:
    weight = stated.weight or number(ds, "PatientWeight") or None
    if weight is not None and weight > MOST_KG:
        weight = weight / 1000.0
        notes.append(Note(NoteCode.WEIGHT_IN_GRAMS, {"kg": weight}))
    if weight is not None and weight < 0:
        raise ImageError(tag_name("PatientWeight"), "below 0", "state it as weight, in kg")
    return weight


def _height(ds: Dataset, stated: Stated) -> float | None:
    height = stated.height or number(ds, "PatientSize") or None
    if height is not None and not 0 < height <= MOST_HEIGHT:
        raise ImageError(tag_name("PatientSize"), "not a height in m", "state it as height, in m")
    return height


def injection_time(
    ds: Dataset, frames: Sequence[Frame], half_life: float, stated: Stated, notes: list[Note]
) -> datetime:
    """Time of injection in the clock of the scanner.

    The date is taken from the tag that has one. A time of day without a date is that last before the first
    acquisition (across midnight too), but only for nuclides that an image a day later could not show.

    Raises
    ------
    ImageError
        If it is missing, is after the acquisition or far before it, or its date cannot be known.
    """
    info, first = information(ds), first_acquisition(frames)
    said, where = text(info, "RadiopharmaceuticalStartDateTime"), tag_name("RadiopharmaceuticalStartDateTime")
    if stated.injected is not None:
        time, where = stated.injected, "stated injected"
    elif said:
        time = parse_datetime(said, where, text(ds, "TimezoneOffsetFromUTC"))
    else:
        time = _last_before(first, info, half_life, notes)
    if time > first:
        raise ImageError(where, "the injection is after the acquisition", "state its time as injected")
    if (first - time).total_seconds() > MOST_HALF_LIVES * half_life:
        raise ImageError(where, "the injection is many half-lives before the image", "state its time as injected")
    return time


def _last_before(first: datetime, info: Dataset, half_life: float, notes: list[Note]) -> datetime:
    said = text(info, "RadiopharmaceuticalStartTime")
    clock = parse_time(said) if said else None
    if clock is None:
        raise missing("RadiopharmaceuticalStartDateTime", "state the time of injection as injected")
    if timedelta(days=1).total_seconds() < DATE_KNOWN_BY_DECAY * half_life:
        raise ImageError(
            tag_name("RadiopharmaceuticalStartDateTime"),
            "missing, and the time alone does not say on which day a long-lived tracer was injected",
            "state date and time as injected",
        )
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    time = midnight + clock
    before = time > first
    notes.append(Note(NoteCode.DATE_INFERRED, {"days": int(before)}))
    return time - timedelta(days=int(before))


def first_acquisition(frames: Sequence[Frame]) -> datetime:
    """Start of the earliest frame.

    Raises
    ------
    ImageError
        If a frame has none.
    """
    times = [f.acquired for f in frames]
    known = [t for t in times if t is not None]
    if len(known) < len(times):
        raise missing("AcquisitionTime", "export the series with dates and times of acquisition")
    return min(known)
