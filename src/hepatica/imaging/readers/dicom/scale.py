"""From stored PET values to activity at the time of injection: units, vendors' factors, decay correction, per slice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hepatica.imaging.readers.body import body_measure, normalisation_of
from hepatica.imaging.readers.decay import mean_activity_time, to_injection
from hepatica.imaging.readers.dicom.dose import first_acquisition
from hepatica.imaging.readers.dicom.frames import Frame
from hepatica.imaging.readers.dicom.tags import (
    date_and_time,
    missing,
    parse_datetime,
    private,
    private_number,
    tag_name,
    text,
)
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import Administration, Note, NoteCode

Floats = NDArray[np.float64]
UNITS = ("BQML", "GML", "CM2ML", "CNTS")
CORRECTIONS = ("START", "ADMIN", "NONE")
SAME_REFERENCE = 2.0
"""s within which reference times computed from the slices must agree."""
SAME_FACTOR = 0.01


class Context(NamedTuple):
    """Attributes that decide the scale of a series.

    Attributes
    ----------
    ds : Dataset
        Any header.
    frames : sequence of Frame
    dose : Administration
    injected : datetime
    stated : Stated
    """

    ds: Dataset
    frames: Sequence[Frame]
    dose: Administration
    injected: datetime
    stated: Stated


def pet_factors(context: Context, notes: list[Note]) -> Floats:
    """Factor of each frame, (frames,), from stored value to Bq/mL at the time of injection.

    Parameters
    ----------
    context : Context
        What decides the scale.
    notes : list of Note
        Extended by what was found.

    Raises
    ------
    ImageError
        If unit, slope, decay correction or a time that they need is missing.
    """
    slopes = rescale_slopes(context.frames, notes)
    units = text(context.ds, "Units").upper()
    if not units:
        raise missing("Units", "export the series with its unit")
    if units not in UNITS:
        raise ImageError(tag_name("Units"), units, f"export the series in one of {', '.join(UNITS)}")
    if units in ("GML", "CM2ML"):
        kind = "BSA" if units == "CM2ML" else text(context.ds, "SUVType") or "BW"
        return slopes * _of_suv(context.dose, kind, notes)
    if units == "BQML":
        return slopes * decay_factors(context, notes)
    return slopes * _of_counts(context, notes)


def rescale_slopes(frames: Sequence[Frame], notes: list[Note]) -> Floats:
    """Slope of each frame, (frames,), after a check that no intercept is other than 0.

    Raises
    ------
    ImageError
        If a slope is missing or not above 0, or an intercept is not 0.
    """
    slopes = np.array([np.nan if f.slope is None else f.slope for f in frames])
    if np.isnan(slopes).any():
        raise missing("RescaleSlope", "export the series anew; every slice has one")
    if (slopes <= 0).any():
        raise ImageError(tag_name("RescaleSlope"), "0 or below", "export the series anew")
    if any(f.intercept for f in frames):
        raise ImageError(tag_name("RescaleIntercept"), "not 0, as PET requires", "export the series anew")
    if len(different := np.unique(slopes)) > 1:
        notes.append(Note(NoteCode.SLOPES_DIFFER, {"n": len(different)}))
    return slopes


def _of_suv(dose: Administration, kind: str, notes: list[Note]) -> float:
    """Bq/mL at injection of one unit of SUV: dose over what the SUV is normalised to."""
    normalisation = normalisation_of(kind)
    if dose.sex not in ("M", "F") and normalisation.needs_sex:
        notes.append(Note(NoteCode.SEX_UNKNOWN))
    return dose.activity / body_measure(normalisation, weight=dose.weight, height=dose.height, sex=dose.sex)


def _of_counts(context: Context, notes: list[Note]) -> Floats:
    """Philips' counts: its factor to SUV by body weight, or to Bq/mL, which is then as any other."""
    to_suv = private_number(context.ds, "Philips SUV scale factor")
    to_activity = private_number(context.ds, "Philips activity scale factor")
    by_suv = None if to_suv is None or not context.dose.weight else to_suv * _of_suv(context.dose, "BW", notes)
    if by_suv is None and to_activity is None:
        raise ImageError(
            "Philips scale factors (7053,1000) and (7053,1009)",
            "missing, and Units (0054,1001) is CNTS" if to_suv is None else "only that of SUV, and no weight",
            "export the series in BQML" if to_suv is None else "state the weight",
        )
    by_activity = None if to_activity is None else to_activity * decay_factors(context, notes)
    if by_suv is None:
        assert by_activity is not None
        return by_activity
    if by_activity is not None and np.any(np.abs(by_activity / by_suv - 1) > SAME_FACTOR):
        ratio = float(np.median(by_activity / by_suv))
        notes.append(Note(NoteCode.SCALE_FACTORS_DISAGREE, {"ratio": round(ratio, 3)}))
    return np.full(len(context.frames), by_suv)


def decay_factors(context: Context, notes: list[Note]) -> Floats:
    """Factor of each frame, (frames,), from Bq/mL as stored to Bq/mL at the time of injection.

    Raises
    ------
    ImageError
        If the decay correction or a time that it needs is missing, or two tags contradict each other.
    """
    ds, frames, constant = context.ds, context.frames, context.dose.decay_constant
    correction = decay_correction(ds)
    if context.stated.decay_reference is not None:
        elapsed = (context.stated.decay_reference - context.injected).total_seconds()
        return np.full(len(frames), to_injection(constant, elapsed))
    if correction == "ADMIN":
        return np.ones(len(frames))
    if correction == "START":
        elapsed = (reference_time(ds, frames, constant, notes) - context.injected).total_seconds()
        return np.full(len(frames), to_injection(constant, elapsed))
    first_acquisition(frames)
    durations = np.array([np.nan if f.duration is None else f.duration for f in frames])
    if not (durations > 0).all():
        raise missing("ActualFrameDuration", "export the series anew: without decay correction it is needed")
    starts = [(f.acquired - context.injected).total_seconds() for f in frames if f.acquired]
    return to_injection(constant, starts, durations)


def decay_correction(ds: Dataset) -> str:
    """START, ADMIN or NONE.

    Raises
    ------
    ImageError
        If it is missing or contradicts CorrectedImage.
    """
    said = text(ds, "DecayCorrection").upper()
    if not said and (enhanced := text(ds, "DecayCorrected").upper()):
        said = "START" if enhanced == "YES" else "NONE"
    if not said:
        raise missing("DecayCorrection", "state the time of correction as decay_reference")
    if said not in CORRECTIONS:
        raise ImageError(tag_name("DecayCorrection"), said, f"one of {', '.join(CORRECTIONS)}")
    applied = text(ds, "CorrectedImage").upper().split("\\")
    if applied != [""] and ("DECY" in applied) != (said != "NONE"):
        raise ImageError(
            f"{tag_name('DecayCorrection')} and {tag_name('CorrectedImage')}",
            f"{said}, and DECY is {'' if 'DECY' in applied else 'not '}among the corrections",
            "export the series anew, or state decay_reference",
        )
    return said


def reference_time(ds: Dataset, frames: Sequence[Frame], constant: float, notes: list[Note]) -> datetime:
    """Time to which a series of decay correction START is corrected.

    In this order: DecayCorrectionDateTime; GE's or Siemens' private time; the series' time, unless post-processing
    moved it after the first acquisition; the time from which each slice's frame reference time counts.

    Raises
    ------
    ImageError
        If none can be had, or the slices disagree.

    Notes
    -----
    QIBA's order, with the computation of the IBSI SUV manual (oncoray.github.io/suv_computation) where tags fail.
    """
    zone = text(ds, "TimezoneOffsetFromUTC")
    if said := text(ds, "DecayCorrectionDateTime"):
        return parse_datetime(said, tag_name("DecayCorrectionDateTime"), zone)
    for name in ("GE scan time", "Siemens decay correction time"):
        if said := private(ds, name):
            notes.append(Note(NoteCode.PRIVATE_REFERENCE, {"name": name}))
            return parse_datetime(said, name, zone)
    series, first = date_and_time(ds, "Series"), first_acquisition(frames)
    if series is not None and series <= first:
        return series
    lacking = next((k for k in ("FrameReferenceTime", "ActualFrameDuration") if not _all_have(frames, k)), None)
    if lacking:
        fault = "missing" if series is None else "missing, and SeriesTime (0008,0031) is after the acquisition"
        raise ImageError(tag_name(lacking), fault, "state the time of correction as decay_reference")
    starts = np.array([(f.acquired - first).total_seconds() for f in frames if f.acquired])
    middle = mean_activity_time(constant, [f.duration or 0.0 for f in frames])
    references = starts + middle - np.array([f.reference or 0.0 for f in frames])
    if np.ptp(references) > SAME_REFERENCE:
        raise ImageError(
            tag_name("FrameReferenceTime"),
            f"reference times {np.ptp(references):.0f} s apart",
            "state the time of correction as decay_reference",
        )
    notes.append(Note(NoteCode.REFERENCE_COMPUTED))
    return first + timedelta(seconds=float(np.mean(references)))


def _all_have(frames: Sequence[Frame], keyword: str) -> bool:
    field = "reference" if keyword == "FrameReferenceTime" else "duration"
    return all(getattr(f, field) is not None for f in frames)
