"""NIfTI images: PET with a BIDS sidecar, maps of R2*, and masks of organs."""

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from nibabel.nifti1 import Nifti1Header, Nifti1Image
from nibabel.nifti2 import Nifti2Header, Nifti2Image
from numpy.typing import NDArray

from hepatica.imaging.readers import identifiers, resample
from hepatica.imaging.readers.decay import to_injection
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import GZIP_MAGIC, MAX_FILE_BYTES, checked_file, checked_voxels, read_bounded
from hepatica.imaging.readers.nuclides import half_life_of, nuclide_name
from hepatica.imaging.readers.region import Region
from hepatica.imaging.readers.sidecar import Sidecar, read_sidecar
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import Administration, ImageVolume, Note, NoteCode, Quantity, Voxels

Floats = NDArray[np.float64]
HEADER = 352  # bytes of the header of NIfTI-1; NIfTI-2 has 540
HEADERS = 4096
TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""From NIfTI's axes (right, anterior, superior) to DICOM's."""
UNUSED = {
    "injected": "write InjectionStart, in s since TimeZero, into the sidecar",
    "decay_reference": "write ImageDecayCorrectionTime, in s since TimeZero, into the sidecar",
    "duration": "write FrameDuration, in s, into the sidecar",
    "sensitivity": "give an image in Bq/mL",
}
"""Statements that are of no use here, and what is instead."""


class Grid(NamedTuple):
    """Voxels of a NIfTI file as they are stored there, in the house's order of axes."""

    values: Voxels
    affine: Floats
    identifiers: tuple[str, ...]


def load(path: Path) -> Grid:
    """Voxels (frame, slice, row, column) and affine of a NIfTI file, whose size is refused before it is expanded.

    Raises
    ------
    ImageError
        If it is damaged, no NIfTI file, too large, has more than four dimensions, or voxels that are not finite.
    """
    checked_file(path)
    head = _head(path)
    shape = tuple(int(n) for n in head.get_data_shape())
    if not 3 <= len(shape) <= 4 and not (len(shape) > 4 and set(shape[4:]) == {1}):
        raise ImageError(path.name, f"{len(shape)} dimensions", "give an image of three or four")
    checked_voxels(path.name, *shape)
    raw = read_bounded(path, min(MAX_FILE_BYTES, int(head["vox_offset"]) + _bytes(head, shape) + HEADERS))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Any = _kind(head).from_bytes(raw)
            values = np.asarray(image.dataobj, np.float32)
    except Exception as error:  # a damaged file raises what its parsers raise
        raise ImageError(path.name, "the image is damaged or cut short", "copy it anew") from error
    if not np.isfinite(values).all():
        count = int((~np.isfinite(values)).sum())
        raise ImageError(path.name, f"{count} voxels are not finite numbers", "give an image without them")
    values = values.reshape(shape[:3] + (shape[3] if len(shape) > 3 else 1,))
    affine = np.eye(4)
    affine[:, :3] = (TO_LPS @ image.affine)[:, [2, 1, 0]]
    affine[:, 3] = (TO_LPS @ image.affine)[:, 3]
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-9:
        raise ImageError(f"{path.name}, sform and qform", "no place in the body", "give an image with an affine")
    named = identifiers.present(identifiers.NIFTI, [k for k in identifiers.NIFTI if _filled(head, k)])
    return Grid(np.ascontiguousarray(values.transpose(3, 2, 1, 0)), affine, named)


def _head(path: Path) -> Any:
    """Header of NIfTI-1 or -2; no more than a few kilobytes are expanded."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        try:
            start = gzip.GzipFile(fileobj=file).read(HEADERS) if packed else file.read(HEADERS)
        except Exception as error:
            raise ImageError(path.name, "the compressed file is damaged or cut short", "copy it anew") from error
    for kind in (Nifti1Header, Nifti2Header):
        if len(start) >= HEADER and kind.may_contain_header(start[: kind.sizeof_hdr]):
            try:
                return kind.from_fileobj(io.BytesIO(start))
            except Exception as error:
                raise ImageError(path.name, "its header is damaged", "copy it anew") from error
    raise ImageError(path.name, "not a NIfTI file", "give a file of NIfTI-1 or NIfTI-2, .nii or .nii.gz")


def _kind(head: Any) -> Any:
    """Class of images of a header."""
    return Nifti2Image if isinstance(head, Nifti2Header) else Nifti1Image


def _bytes(head: Any, shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64)) * int(head.get_data_dtype().itemsize)


def _filled(head: Any, name: str) -> bool:
    return name in head and bool(bytes(head[name].tobytes()).strip(b"\0 "))


def read_nifti(path: str | Path, sidecar: str | Path | None = None, *, stated: Stated | None = None) -> ImageVolume:
    """Read a PET image in NIfTI with its BIDS sidecar.

    Parameters
    ----------
    path : str or Path
        ``.nii`` or ``.nii.gz``.
    sidecar : str or Path, optional
        JSON file; else that of the same name beside the image.
    stated : Stated, optional
        What the sidecar lacks, or what replaces it; times stay in the sidecar, where they count from TimeZero.

    Returns
    -------
    ImageVolume
        Bq/mL at the time of injection.

    Raises
    ------
    ImageError
        One sentence: the field that is missing or contradicts another, or what is wrong with the file.

    Examples
    --------
    >>> import json, nibabel, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> nibabel.save(Nifti1Image(np.full((2, 2, 2), 5.0, np.float32), np.eye(4)), folder / "a_pet.nii")
    >>> _ = (folder / "a_pet.json").write_text(json.dumps({"Units": "kBq/mL", "FrameTimesStart": [0],
    ...     "FrameDuration": [60], "InjectionStart": 0, "ImageDecayCorrected": True, "ImageDecayCorrectionTime": 0,
    ...     "InjectedRadioactivity": 40, "InjectedRadioactivityUnits": "MBq", "TracerRadionuclide": "Zr89",
    ...     "AttenuationCorrection": "measured"}))
    >>> float(read_nifti(folder / "a_pet.nii").values.max())
    5000.0
    """
    path, stated = Path(path), stated or Stated()
    sidecar_path = (
        Path(sidecar) if sidecar is not None else path.with_name(path.name.removesuffix(".gz")).with_suffix(".json")
    )
    said, notes = read_sidecar(sidecar_path), []
    stated.refuse(sidecar_path.name, UNUSED)
    if stated.named():
        notes.append(Note(NoteCode.STATED, {"names": ", ".join(stated.named())}))
    dose = _dose(sidecar_path.name, said, stated, notes)
    if said.injected is None:
        raise ImageError(f"{sidecar_path.name}, InjectionStart", "missing", "add it to the sidecar")
    if not (said.attenuation_corrected if stated.attenuation_corrected is None else stated.attenuation_corrected):
        raise ImageError(f"{sidecar_path.name}, AttenuationCorrection", "none", "give the corrected image")
    grid = load(path)
    if len(grid.values) != len(said.starts):
        fault = f"{len(said.starts)} frames for {len(grid.values)} of the image"
        raise ImageError(f"{sidecar_path.name}, FrameTimesStart", fault, "give the sidecar that belongs to the image")
    grid.values[...] *= (said.scale * _decay(said, dose)[:, None, None, None]).astype(np.float32)
    names = tuple(dict.fromkeys((*grid.identifiers, *said.identifiers)))
    if names:
        notes.append(Note(NoteCode.IDENTIFIERS, {"n": len(names)}))
    return ImageVolume(
        values=grid.values,
        affine=grid.affine,
        quantity=Quantity.ACTIVITY,
        starts=said.starts - said.injected,
        durations=said.durations,
        administration=dose,
        notes=tuple(notes),
        identifiers=names,
    )


def _dose(where: str, said: Sidecar, stated: Stated, notes: list[Note]) -> Administration:
    nuclide = nuclide_name(stated.nuclide or said.nuclide)
    half_life = stated.half_life or said.half_life
    if half_life is None and (half_life := half_life_of(nuclide)) is not None:
        notes.append(Note(NoteCode.HALF_LIFE_BY_NUCLIDE, {"nuclide": nuclide}))
    if not half_life or half_life < 0:
        raise ImageError(f"{where}, TracerRadionuclide", "no nuclide of known half-life", "state half_life, in s")
    activity = stated.activity or said.activity
    if not activity or activity < 0:
        raise ImageError(f"{where}, InjectedRadioactivity", "missing, or not above 0", "add it to the sidecar")
    return Administration(
        activity=stated.net(activity, notes),
        half_life=half_life,
        nuclide=nuclide,
        weight=stated.weight or said.weight,
        height=stated.height,
        sex=stated.sex or "",
    )


def _decay(said: Sidecar, dose: Administration) -> Floats:
    """Factor of each frame to the time of injection, (frame,)."""
    injected = said.injected or 0.0
    if said.corrected_to is not None:
        return np.full(len(said.starts), to_injection(dose.decay_constant, said.corrected_to - injected))
    return to_injection(dose.decay_constant, said.starts - injected, said.durations)


def read_relaxation(path: str | Path) -> ImageVolume:
    """Read a map of R2* in 1/s.

    Raises
    ------
    ImageError
        As `load`, and if there is more than one volume.
    """
    grid = load(Path(path))
    if len(grid.values) > 1:
        raise ImageError(Path(path).name, f"{len(grid.values)} volumes", "give one map of R2*, in 1/s")
    none = np.full(len(grid.values), np.nan)
    return ImageVolume(
        values=grid.values,
        affine=grid.affine,
        quantity=Quantity.RELAXATION,
        starts=none,
        durations=none,
        identifiers=grid.identifiers,
        notes=(Note(NoteCode.IDENTIFIERS, {"n": len(grid.identifiers)}),) if grid.identifiers else (),
    )


def read_mask(path: str | Path, image: ImageVolume, names: Mapping[int, str] | None = None) -> tuple[Region, ...]:
    """Read a mask or a map of labels onto the grid of an image.

    Parameters
    ----------
    path : str or Path
        The file.
    image : ImageVolume
        Whose grid the regions take; a mask on another grid gives its nearest voxel.
    names : mapping of int to str, optional
        Organ of each label; else ``"label 1"`` and so on.

    Raises
    ------
    ImageError
        If the labels are not whole numbers, a named one is not there, or the mask misses the image.
    """
    grid = load(Path(path))
    labels = grid.values[0]
    if len(grid.values) > 1 or (labels != np.rint(labels)).any():
        raise ImageError(Path(path).name, "not a mask of whole numbers", "give one label for each organ, 0 elsewhere")
    there = {int(v) for v in np.unique(labels) if v != 0}
    labels_by_value = names if names is not None else {v: f"label {v}" for v in sorted(there)}
    if absent := [str(v) for v in labels_by_value if v not in there] or ([] if there else ["any"]):
        raise ImageError(Path(path).name, f"no voxel of label {', '.join(absent)}", "name labels that the mask has")
    return tuple(
        Region.of(name, resample.nearest(labels == value, grid.affine, image))
        for value, name in labels_by_value.items()
    )
