"""Settings of the measurement of a scan: regions, resolution, errors, attenuation, and what the file lacks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hepatica.imaging.quantification.recovery import RecoveryCurve
from hepatica.imaging.quantification.relaxation import IronCalibration
from hepatica.json_schema import describe_keys
from hepatica.study_fields import Line

MAX_SCANS = 100
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, lt=1e15, allow_inf_nan=False)]
Point = tuple[Finite, Finite, Finite]


class Entry(BaseModel):
    """Table of a subject file, in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=describe_keys)


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
    """Entries that the files lack, as `Stated` of the readers takes them.

    Attributes
    ----------
    activity : float, Bq, optional
        Drawn up, at the time of injection.
    residue : float, Bq, optional
        Left in syringe and line; 0 says that there was none.
    injected : datetime, optional
        Time of injection in the clock of the scanner.
    half_life : float, s, optional
        Of the nuclide.
    nuclide : str, optional
        Such as Zr89.
    weight : float, kg, optional
        Of the subject.
    height : float, m, optional
        Of the subject.
    sex : str, optional
        M, F or O.
    sensitivity : float, counts per second per MBq, optional
        Of a gamma camera, for images in counts.
    duration : float, s, optional
        Of each frame of a gamma camera.
    attenuation_corrected : bool, optional
        True where the image is corrected for attenuation.
    decay_reference : datetime, optional
        Time to which the voxels are corrected for decay.
    """

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


class TissueEntry(Entry):
    """R2* of an organ without label.

    Attributes
    ----------
    r2star : float, 1/s, optional
        Before the infusion; measured where `before` of the calibration names a scan.
    sd : float, 1/s
        Between repeated scans of the organ.
    """

    r2star: Annotated[float, Field(ge=0, lt=1e5)] | None = None
    sd: Positive


class IronEntry(Entry):
    """Calibration of R2* against labelled cells per mL: tubes of a phantom, or their line.

    Attributes
    ----------
    cells_per_ml, r2star : list of float
        Of three tubes or more, cell/mL and 1/s.
    slope, slope_sd : float, 1/s per cell/mL, optional
        Of the line, in place of tubes.
    largest : float, cell/mL, optional
        To which the line holds.
    tissue : dict of str to TissueEntry
        By organ; only these are counted.
    before : str
        Scan before the infusion, from which R2* of tissue is taken with the same regions.
    noise : float
        Signal of air in the echoes.
    """

    cells_per_ml: Annotated[tuple[Finite, ...], Field(max_length=1000)] = ()
    r2star: Annotated[tuple[Finite, ...], Field(max_length=1000)] = ()
    slope: Positive | None = None
    slope_sd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    largest: Positive | None = None
    tissue: Annotated[dict[str, TissueEntry], Field(min_length=1)]
    before: Annotated[str, Field(max_length=1000)] = ""
    noise: Annotated[float, Field(ge=0, lt=1e9)] = 0.0

    @field_validator("tissue")
    @classmethod
    def _lower(cls, tissue: dict[str, TissueEntry]) -> dict[str, TissueEntry]:
        return {organ.strip().lower(): entry for organ, entry in tissue.items()}

    @model_validator(mode="after")
    def _is_calibration(self) -> Self:
        line = (self.slope, self.slope_sd, self.largest)
        if bool(self.cells_per_ml or self.r2star) == any(v is not None for v in line):
            raise ValueError("cells_per_ml with r2star, or slope, slope_sd and largest: one of the two")
        if not self.cells_per_ml and None in line:
            raise ValueError("slope, slope_sd and largest: all three")
        if lacking := [o for o, t in self.tissue.items() if t.r2star is None and not self.before]:
            raise ValueError(f"tissue.{lacking[0]}: r2star before the infusion, or a scan named by before")
        for organ, tissue in self.tissue.items():
            self.calibration(organ, tissue.r2star or 0.0)
        return self

    def calibration(self, organ: str, tissue: float) -> IronCalibration:
        """Calibration of an organ whose R2* without label is `tissue`."""
        sd = self.tissue[organ].sd
        if self.slope is None or self.slope_sd is None or self.largest is None:
            return IronCalibration.fit(self.cells_per_ml, self.r2star, tissue=tissue, tissue_sd=sd)
        return IronCalibration(
            slope=self.slope, slope_sd=self.slope_sd, tissue=tissue, tissue_sd=sd, largest=self.largest
        )


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
    kind : {"pet", "spect", "iron"}
        Decides the error model; "iron" is MR of cells with iron oxide, echoes or a map of R2*.
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

    kind: Literal["pet", "spect", "iron"] = "pet"
    regions: str = ""
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    shape: Annotated[tuple[ShapeEntry, ...], Field(max_length=MAX_SCANS)] = ()
    background: str = ""
    fwhm: Annotated[float, Field(ge=0, le=50)] = 0.0
    recovery: RecoveryEntry | None = None
    iron: IronEntry | None = None
    errors: ErrorEntry = ErrorEntry()
    attenuation: dict[str, Finite] = {}
    stated: StatedEntry = StatedEntry()

    @model_validator(mode="after")
    def _has_regions(self) -> Self:
        if not self.regions and not self.shape:
            raise ValueError("regions: a file of masks, or a shape of each organ")
        if self.fwhm > 0 and self.recovery is not None:
            raise ValueError("fwhm or recovery: one correction of spill, not both")
        if (self.kind == "iron") != (self.iron is not None):
            raise ValueError("iron: the calibration of R2*, with kind = 'iron' and with no other")
        if (
            unused := self.iron is not None
            and {"fwhm", "recovery", "background", "attenuation"} & self.model_fields_set
        ):
            raise ValueError(f"{min(unused)}: of no use to R2*; leave it out")
        return self


class ScanEntry(ScanSettings):
    """[[scan]]: one series.

    Attributes
    ----------
    path : str
        DICOM folder or file, NIfTI image or ECAT volume; relative to the subject file.
    hours : float, optional
        From the infusion to an MR scan of iron; PET and SPECT say it themselves.
    """

    path: Annotated[str, Field(min_length=1, max_length=1000)]
    hours: Annotated[float, Field(ge=0, le=1e5)] | None = None

    @model_validator(mode="after")
    def _has_time(self) -> Self:
        if self.hours is not None and self.kind != "iron":
            raise ValueError("hours: of iron alone; the files of PET and SPECT say when they were taken")
        return self
