"""ECAT 7 PET volumes, as nibabel reads them."""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from nibabel import ecat
from nibabel.fileholders import FileHolder
from numpy.typing import NDArray

from hepatica.imaging.readers import identifiers
from hepatica.imaging.readers.decay import to_injection
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import MAX_FILE_BYTES, checked_file, checked_voxels, read_bounded
from hepatica.imaging.readers.nifti import TO_LPS
from hepatica.imaging.readers.nuclides import nuclide_name
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import Administration, ImageVolume, Note, NoteCode, Quantity

Floats = NDArray[np.float64]
EPOCH = datetime(1970, 1, 1)
MAGIC = b"MATRIX7"
UNITS = ("Bq/cc", "Bq/ml", "Bq/mL", "BQ/CC", "BQ/ML")
CALIBRATED = 1
MEASURED, CALCULATED, DECAY = 0x002, 0x004, 0x200
"""Bits of ``corrections_applied``: attenuation as measured, attenuation as calculated, decay."""
SAME_FACTOR = 0.01
"""Relative difference up to which a frame's factor of decay correction is that to the start of the scan."""
MAX_FRAMES = 10_000
UNUSED = {
    "sensitivity": "leave it out: an ECAT volume is calibrated",
    "duration": "leave it out: each frame has its own",
    "decay_reference": "leave it out: it is the start of the scan",
}
"""Statements that are of no use here."""


def read_ecat(path: str | Path, *, stated: Stated | None = None) -> ImageVolume:
    """Read an ECAT 7 volume.

    Parameters
    ----------
    path : str or Path
        ``.v``
    stated : Stated, optional
        What the header lacks, or what replaces it. Times are in the clock of the scanner, as seconds of UTC.

    Returns
    -------
    ImageVolume
        Bq/mL at the time of injection.

    Raises
    ------
    ImageError
        One sentence: the field of the header that is missing or contradicts another.

    Notes
    -----
    Voxels corrected for decay refer to the start of the scan, which the factor of each frame is held against.
    """
    path, stated = Path(path), stated or Stated()
    stated.refuse(path.name, UNUSED)
    checked_file(path)
    with path.open("rb") as start:
        if start.read(len(MAGIC)) != MAGIC:
            raise ImageError(path.name, "not an ECAT 7 file", "give a volume in ECAT 7, .v")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = FileHolder(fileobj=io.BytesIO(read_bounded(path, MAX_FILE_BYTES)))
            image: Any = ecat.EcatImage.from_file_map({"header": file, "image": file})
            head, frames = image.header, image.get_subheaders().subheaders
            _bounded(path, head, frames)
            values = np.asarray(image.dataobj, np.float32)
    except ImageError:
        raise
    except Exception as error:  # a damaged file raises what its parsers raise
        raise ImageError(path.name, "the ECAT file is damaged or cut short", "copy it anew") from error
    return _volume(path, values, image.affine, (head, frames, stated))


def _bounded(path: Path, head: Any, frames: Any) -> None:
    if not 0 < len(frames) <= MAX_FRAMES:
        raise ImageError(f"{path.name}, num_frames", str(len(frames)), f"give 1 to {MAX_FRAMES:,} frames")
    first = frames[0]
    checked_voxels(path.name, len(frames), *(int(first[f"{a}_dimension"]) for a in "xyz"))


def _volume(path: Path, values: NDArray[np.float32], affine: Floats, header: tuple[Any, Any, Stated]) -> ImageVolume:
    head, frames, stated = header
    if not np.isfinite(values).all():
        raise ImageError(path.name, "voxels that are not finite numbers", "give a volume without them")
    notes = [Note(NoteCode.STATED, {"names": ", ".join(stated.named())})] if stated.named() else []
    _unit(path.name, head)
    dose = _dose(path.name, head, stated, notes)
    offset = _scan_start(path.name, head, stated, dose)
    starts = offset + np.array([float(f["frame_start_time"]) / 1000.0 for f in frames])
    durations = np.array([float(f["frame_duration"]) / 1000.0 for f in frames])
    attenuation = _attenuation(path.name, frames, stated)
    factors = _decay(path.name, frames, dose, (offset, starts, durations))
    names = identifiers.present(
        (*identifiers.ECAT, *identifiers.ECAT_PLACES),
        [k for k in (*identifiers.ECAT, *identifiers.ECAT_PLACES) if _filled(head[k])],
    )
    if names:
        notes.append(Note(NoteCode.IDENTIFIERS, {"n": len(names)}))
    lps = TO_LPS @ affine
    return ImageVolume(
        values=np.ascontiguousarray(values.transpose(3, 2, 1, 0)) * factors[:, None, None, None].astype(np.float32),
        affine=np.column_stack([lps[:, 2], lps[:, 1], lps[:, 0], lps[:, 3]]),
        quantity=Quantity.ACTIVITY,
        starts=starts,
        durations=durations,
        administration=dose,
        attenuation_corrected=attenuation,
        notes=tuple(notes),
        identifiers=names,
    )


def _text(value: Any) -> str:
    return bytes(value.tobytes()).split(b"\0")[0].decode("ascii", "replace").strip()


def _filled(value: Any) -> bool:
    if value.dtype.kind == "S":
        return bool(_text(value))
    return bool(np.asarray(value) != 0) and int(value) not in (2**32 - 1, -1)


def _unit(where: str, head: Any) -> None:
    said = _text(head["data_units"])
    if said not in UNITS or int(head["calibration_unitS"]) != CALIBRATED:
        fault = said or "missing" if said not in UNITS else "the volume is not calibrated"
        raise ImageError(f"{where}, data_units", fault, "give a volume calibrated in Bq/cc")


def _dose(where: str, head: Any, stated: Stated, notes: list[Note]) -> Administration:
    half_life = stated.half_life or float(head["isotope_halflife"])
    if not half_life > 0:
        raise ImageError(f"{where}, isotope_halflife", "missing", "state it as half_life, in s")
    activity = stated.activity or float(head["dosage"])
    if not activity > 0:
        raise ImageError(f"{where}, dosage", "missing", "state it as activity, in Bq")
    if stated.activity is None and activity < 1e4:  # CTI's header is in mCi or MBq, as the user typed it
        raise ImageError(f"{where}, dosage", f"{activity:g} of an unknown unit", "state it as activity, in Bq")
    weight = float(head["patient_weight"])
    return Administration(
        activity=stated.net(activity, notes),
        half_life=half_life,
        nuclide=nuclide_name(stated.nuclide or _text(head["isotope_name"])),
        weight=stated.weight or (weight if weight > 0 else None),
        height=stated.height or (float(head["patient_height"]) / 100.0 or None),
        sex=stated.sex or _text(head["patient_sex"])[:1],
    )


def _scan_start(where: str, head: Any, stated: Stated, dose: Administration) -> float:
    """Seconds from the injection to the start of the scan."""
    scan, given = int(head["scan_start_time"]), int(head["dose_start_time"])
    if stated.injected is not None:
        given = int((stated.injected - EPOCH).total_seconds())
    elif given in (0, 2**32 - 1):
        raise ImageError(f"{where}, dose_start_time", "missing", "state the time of injection as injected")
    if scan in (0, 2**32 - 1):
        raise ImageError(f"{where}, scan_start_time", "missing", "give a volume with the time of its scan")
    if given > scan:
        raise ImageError(
            f"{where}, dose_start_time", "the injection is after the scan", "state the time of injection as injected"
        )
    return float(scan - given)


def _attenuation(where: str, frames: Any, stated: Stated) -> bool:
    applied = int(frames[0]["corrections_applied"])
    corrected = bool(applied & (MEASURED | CALCULATED))
    corrected = corrected if stated.attenuation_corrected is None else stated.attenuation_corrected
    if not corrected:
        raise ImageError(f"{where}, corrections_applied", "no correction for attenuation", "give the corrected volume")
    return True


def _decay(where: str, frames: Any, dose: Administration, times: tuple[float, Floats, Floats]) -> Floats:
    """Factor of each frame to the time of injection, (frame,)."""
    offset, starts, durations = times
    if not (durations > 0).all():
        raise ImageError(f"{where}, frame_duration", "missing", "give a volume with durations of frames")
    corrected = {bool(int(f["corrections_applied"]) & DECAY) for f in frames}
    if len(corrected) > 1:
        raise ImageError(f"{where}, corrections_applied", "some frames are corrected for decay", "correct all or none")
    if not corrected.pop():
        return to_injection(dose.decay_constant, starts, durations)
    applied = np.array([float(f["decay_corr_fctr"]) for f in frames])
    expected = to_injection(dose.decay_constant, starts - offset, durations)
    if (np.abs(applied / expected - 1) > SAME_FACTOR).any():
        raise ImageError(
            f"{where}, decay_corr_fctr",
            "not the factor to the start of the scan",
            "give a volume corrected to it, or not corrected",
        )
    return np.full(len(frames), to_injection(dose.decay_constant, offset))
