"""DICOM series as an image: PET and SPECT as activity at the time of injection, MR as signal by echo time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers import identifiers
from hepatica.imaging.readers.dicom.dose import administration, first_acquisition, injection_time
from hepatica.imaging.readers.dicom.frames import Frame, frames_of
from hepatica.imaging.readers.dicom.geometry import grid
from hepatica.imaging.readers.dicom.headers import Header, Scan, choose, scan
from hepatica.imaging.readers.dicom.nuclear import spect_factors
from hepatica.imaging.readers.dicom.pixels import plane_size, stored_values
from hepatica.imaging.readers.dicom.scale import Context, pet_factors
from hepatica.imaging.readers.dicom.tags import missing, number, tag_name, text
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import checked_voxels
from hepatica.imaging.readers.stated import EMISSION_ONLY, Stated
from hepatica.imaging.readers.volume import Administration, ImageVolume, Note, NoteCode, Quantity, Voxels
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]


@dataclass
class _Series:
    """A series while it is read."""

    headers: list[Header]
    times: list[list[Frame]]
    affine: Floats
    stated: Stated
    notes: list[Note] = field(default_factory=list)

    @property
    def frames(self) -> list[Frame]:
        return [frame for stack in self.times for frame in stack]


def read_dicom(
    place: str | Path,
    *,
    stated: Stated | None = None,
    modality: str = "",
    series: int | None = None,
    progress: Progress = ignore_progress,
) -> ImageVolume:
    """Read a DICOM series of PET (PT), SPECT (NM) or MR.

    Parameters
    ----------
    place : str or Path
        A folder with one series, one file a slice, or a multi-frame file. Uncompressed or RLE.
    stated : Stated, optional
        What tags lack, or what replaces them.
    modality : {"", "PT", "NM", "MR"}
        Where a folder holds several.
    series : int, optional
        SeriesNumber (0020,0011), likewise.
    progress : Progress
        Told of each slice.

    Returns
    -------
    ImageVolume
        Bq/mL at the time of injection, or MR signal. It holds no identifier.

    Raises
    ------
    ImageError
        One sentence: the tag that is missing or contradicts another, or what is wrong with the files.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> folder = PetPhantom.uniform(1000.0, shape=(3, 4, 4)).write(Path(tempfile.mkdtemp()) / "pet")
    >>> image = read_dicom(folder)
    >>> image.values.shape, round(float(image.values.mean()))  # 1000 Bq/mL an hour after the injection
    ((1, 3, 4, 4), 1461)
    """
    place, stated = Path(place), stated or Stated()
    content = scan(place)
    headers = choose(place, content, modality, series)
    times, affine = grid(frames_of(headers))
    _all_slices(place, headers, len(times[0]))
    made = _Series(headers, times, affine, stated, _first_notes(content, stated))
    image = _mr if text(headers[0].ds, "Modality") == "MR" else _emission
    return image(made, progress)


def _all_slices(place: Path, headers: Sequence[Header], slices: int) -> None:
    """Refuse a PET series whose first or last slices are not there: what is left looks like a volume of its own."""
    stated = max((number(h.ds, "NumberOfSlices") or 0.0) for h in headers)
    if slices < stated:
        fault = f"{stated:g}, and the folder holds {slices}"
        raise ImageError(f"{place.name}, {tag_name('NumberOfSlices')}", fault, "give all slices of the series")


def _first_notes(content: Scan, stated: Stated) -> list[Note]:
    notes = [Note(NoteCode.OTHER_FILES, {"n": content.others})] if content.others else []
    if stated.named():
        notes.append(Note(NoteCode.STATED, {"names": ", ".join(stated.named())}))
    return notes


def _identifiers(made: _Series) -> tuple[str, ...]:
    """Names of identifying attributes; notes that there are some."""
    filled = {k for h in made.headers for k in identifiers.DICOM if k in h.ds and text(h.ds, k)}
    names = identifiers.present(identifiers.DICOM, filled)
    if names:
        made.notes.append(Note(NoteCode.IDENTIFIERS, {"n": len(names)}))
    return names


def _emission(made: _Series, progress: Progress) -> ImageVolume:
    ds = made.headers[0].ds
    dose = administration(ds, made.stated, made.notes)
    injected = injection_time(ds, made.frames, dose.half_life, made.stated, made.notes)
    context = Context(ds, made.frames, dose, injected, made.stated)
    _same_in_all(made.headers, ("Units", "DecayCorrection", "SUVType", "Modality"))
    if text(ds, "Modality") == "PT":
        factors = pet_factors(context, made.notes)
    else:
        factors = spect_factors(context, float(abs(np.linalg.det(made.affine[:3, :3])) / 1000.0), made.notes)
    attenuation = _attenuation(made)
    starts = [(first_acquisition(stack) - injected).total_seconds() for stack in made.times]
    return _volume(made, factors, progress, Quantity.ACTIVITY, dose, np.asarray(starts), attenuation)


def _same_in_all(headers: Sequence[Header], keywords: Sequence[str]) -> None:
    for keyword in keywords:
        if len({text(h.ds, keyword) for h in headers}) > 1:
            raise ImageError(tag_name(keyword), "differs between slices", "separate them into series")


def _attenuation(made: _Series) -> bool:
    """True if the image is corrected for attenuation; PET without it is refused, and a silent tag too."""
    ds, stated = made.headers[0].ds, made.stated.attenuation_corrected
    applied = text(ds, "CorrectedImage").upper().split("\\")
    enhanced = text(ds, "AttenuationCorrected").upper()
    is_pet = text(ds, "Modality") == "PT"
    if stated is not None:
        corrected = stated
    elif applied == [""] and not enhanced and is_pet:
        raise missing("CorrectedImage", "state attenuation_corrected")
    else:
        corrected = "ATTN" in applied or enhanced == "YES"
    if not corrected and is_pet:
        raise ImageError(
            tag_name("CorrectedImage"), "no correction for attenuation (ATTN)", "give the corrected series"
        )
    if not corrected:
        made.notes.append(Note(NoteCode.NOT_ATTENUATION_CORRECTED))
    return corrected


def _mr(made: _Series, progress: Progress) -> ImageVolume:
    made.stated.refuse("MR series", EMISSION_ONLY)
    echoes = [stack[0].echo_time for stack in made.times]
    known = [e for e in echoes if e is not None]
    if len(known) < len(echoes):
        raise missing("EchoTime", "export the series anew")
    slopes = np.array([1.0 if f.slope is None else f.slope for f in made.frames])
    starts = np.full(len(echoes), np.nan)
    if made.stated.injected is not None:
        starts[:] = (first_acquisition(made.frames) - made.stated.injected).total_seconds()
        if starts[0] < 0:
            raise ImageError("stated injected", "the infusion is after the acquisition", "state its date and time")
    image = _volume(made, slopes, progress, Quantity.SIGNAL, None, starts, True)
    return replace(image, echo_times=np.asarray(known))


def _volume(
    made: _Series,
    factors: Floats,
    progress: Progress,
    quantity: Quantity,
    dose: Administration | None,
    starts: Floats,
    attenuation: bool,
) -> ImageVolume:
    durations = [max((f.duration or np.nan) for f in stack) for stack in made.times]
    return ImageVolume(
        values=_values(made, factors, progress),
        affine=made.affine,
        quantity=quantity,
        starts=starts,
        durations=np.asarray(durations),
        administration=dose,
        attenuation_corrected=attenuation,
        identifiers=_identifiers(made),
        notes=tuple(made.notes),
    )


def _values(made: _Series, factors: Floats, progress: Progress) -> Voxels:
    """Voxels (time, slice, row, column), each slice times its factor; one slice is in memory beside them."""
    frames, slices = made.frames, len(made.times[0])
    rows, columns = plane_size(made.headers[0].ds)
    checked_voxels(tag_name("Rows"), len(frames), rows, columns)
    values = np.empty((len(frames), rows, columns), np.float32)
    for done, (k, plane) in enumerate(stored_values(frames), 1):
        if plane.shape != (rows, columns):
            raise ImageError(tag_name("Rows"), "slices of different sizes", "separate them into series")
        np.multiply(plane, factors[k], out=values[k], casting="unsafe")
        if frames[k].intercept:
            values[k] += frames[k].intercept
        progress("read", done, len(frames))
    if not np.isfinite(values).all():
        raise ImageError("PixelData (7FE0,0010)", "voxels that are not finite numbers", "export the series anew")
    return values.reshape(len(made.times), slices, rows, columns)
