"""Entries of a subject file: cells given, scans and how they are measured, labels, and what may be given next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hepatica.imaging.guidance.plan import Plan
from hepatica.imaging.quantification.cells import Efflux
from hepatica.study_fields import CellDose, Integer, Line, ProductTable
from hepatica.therapy import ROUTES, Regimen

MAX_SCANS, MAX_ROWS = 100, 10_000
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, lt=1e15, allow_inf_nan=False)]
Point = tuple[Finite, Finite, Finite]


class Entry(BaseModel):
    """Table of a subject file, in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CellsEntry(Entry):
    """[cells]: the labelled infusion.

    Attributes
    ----------
    number : float, cell
        Labelled cells given, living and dead.
    tracer, viability, route, efflux
        As `LabelledCells` takes them.
    duration_hours : float
        0 is a bolus.
    """

    number: Positive
    tracer: str
    viability: Annotated[float, Field(gt=0, le=1)] = 0.9
    route: str = "peripheral_vein"
    efflux: Efflux = Efflux.HYPOTHESIS
    duration_hours: Annotated[float, Field(ge=0, le=48)] = 0.0


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
        Resolution; 0 corrects no spill.
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
    attenuation: dict[str, Finite] = {}
    stated: StatedEntry = StatedEntry()

    @model_validator(mode="after")
    def _has_regions(self) -> Self:
        if not self.regions and not self.shape:
            raise ValueError("regions: a file of masks, or a shape of each organ")
        return self


class ScanEntry(ScanSettings):
    """[[scan]]: one series.

    Attributes
    ----------
    path : str
        DICOM folder or file, NIfTI image or ECAT volume; relative to the subject file.
    """

    path: Annotated[str, Field(min_length=1, max_length=1000)]


class PlanarEntry(Entry):
    """[planar]: table of counts of a gamma camera.

    Attributes
    ----------
    path : str
    activity : float, Bq
        Injected.
    half_life_hours : float, optional
        That of the tracer unless given.
    sensitivity : float, counts per second per MBq, optional
    mu : float, 1/cm
    """

    path: Annotated[str, Field(min_length=1, max_length=1000)]
    activity: Positive
    half_life_hours: Positive | None = None
    sensitivity: Positive | None = None
    mu: Annotated[float, Field(ge=0, le=10)] = 0.0


class LabelEntry(Entry):
    """[[label]]: label of one organ that was measured elsewhere.

    Attributes
    ----------
    organ : str
    hours : float
        Since the infusion.
    percent, sd : float
        Of the label given, corrected for decay.
    shared : float
        Relative standard deviation that all organs and times have in common.
    limit : float, optional
        Percent from which label is told from none.
    """

    organ: Annotated[Line, Field(min_length=1, max_length=60)]
    hours: Annotated[float, Field(ge=0, le=1e5)]
    percent: Annotated[float, Field(ge=-100, le=1000)]
    sd: Annotated[float, Field(ge=0, le=1000)]
    shared: Annotated[float, Field(ge=0, lt=1)] = 0.0
    limit: Annotated[float, Field(ge=0, le=1000)] | None = None


class ProductEntry(ProductTable):
    """[[next.product]]: a product that could be given next.

    Attributes
    ----------
    name : str
    """

    name: Annotated[Line, Field(min_length=1, max_length=60)]


class NextEntry(Entry):
    """[next]: what may be given next.

    Attributes
    ----------
    dose : list of str
        Cells, or cells per kg, of the whole further course.
    route : list of str
    infusions : list of int
        In how many infusions the dose may be divided.
    interval_days : float
        Between them.
    wait_days : list of float
        From now to the first of them.
    product : list of ProductEntry
        Besides the product that was given.
    horizon_days : float
    patients : int
        Virtual patients who carry the subject's posterior.
    reach : float
        Share of living cells given that must live in the liver after a day for an infusion to count as reaching it.
    """

    dose: Annotated[tuple[CellDose, ...], Field(min_length=1, max_length=6)]
    route: Annotated[tuple[str, ...], Field(min_length=1, max_length=6)] = ("peripheral_vein",)
    infusions: Annotated[tuple[Annotated[Integer, Field(ge=1, le=12)], ...], Field(min_length=1, max_length=4)] = (1,)
    interval_days: Annotated[float, Field(ge=0.25, le=90)] = 7.0
    wait_days: Annotated[tuple[Annotated[float, Field(ge=0, le=90)], ...], Field(min_length=1, max_length=4)] = (0.0,)
    product: Annotated[tuple[ProductEntry, ...], Field(max_length=4)] = ()
    horizon_days: Annotated[float, Field(ge=7, le=366)] = 90.0
    patients: Annotated[Integer, Field(ge=40, le=2000)] = 80
    reach: Annotated[float, Field(gt=0, lt=1)] = 0.01

    def plan(self, population: str) -> Plan:
        """Plan of what may be given next, in a population."""
        regimens = tuple(
            Regimen(
                dose.cells / n,
                dose.per_kg,
                infusions=n,
                interval=self.interval_days,
                route=route,
                start=wait,
                duration=1 / 24,
            )
            for route in self.route
            for dose in self.dose
            for n in self.infusions
            for wait in self.wait_days
        )
        return Plan(
            population,
            regimens,
            {p.name: p.product() for p in self.product},
            horizon=self.horizon_days,
            patients=self.patients,
            reach=self.reach,
        )

    @model_validator(mode="after")
    def _known(self) -> Self:
        for route in self.route:
            if route not in ROUTES:
                raise ValueError(f"route: one of {', '.join(ROUTES)}")
        names = [p.name for p in self.product]
        if len(set(names)) < len(names):
            raise ValueError("product: each name once")
        last = (max(self.infusions) - 1) * self.interval_days + max(self.wait_days)
        if last >= self.horizon_days:
            raise ValueError(f"horizon_days: longer than {last:g} d, when the last infusion would start")
        if (count := len(self.dose) * len(self.route) * len(self.infusions) * len(self.wait_days)) > 60:
            raise ValueError(f"at most 60 regimens, not {count}")
        return self
