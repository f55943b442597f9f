"""Images in one form, whatever file they came from: activity per volume at the time of injection, or MR signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.words import say

Floats = NDArray[np.float64]
Voxels = NDArray[np.float32]


class Quantity(StrEnum):
    """Physical quantity of the voxels."""

    ACTIVITY = "activity concentration"  # Bq/mL, corrected for decay to the time of injection
    RELAXATION = "transverse relaxation rate"  # R2*, 1/s
    SIGNAL = "MR signal"  # arbitrary


class NoteCode(StrEnum):
    """Remark of a reader on what it found, or on how it was read."""

    IDENTIFIERS = "identifiers"
    DOSE_IN_MBQ = "dose_in_mbq"
    DOSE_IN_BQ = "dose_in_bq"
    WEIGHT_IN_GRAMS = "weight_in_grams"
    RESIDUE_UNKNOWN = "residue_unknown"
    RESIDUE_SUBTRACTED = "residue_subtracted"
    DATE_INFERRED = "date_inferred"
    PRIVATE_REFERENCE = "private_reference"
    REFERENCE_COMPUTED = "reference_computed"
    SEX_UNKNOWN = "sex_unknown"
    HALF_LIFE_BY_NUCLIDE = "half_life_by_nuclide"
    SLOPES_DIFFER = "slopes_differ"
    OTHER_FILES = "other_files"
    STATED = "stated"
    SCALE_FACTORS_DISAGREE = "scale_factors_disagree"
    NOT_ATTENUATION_CORRECTED = "not_attenuation_corrected"
    REGIONS_CODED = "regions_coded"
    BEYOND_CALIBRATION = "beyond_calibration"


class Note(NamedTuple):
    """Remark of a reader.

    Attributes
    ----------
    code : NoteCode
    values : mapping
        What its sentence names; never the content of an identifier.
    """

    code: NoteCode
    values: Mapping[str, object] = {}

    def text(self, lang: str = "en") -> str:
        """Sentence in a language.

        Examples
        --------
        >>> Note(NoteCode.WEIGHT_IN_GRAMS, {"kg": 70.0}).text()
        "Patient's weight was in grams; read as 70 kg."
        """
        return say(f"imaging.note_{self.code}", lang, **{k: _plain(v) for k, v in self.values.items()})


def _plain(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value


@dataclass(frozen=True, kw_only=True)
class Administration:
    """Injected radioactivity, and the body that it was injected into.

    Attributes
    ----------
    activity : float, Bq
        Net of what stayed in the syringe, at the time of injection.
    half_life : float, s
    nuclide : str
        Such as ``"F18"``; a key of ``hepatica.therapy.TRACERS`` for the tracers of cells, "" where unknown.
    weight : float, kg, optional
    height : float, m, optional
    sex : {"M", "F", "O", ""}
    """

    activity: float
    half_life: float
    nuclide: str = ""
    weight: float | None = None
    height: float | None = None
    sex: str = ""

    @property
    def decay_constant(self) -> float:
        """Physical decay constant in 1/s."""
        return float(np.log(2.0) / self.half_life)


@dataclass(frozen=True, kw_only=True)
class ImageVolume:
    """Image with its place in the body and in time; holds nothing that names a person.

    Attributes
    ----------
    values : (frame, slice, row, column) array of float32
        In the unit of `quantity`.
    affine : (4, 4) array
        From index (slice, row, column) to position in mm, in DICOM's patient axes (left, posterior, superior).
    quantity : Quantity
    starts, durations : (frame,) array, s
        Acquisition of each frame, since the injection; NaN for MR whose injection is not stated.
    administration : Administration or None
        None for MR.
    echo_times : (frame,) array, s
        Of MR; else empty.
    attenuation_corrected : bool
    notes : tuple of Note
    identifiers : tuple of str
        Names of the fields of the file that identify a person; their content is gone.
    """

    values: Voxels
    affine: Floats
    quantity: Quantity
    starts: Floats
    durations: Floats
    administration: Administration | None = None
    echo_times: Floats = field(default_factory=lambda: np.empty(0))
    attenuation_corrected: bool = True
    notes: tuple[Note, ...] = ()
    identifiers: tuple[str, ...] = ()

    @property
    def voxel_volume(self) -> float:
        """Volume of a voxel in mL."""
        return float(abs(np.linalg.det(self.affine[:3, :3])) / 1000.0)

    @property
    def spacing(self) -> Floats:
        """Size of a voxel in mm along slice, row and column."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows and columns."""
        return self.values.shape[1], self.values.shape[2], self.values.shape[3]
