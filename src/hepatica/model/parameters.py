"""Parameter tables: value, unit, between-patient variability, prior, and a source or a reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hepatica.errors import InputError, ModelError
from hepatica.model.spread import Spread
from hepatica.units import internal

Row = TypeVar("Row", bound=BaseModel)
GRADES = ("human", "large animal", "rodent", "in vitro", "assumed")
Grade = Literal["human", "large animal", "rodent", "in vitro", "assumed"]


class Alternative(BaseModel):
    """Value of a parameter under a named hypothesis, instead of the default."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float
    cite: str = ""
    reason: str = ""
    grade: Grade


class Entry(BaseModel):
    """One row of a parameter table as written in TOML."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float
    unit: str
    label: str
    between: Spread = Spread()
    prior: Spread = Spread()
    cite: str = ""
    reason: str = ""
    grade: Grade
    note: str = ""
    neutral: float | None = None
    under: dict[str, Alternative] = Field(default_factory=dict)

    @property
    def internal_value(self) -> float:
        """Value in internal units (days)."""
        return self.value * internal(self.unit)[0]

    def fields(self) -> list[object]:
        """Fields that decide numbers, for hashing: a better source, grade or label is no other model."""
        spreads = [[s.kind, s.cv, s.sd, s.weight] for s in (self.between, self.prior)]
        return [self.value, self.unit, *spreads, self.neutral, {name: a.value for name, a in self.under.items()}]

    @model_validator(mode="after")
    def _sourced(self) -> Entry:
        rows: list[Entry | Alternative] = [self, *self.under.values()]
        for row in rows:
            if row.grade == "assumed" and not row.reason:
                raise ValueError("grade 'assumed' needs a reason")
            if row.grade != "assumed" and not row.cite:
                raise ValueError(f"grade '{row.grade}' needs cite = 'Key, place'")
        return self


@dataclass(frozen=True)
class Parameter:
    """A parameter of an assembled model; `entry` is its row, `module` the table it stands in.

    `replaced` is the table's row where a user's value stands in its place.
    """

    name: str
    module: str
    entry: Entry
    replaced: Entry | None = None

    @property
    def unit(self) -> str:
        """Internal unit."""
        return internal(self.entry.unit)[1]

    @property
    def value(self) -> float:
        """Typical value in internal units."""
        return self.entry.internal_value

    def under(self, hypothesis: str) -> float:
        """Typical value, in internal units, under a named hypothesis."""
        alternative = self.entry.under.get(hypothesis)
        return self.value if alternative is None else alternative.value * internal(self.entry.unit)[0]

    @property
    def neutral(self) -> float | None:
        """Value, in internal units, at which the published form of the sub-model is restored."""
        return None if self.entry.neutral is None else self.entry.neutral * internal(self.entry.unit)[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Reference keys cited by this parameter, the place in the work stripped."""
        rows = [self.entry.cite, *(a.cite for a in self.entry.under.values())]
        return tuple(part.split(",")[0].strip() for row in rows if row for part in row.split(";"))


class StateEntry(BaseModel):
    """Initial value of a state in health, and the scale of its absolute tolerance."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    initial: float | str = 0.0
    scale: float = Field(gt=0)


@dataclass(frozen=True)
class Table:
    """The parameters and the state scales of one module."""

    module: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    states: dict[str, StateEntry] = field(default_factory=dict)


def _row(kind: type[Row], row: Any, where: str) -> Row:
    try:
        return kind(**row)
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(f"{where} {'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from error
    except TypeError as error:
        raise ModelError(f"{where}: is not a table of keys") from error


def read_table(module: str, text: str | None = None) -> Table:
    """Read ``model/modules/<module>.toml``.

    Raises
    ------
    ModelError
        If a row lacks a unit, a source or a reason, or has an unknown key.

    Examples
    --------
    >>> read_table("injury").parameters["flare_kill"].entry.unit
    '1/day'
    """
    if text is None:
        text = (files("hepatica.model") / "modules" / f"{module}.toml").read_text(encoding="utf-8")
    try:
        rows: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ModelError(f"{module}.toml: valid TOML is needed; reading stopped: {error}") from None
    states = {
        name: _row(StateEntry, row, f"{module}.toml, [state.{name}]") for name, row in rows.pop("state", {}).items()
    }
    parameters = {}
    for name, row in rows.items():
        entry = _row(Entry, row, f"{module}.toml, [{name}]")
        try:
            internal(entry.unit)
        except InputError as error:
            raise ModelError(f"{module}.toml, [{name}] unit: {error}") from error
        parameters[name] = Parameter(name, module, entry)
    return Table(module, parameters, states)
