"""A study: the user's question as a checked TOML file."""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from hepatica import therapy
from hepatica.dosing import HARMS, Utility
from hepatica.errors import InputError
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE
from hepatica.patients import Draws, populations, posterior
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Regimen
from hepatica.units import parse

HYPOTHESES = {"label_is_cells": "label means cells", "lung_only": "viable cells hardly leave the lung"}
MIN_DRAWS = 40


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
    text = str(value)
    try:
        dose = Dose(parse(text, "cell/kg", "dose"), True)
    except InputError:
        try:
            dose = Dose(parse(text, "cell", "dose"), False)
        except InputError:
            raise InputError("dose", value, "cells or cells per kg, as '1e6 cells/kg' or '7e7 cells'") from None
    if dose.cells < 0:
        raise InputError("dose", value, "a number of cells of at least 0")
    return dose


CellDose = Annotated[Dose, BeforeValidator(_dose, json_schema_input_type=str)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ProductTable(_Strict):
    """[product]: the cell product."""

    source: str = "bone_marrow"
    donor: str = "allogeneic"
    passage: int = 4
    thawed: bool = False
    viability: float = 0.9
    potency: float = 1.0
    tissue_factor: float | None = None
    cxcr4: float = 1.0
    cmet: float = 1.0
    targeting: float = 1.0
    diameter: float = 18.5
    priming: float = 0.0
    tracer: str = ""

    @model_validator(mode="after")
    def _makes_a_product(self) -> ProductTable:
        self.product()
        return self

    def product(self) -> therapy.Product:
        """The product."""
        return therapy.Product(**self.model_dump())


class Grid(_Strict):
    """[grid]: the regimens to compare; every combination is one arm."""

    dose: tuple[CellDose, ...] = Field(min_length=1)
    infusions: tuple[Annotated[int, Field(ge=0, le=60)], ...] = (4,)
    interval: tuple[Days, ...] = Field(default=("7 d",), validate_default=True)  # type: ignore[valid-type]
    route: tuple[str, ...] = ("peripheral_vein",)
    duration: Days = Field(default="1 h", validate_default=True)  # type: ignore[valid-type]
    start: Days = Field(default="0 d", validate_default=True)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _known(self) -> Grid:
        for route in self.route:
            if route not in ROUTES:
                raise InputError("grid.route", route, f"one of {', '.join(ROUTES)}")
        for name in ("duration", "start"):
            if getattr(self, name) < 0:
                raise InputError(f"grid.{name}", getattr(self, name), "a time of at least 0 d")
        if any(i <= 0 for i in self.interval):
            raise InputError("grid.interval", min(self.interval), "a time above 0 d")
        try:
            self.regimens()
        except InputError as error:
            raise InputError(f"grid.{error.where}", error.got, error.allowed) from None
        return self

    def regimens(self) -> list[Regimen]:
        """All combinations that give cells, without repeats."""
        found: dict[str, Regimen] = {}
        for route, n, interval, dose in itertools.product(self.route, self.infusions, self.interval, self.dose):
            regimen = Regimen(dose.cells, dose.per_kg, n, interval, route, self.duration, self.start)
            if regimen.gives_cells:
                found.setdefault(regimen.label, regimen)
        return list(found.values())


class UtilityTable(_Strict):
    """[utility]: what outcomes are worth; losses in quality-adjusted life days, limits as excess probability."""

    child_a: float = Field(default=STANDARD_GAMBLE.child_a, ge=0, le=1)
    child_b: float = Field(default=STANDARD_GAMBLE.child_b, ge=0, le=1)
    child_c: float = Field(default=STANDARD_GAMBLE.child_c, ge=0, le=1)
    transplanted: float = Field(default=STANDARD_GAMBLE.transplanted, ge=0, le=1)
    loss: dict[HarmName, Days] = Field(default_factory=dict)  # type: ignore[valid-type]
    limit: dict[HarmName, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)

    def utility(self) -> Utility:
        """The yardstick."""
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
        return Utility(harms, worth)


class Study(_Strict):
    """The user's question.

    Examples
    --------
    >>> Study(title="t", grid={"dose": ["1e6 cells/kg"]}).grid.dose[0].cells
    1000000.0
    """

    title: str = Field(min_length=1)
    population: str = "hbv_aclf"
    patients: int = Field(default=200, ge=1, le=100_000)
    draws: int = Field(default=100, ge=1)
    seed: int = Field(default=1, ge=0)
    horizon: Days = Field(default="180 d", validate_default=True)  # type: ignore[valid-type]
    hypotheses: tuple[str, ...] = tuple(HYPOTHESES)
    transplant_rate: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="per day, at functional failure; that of the population unless given",
    )
    together_with: tuple[str, ...] = Field(default=(), description="established treatments given in every arm")
    posterior: str = Field(
        default="learnt",
        description="learnt: the draws that ship; prior: nothing learnt; or a file of `hepatica calibrate`",
    )
    product: ProductTable = ProductTable()
    grid: Grid
    utility: UtilityTable = UtilityTable()

    @model_validator(mode="after")
    def _known(self) -> Study:
        if self.population not in populations():
            raise InputError("population", self.population, f"one of {', '.join(populations())}")
        for name in self.hypotheses:
            if name not in HYPOTHESES:
                raise InputError("hypotheses", name, f"one of {', '.join(HYPOTHESES)}")
        if not self.hypotheses:
            raise InputError("hypotheses", [], f"at least one of {', '.join(HYPOTHESES)}")
        therapy.combine(self.together_with)
        if len(set(self.hypotheses)) < len(self.hypotheses):
            raise InputError("hypotheses", list(self.hypotheses), "each hypothesis once")
        if not 1 <= self.horizon <= 5 * 366:
            raise InputError("horizon", self.horizon, "a time from 1 d to 5 years")
        if self.draws < MIN_DRAWS <= self.patients:
            raise InputError("draws", self.draws, f"at least {MIN_DRAWS}, so that ignorance is seen")
        return self

    def known(self) -> Draws | None:
        """What was learnt of what is not known; None leaves it to the priors."""
        return draws_of(self.posterior)

    @property
    def hash(self) -> str:
        """Hash of the checked question."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=12).hexdigest()

    def arms(self) -> list[Arm]:
        """Standard care first, then every regimen of the grid."""
        product = self.product.product()
        beside = self.together_with
        return [
            Arm("standard care", together_with=beside),
            *(Arm(r.label, r, product, together_with=beside) for r in self.grid.regimens()),
        ]

    def times(self) -> NDArray[np.float64]:
        """Output times, day: daily at first, then every fifth day."""
        late = np.arange(30.0, self.horizon, 5.0)
        return np.unique(np.concatenate([np.arange(0.0, min(30.0, self.horizon), 1.0), late, [self.horizon]]))


def draws_of(name: str) -> Draws | None:
    """Draws by name: ``learnt``, ``prior`` (None), or a file of `hepatica calibrate`."""
    if name == "prior":
        return None
    return posterior() if name == "learnt" else Draws.read(Path(name))


def load_study(path: Path, changes: Sequence[str] = ()) -> Study:
    """Read and check a study file, with ``key=value`` changes on top.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError("study", str(path), "a file that exists; `hepatica init` writes one") from None
    except UnicodeDecodeError:
        raise InputError("study", str(path), "a text file in UTF-8, this one is binary") from None
    except OSError as error:
        raise InputError("study", str(path), f"a file that can be read ({error.strerror})") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("study", str(path), f"valid TOML; reading stopped: {error}") from None
    for change in changes:
        _change(data, change)
    return check_study(data)


def check_study(data: dict[str, Any]) -> Study:
    """Check a study given as a dictionary.

    Raises
    ------
    InputError
    """
    try:
        return Study(**data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(where, first["input"], f"a known key: {', '.join(_siblings(first['loc']))}") from None
        if first["type"] == "missing":
            raise InputError(where, None, "this key is required") from None
        raise InputError(where, first["input"], first["msg"].removeprefix("Value error, ")) from None
    except TypeError as error:
        raise InputError("study", sorted(data), str(error)) from None


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    table: type[BaseModel] = Study
    for part in loc[:-1]:
        annotation = table.model_fields[str(part)].annotation if str(part) in table.model_fields else None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            table = annotation
    return list(table.model_fields)


def _change(data: dict[str, Any], change: str) -> None:
    key, sign, value = change.partition("=")
    key = key.strip()
    if not sign or not key:
        raise InputError("--set", change, "key=value, as dose='2e6 cells/kg'")
    path = key.split(".")
    if len(path) == 1 and path[0] not in Study.model_fields:
        for table, fields in (
            ("grid", Grid.model_fields),
            ("product", ProductTable.model_fields),
            ("utility", UtilityTable.model_fields),
        ):
            if path[0] in fields:
                path = [table, path[0]]
    try:
        parsed = tomllib.loads(f"x = {value}")["x"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    target = data
    for part in path[:-1]:
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            raise InputError("--set", change, f"a key inside a table; '{part}' is not one")
    if path[0] == "grid" and path[-1] in ("dose", "infusions", "interval", "route") and not isinstance(parsed, list):
        parsed = [parsed]
    target[path[-1]] = parsed
