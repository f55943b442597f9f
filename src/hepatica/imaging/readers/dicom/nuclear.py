"""From stored values of a gamma camera to activity: units of a real-world map, or counts by a stated sensitivity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hepatica.imaging.readers.decay import to_injection
from hepatica.imaging.readers.dicom.scale import Context, decay_correction, decay_factors
from hepatica.imaging.readers.dicom.tags import missing, number, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.volume import Note

Floats = NDArray[np.float64]
PER_ML = {"BQ/ML": 1.0, "BQML": 1.0, "{BQ}/ML": 1.0, "KBQ/ML": 1e3, "MBQ/ML": 1e6}


def spect_factors(context: Context, voxel_volume: float, notes: list[Note]) -> Floats:
    """Factor of each frame, (frames,), from stored value to Bq/mL at the time of injection.

    Parameters
    ----------
    context : Context
        What decides the scale.
    voxel_volume : float, mL
        Of one voxel.
    notes : list of Note
        Extended by what was found.

    Raises
    ------
    ImageError
        If neither a unit of activity nor the sensitivity of the camera is known, or a time is missing.
    """
    slopes = np.array([1.0 if f.slope is None else f.slope for f in context.frames])
    if (slopes <= 0).any() or any(f.intercept for f in context.frames):
        raise ImageError(tag_name("RescaleSlope"), "a slope not above 0, or an intercept", "export the series anew")
    mapped = _real_world(context.ds)
    units = text(context.ds, "Units").upper()
    if mapped is not None:
        calibrated = np.full(len(slopes), mapped)
    elif units in PER_ML:
        calibrated = slopes * PER_ML[units]
    elif context.stated.sensitivity is None:
        raise ImageError(
            tag_name("RealWorldValueMappingSequence"),
            "no unit of activity, so the image is in counts",
            "state the sensitivity of the camera in counts per second per MBq",
        )
    else:
        per_bq = context.stated.sensitivity / 1e6 * _durations(context)
        return slopes / (per_bq * voxel_volume) * _decay(context, notes)
    return calibrated * _decay(context, notes)


def _real_world(ds: Dataset) -> float | None:
    """Slope of a real-world value map whose unit is an activity concentration, in Bq/mL."""
    groups = [ds, *(ds.get("SharedFunctionalGroupsSequence") or [])]
    for item in (i for g in groups for i in g.get("RealWorldValueMappingSequence") or []):
        code = text((item.get("MeasurementUnitsCodeSequence") or [Dataset()])[0], "CodeValue").upper()
        if code not in PER_ML:
            continue
        if number(item, "RealWorldValueIntercept"):
            raise ImageError(tag_name("RealWorldValueIntercept"), "not 0", "export the series anew")
        slope = number(item, "RealWorldValueSlope")
        if not slope or slope < 0:
            raise missing("RealWorldValueSlope", "export the series anew")
        return slope * PER_ML[code]
    return None


def _durations(context: Context) -> Floats:
    durations = np.array([context.stated.duration or f.duration or np.nan for f in context.frames])
    if not (durations > 0).all():
        raise missing("ActualFrameDuration", "state the time of acquisition as duration, in s")
    return durations


def _decay(context: Context, notes: list[Note]) -> Floats:
    """Decay correction; an NM object that names no correction at all has none."""
    applied = text(context.ds, "CorrectedImage").upper().split("\\")
    silent = not text(context.ds, "DecayCorrection") and context.stated.decay_reference is None
    if not silent:
        return decay_factors(context, notes)
    if "DECY" in applied:
        decay_correction(context.ds)
    starts = [(f.acquired - context.injected).total_seconds() for f in context.frames if f.acquired]
    return to_injection(context.dose.decay_constant, starts, _durations(context))
