"""Entries of a subject file: cells given, counts and labels, and what may be given next."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from hepatica.imaging.guidance.plan import Plan
from hepatica.imaging.quantification.cells import Efflux
from hepatica.imaging.subject.scan_settings import Entry, Positive
from hepatica.study_fields import CellDose, Integer, Line, ProductTable
from hepatica.therapy import ROUTES, Regimen

MAX_ROWS = 10_000


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
