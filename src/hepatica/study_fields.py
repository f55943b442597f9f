"""Fields and tables of a study file, with the bounds of every number and their reasons."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    model_validator,
)

from hepatica import therapy
from hepatica.dosing import HARMS, Thresholds, Utility
from hepatica.dosing.burden import Burden
from hepatica.dosing.readers import READERS
from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE
from hepatica.product_fields import Flag as Flag
from hepatica.product_fields import Integer as Integer
from hepatica.product_fields import Number as Number
from hepatica.product_fields import ProductTable as ProductTable
from hepatica.product_fields import SourceName as SourceName
from hepatica.product_fields import Table as Table
from hepatica.therapy import ROUTES, Regimen
from hepatica.therapy.regimen import MAX_INFUSIONS
from hepatica.units import parse

# Bounds of cells, times and batches stand with Regimen and Product, which every caller meets.
MAX_TITLE = 200  # characters: it heads the report and each figure of a slide
MAX_SEED = 2**53 - 1  # the largest whole number that JSON and NetCDF both keep
MAX_PATIENTS = 100_000  # `hepatica ensemble` follows more, in bounded memory
MAX_DRAWS = 100_000
MAX_ARMS = 1_000  # a grid of more is a mistake in a list: each arm costs every patient's simulation
MIN_HORIZON, MAX_HORIZON = 1.0, 5 * 366.0  # day; evidence on people ends after about five years
MIN_INTERVAL = 1 / 24  # day; infusions closer than an hour are one infusion
MAX_LOSS = 36_525.0  # quality-adjusted life days: a hundred years
MAX_TRANSPLANT_RATE = 10.0  # per day: an organ within two and a half hours


def _printable(text: str) -> str:
    """Refuse control characters, which would write to a terminal or break a page."""
    if not all(c.isprintable() or c in "\u3000\u00a0" for c in text):
        raise ValueError("text without control characters, on one line")
    return text


Line = Annotated[str, AfterValidator(_printable)]


def _quantity(unit: str, substance: str = "") -> Any:
    """A field written as text with a unit; stored as a number in `unit`."""

    def read(value: Any, info: ValidationInfo) -> float:
        try:
            return parse(value, unit, info.field_name or "quantity", substance)
        except InputError as error:
            raise ValueError(error.allowed) from None

    schema = {"type": "string", "description": f"a number with a unit that converts to {unit}"}
    return Annotated[float, BeforeValidator(read, json_schema_input_type=str), Field(json_schema_extra=schema)]  # type: ignore[arg-type]


Days = _quantity("day")


def _stated(value: Any) -> str | float:
    """A parameter's value as written; the parameter, and so its unit, is known to the model alone."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a number with its unit, as '0.5 1/day'")
    return _printable(value) if isinstance(value, str) else float(value)


StatedValue = Annotated[str | float, BeforeValidator(_stated)]


def _harm_name(name: str) -> str:
    names = [h.name for h in HARMS]
    if name not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return name


HarmName = Annotated[str, AfterValidator(_harm_name), Field(json_schema_extra={"enum": [h.name for h in HARMS]})]


@dataclass(frozen=True)
class Dose:
    """Cells per infusion, in all or per kg."""

    cells: float
    per_kg: bool


def _dose(value: Any, info: ValidationInfo) -> Dose:
    try:
        dose = Dose(parse(value, "cell/kg", "dose"), True)
    except InputError:
        try:
            dose = Dose(parse(value, "cell", "dose"), False)
        except InputError:
            raise InputError("dose", value, "cells or cells per kg, as '1e6 cells/kg' or '7e7 cells'") from None
    if dose.cells < 0:
        raise InputError("dose", value, "a number of cells of at least 0")
    return dose


CellDose = Annotated[
    Dose,
    BeforeValidator(_dose, json_schema_input_type=str),
    Field(
        json_schema_extra={"type": "string", "description": "cells of one infusion, as '1e6 cells/kg' or '7e7 cells'"}
    ),
]
RouteName = Annotated[str, Field(json_schema_extra=one_of(ROUTES))]
TreatmentName = Annotated[str, Field(json_schema_extra=one_of(therapy.TREATMENTS))]


class Grid(Table):
    """[grid]: the regimens to compare; every combination is one arm.

    Attributes
    ----------
    dose, infusions, interval, route : list
        Cells of one infusion, numbers of infusions, times between them (an hour at least), and routes.
    duration, start : str
        Time of one infusion, and of the first after admission.
    """

    dose: tuple[CellDose, ...] = Field(min_length=1)
    infusions: tuple[Annotated[Integer, Field(ge=0, le=MAX_INFUSIONS)], ...] = Field(default=(4,), min_length=1)
    interval: tuple[Days, ...] = Field(default=("7 d",), min_length=1, validate_default=True)  # type: ignore[valid-type]
    route: tuple[RouteName, ...] = Field(default=("peripheral_vein",), min_length=1)
    duration: Days = Field(default="1 h", validate_default=True)  # type: ignore[valid-type]
    start: Days = Field(default="0 d", validate_default=True)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _possible(self) -> Grid:
        for route in self.route:
            if route not in ROUTES:
                raise InputError("grid.route", route, f"one of {', '.join(ROUTES)}")
        if min(self.interval) < MIN_INTERVAL:
            raise InputError("grid.interval", min(self.interval), "a time above 0 d, of an hour at least")
        arms = math.prod(len(axis) for axis in (self.dose, self.infusions, self.interval, self.route))
        if arms > MAX_ARMS:
            raise InputError("grid", f"{arms} combinations", f"at most {MAX_ARMS}; shorten a list")
        try:
            self.regimens()
        except InputError as error:
            raise InputError(f"grid.{error.where}", error.got, error.allowed) from None
        return self

    def regimens(self) -> list[Regimen]:
        """All combinations that give cells, without repeats."""
        regimens: dict[str, Regimen] = {}
        for route, n, interval, dose in itertools.product(self.route, self.infusions, self.interval, self.dose):
            regimen = Regimen(dose.cells, dose.per_kg, n, interval, route, self.duration, self.start)
            if regimen.gives_cells:
                regimens.setdefault(regimen.label, regimen)
        return list(regimens.values())


BURDEN, THRESHOLDS = Burden(), Thresholds()


class BurdenTable(Table):
    """[utility.burden]: quality-adjusted life days that treatment itself takes, each with its reason in `Burden`."""

    infusion: Days = Field(default=f"{BURDEN.infusion} d", validate_default=True, description="per infusion")  # type: ignore[valid-type]
    hospital_day: Days = Field(  # type: ignore[valid-type]
        default=f"{BURDEN.hospital_day} d",
        validate_default=True,
        description="per day in hospital for an infusion: 0.25 by a vein, 1.5 by a catheter",
    )
    cells: Days = Field(default="0 d", validate_default=True, description="price per 1e8 cells")  # type: ignore[valid-type]
    transplant: Days = Field(default="0 d", validate_default=True, description="price per transplant")  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _possible(self) -> BurdenTable:
        for name in BurdenTable.model_fields:
            if not 0 <= getattr(self, name) <= MAX_LOSS:
                raise InputError(f"utility.burden.{name}", getattr(self, name), f"a time from 0 d to {MAX_LOSS:g} d")
        return self

    def burden(self) -> Burden:
        """Burden of the decision."""
        return Burden(**self.model_dump())


class VerdictTable(Table):
    """[verdict]: thresholds of the verdict, each with its reason in `Thresholds`."""

    reader: str = Field(
        default=THRESHOLDS.reader, description="whose prior counts", json_schema_extra={"enum": list(READERS)}
    )
    benefit_chance: Number = Field(
        default=THRESHOLDS.benefit_chance, gt=0.5, lt=1, description="least probability of net benefit to give cells"
    )
    harm_chance: Number = Field(
        default=THRESHOLDS.harm_chance, ge=0, lt=1, description="largest probability that a harm exceeds its limit"
    )
    matters: Days = Field(  # type: ignore[valid-type]
        default=f"{THRESHOLDS.matters} d",
        validate_default=True,
        description="opportunity loss below which regimens are not told apart",
    )
    trial_people: Integer = Field(
        default=THRESHOLDS.trial_people, ge=2, le=100_000, description="people in the largest affordable trial"
    )
    trial_cost: Days = Field(  # type: ignore[valid-type]
        default=f"{THRESHOLDS.trial_cost} d",
        validate_default=True,
        description="quality-adjusted life days that one participant costs others",
    )
    population: Number = Field(
        default=THRESHOLDS.population, ge=1, le=1e9, description="patients whom the answer serves before it is outdated"
    )

    @model_validator(mode="after")
    def _possible(self) -> VerdictTable:
        if self.reader not in READERS:
            raise InputError("verdict.reader", self.reader, f"one of {', '.join(READERS)}")
        for name in ("matters", "trial_cost"):
            if not 0 <= getattr(self, name) <= MAX_LOSS:
                raise InputError(f"verdict.{name}", getattr(self, name), f"a time from 0 d to {MAX_LOSS:g} d")
        return self

    def thresholds(self) -> Thresholds:
        """Thresholds of the verdict."""
        return Thresholds(**self.model_dump())


class UtilityTable(Table):
    """[utility]: what outcomes are worth; losses in quality-adjusted life days, limits as excess probability.

    Attributes
    ----------
    child_a, child_b, child_c : float
        Utility of a day in this Child-Pugh class, 0 as dead to 1 as in health.
    transplanted : float
        Utility of a day after a transplant.
    loss : dict of str to str
        Quality-adjusted life days that a harm costs beside what the model simulates, as '10 d'.
    limit : dict of str to float
        Largest excess probability of a harm over standard care; none unless given.
    burden : table
        Quality-adjusted life days that treatment itself takes.
    """

    child_a: Number = Field(default=STANDARD_GAMBLE.child_a, ge=0, le=1)
    child_b: Number = Field(default=STANDARD_GAMBLE.child_b, ge=0, le=1)
    child_c: Number = Field(default=STANDARD_GAMBLE.child_c, ge=0, le=1)
    transplanted: Number = Field(default=STANDARD_GAMBLE.transplanted, ge=0, le=1)
    loss: dict[HarmName, Annotated[Days, Field(ge=0, le=MAX_LOSS)]] = Field(default_factory=dict)  # type: ignore[valid-type]
    limit: dict[HarmName, Annotated[Number, Field(gt=0, le=1)]] = Field(default_factory=dict)
    burden: BurdenTable = BurdenTable()

    def utility(self) -> Utility:
        """Utility of the decision: harms with their losses and limits, and utilities of health states."""
        harms = tuple(
            replace(h, loss=self.loss.get(h.name, h.loss), limit=self.limit.get(h.name, h.limit)) for h in HARMS
        )
        worth = replace(
            STANDARD_GAMBLE,
            child_a=self.child_a,
            child_b=self.child_b,
            child_c=self.child_c,
            transplanted=self.transplanted,
        )
        return Utility(harms, worth, burden=self.burden.burden())


class SearchTable(Table):
    """[search]: regimens among which `hepatica dose --search` looks, ranges as [lowest, highest], and its size.

    Attributes
    ----------
    dose, infusions, interval, duration : list
        Cells per kg of one infusion, number of infusions (1 to 16), time between them, and time of one.
    """

    candidates: Integer = Field(default=2000, ge=16, le=MAX_PATIENTS, description="regimens tried")
    dose: tuple[CellDose, CellDose] = Field(default=("1e5 cells/kg", "2e7 cells/kg"), validate_default=True)
    infusions: tuple[Integer, Integer] = (1, 16)
    interval: tuple[Days, Days] = Field(default=("1 d", "28 d"), validate_default=True)  # type: ignore[valid-type]
    duration: tuple[Days, Days] = Field(default=("30 min", "12 h"), validate_default=True)  # type: ignore[valid-type]
    route: tuple[RouteName, ...] = Field(default=(), description="those of the grid unless given")
    source: tuple[SourceName, ...] = Field(default=(), description="that of the product unless given")
    together_with: tuple[tuple[TreatmentName, ...], ...] = Field(
        default=(), description="sets of treatments; none unless given"
    )
    first_patients: Integer = Field(default=16, ge=2, le=MAX_PATIENTS, description="patients of every regimen")
    race_patients: Integer = Field(default=400, ge=2, le=MAX_PATIENTS, description="patients of the last left")
    fresh_patients: Integer = Field(default=400, ge=4, le=MAX_PATIENTS, description="new patients of the leaders")

    @model_validator(mode="after")
    def _possible(self) -> SearchTable:
        if not all(d.per_kg for d in self.dose):
            raise InputError("search.dose", [d.cells for d in self.dose], "cells per kg, as '1e6 cells/kg'")
        for name in ("infusions", "interval", "duration"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise InputError(f"search.{name}", [low, high], "a value above 0, then one at least as large")
        if self.first_patients > self.race_patients:
            raise InputError(
                "search.first_patients", self.first_patients, f"at most {self.race_patients}, race_patients"
            )
        return self
