"""Settings of the measurement of a scan: regions, resolution, errors, attenuation, and what the file lacks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hepatica.imaging.quantification.recovery import RecoveryCurve
from hepatica.study_fields import Line

MAX_SCANS = 100
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, lt=1e15, allow_inf_nan=False)]
Point = tuple[Finite, Finite, Finite]


class Entry(BaseModel):
    """Table of a subject file, in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShapeEntry(Entry):
    """Simple region of an organ, in mm of DICOM's patient axes (left, posterior, superior).

    Attributes
    ----------
    organ : str
        Or the name of the background.
    form : {"ellipsoid", "box", "threshold"}
        A threshold takes the voxels within an ellipsoid that hold `share` of its largest value or more.
    centre, size : three numbers, mm
        Semi-axes of an ellipsoid, sides of a box.
    share : float
        Of a threshold.
    """

    organ: Annotated[Line, Field(min_length=1, max_length=60)]
    form: Literal["ellipsoid", "box", "threshold"] = "ellipsoid"
    centre: Point
    size: Point
    share: Annotated[float, Field(gt=0, lt=1)] = 0.4


class StatedEntry(Entry):
    """Entries that the files lack, as `Stated` of the readers takes them."""

    activity: float | None = None
    residue: float | None = None
    injected: datetime | None = None
    half_life: float | None = None
    nuclide: str | None = None
    weight: float | None = None
    height: float | None = None
    sex: str | None = None
    sensitivity: float | None = None
    duration: float | None = None
    attenuation_corrected: bool | None = None
    decay_reference: datetime | None = None


class RecoveryEntry(Entry):
    """Recovery coefficients by volume, of the user's own phantom of spheres.

    Attributes
    ----------
    volumes : list of float, mL
        Increasing.
    coefficients : list of float
        Above 0, at most 1.2.
    """

    volumes: Annotated[tuple[Positive, ...], Field(min_length=2, max_length=100)]
    coefficients: Annotated[tuple[Positive, ...], Field(min_length=2, max_length=100)]

    @model_validator(mode="after")
    def _is_curve(self) -> Self:
        self.curve()
        return self

    def curve(self) -> RecoveryCurve:
        """Curve that regions are corrected by."""
        return RecoveryCurve(self.volumes, self.coefficients)


class ErrorEntry(Entry):
    """Relative standard deviations measured by the user, in place of those assumed.

    Attributes
    ----------
    calibration, dose : float, optional
        Of scanner and dose calibrator, shared by all organs and times.
    own : float, optional
        Of delineation, recovery and attenuation.
    """

    calibration: Annotated[float, Field(ge=0, lt=1)] | None = None
    dose: Annotated[float, Field(ge=0, lt=1)] | None = None
    own: Annotated[float, Field(ge=0, lt=1)] | None = None


class ScanSettings(Entry):
    """Settings of the measurement of a scan.

    Attributes
    ----------
    kind : {"pet", "spect"}
        Decides the error model.
    regions : str
        DICOM SEG or RTSTRUCT, or a NIfTI mask; within the scan's folder or beside the subject file.
    labels : dict of str to str
        Organ of each label of a NIfTI mask.
    names : dict of str to str
        Organ of each segment, where a segment is called otherwise.
    shape : list of ShapeEntry
        Regions drawn instead, or besides.
    background : str
        Region of tissue with no organ of interest; "" for none.
    fwhm : float, mm
        Resolution, from which spill between organs is corrected; 0 corrects none.
    recovery : RecoveryEntry, optional
        Recovery coefficients instead.
    errors : ErrorEntry
        Instead of those assumed for this kind.
    attenuation : dict of str to float
        Stated factor of each organ, where the image is not corrected.
    stated : StatedEntry
    """

    kind: Literal["pet", "spect"] = "pet"
    regions: str = ""
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    shape: Annotated[tuple[ShapeEntry, ...], Field(max_length=MAX_SCANS)] = ()
    background: str = ""
    fwhm: Annotated[float, Field(ge=0, le=50)] = 0.0
    recovery: RecoveryEntry | None = None
    errors: ErrorEntry = ErrorEntry()
    attenuation: dict[str, Finite] = {}
    stated: StatedEntry = StatedEntry()

    @model_validator(mode="after")
    def _has_regions(self) -> Self:
        if not self.regions and not self.shape:
            raise ValueError("regions: a file of masks, or a shape of each organ")
        if self.fwhm > 0 and self.recovery is not None:
            raise ValueError("fwhm or recovery: one correction of spill, not both")
        return self


class ScanEntry(ScanSettings):
    """[[scan]]: one series.

    Attributes
    ----------
    path : str
        DICOM folder or file, NIfTI image or ECAT volume; relative to the subject file.
    """

    path: Annotated[str, Field(min_length=1, max_length=1000)]
