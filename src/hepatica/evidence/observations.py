"""Rows of a published study: arms, what another source says of one, observations, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import ErrorDetails

from hepatica.json_schema import describe_keys
from hepatica.variables import Use, VariableKind, used_in

Kind = Literal["mean_sd", "mean", "median", "proportion", "kaplan_meier", "change"]

_PUBLISHED = sorted(used_in(Use.PUBLICATION), key=lambda v: v.name)
VARIABLES: dict[str, str] = {v.name: v.unit for v in _PUBLISHED}
"""Variables that a publication may state, and the one unit in which each is written."""
PROPORTIONS = frozenset(v.name for v in _PUBLISHED if v.kind is VariableKind.PROPORTION)  # not all that is in percent


MIXTURE_ROUNDING = 0.005  # by which the printed shares of a mixture may miss 1
UNCOUNTED = "the number of people is not known"


class Wrong(NamedTuple):
    """One thing that is wrong with a row or a publication: where in it, what was got, what to do."""

    place: tuple[str | int, ...]
    got: object
    says: str


class Disorder(ValueError):
    """All that is wrong; the first speaks for the rest.

    Parameters
    ----------
    wrongs : sequence of Wrong
        At least one.
    """

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        self.wrongs = tuple(wrongs)
        super().__init__(self.wrongs[0].says)


def refuse(wrongs: Iterable[Wrong]) -> None:
    """Raise `Disorder` if anything is wrong."""
    if faults := list(wrongs):
        raise Disorder(faults)


class Row(BaseModel):
    """A row of a file: nothing but its fields, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, json_schema_extra=describe_keys)


class Arm(Row):
    """A group of people followed together.

    Attributes
    ----------
    id, label : str
        Name inside the publication, and in words.
    n : int or None
        People in it; None where not printed.
    subset_of : str
        Arm whose people these are again: never count both.
    product, donor, route, co_treatment : str
        What was given; empty where no cells were.
    dose_low, dose_high : float or None
        Cells given at each infusion, in `dose_unit`.
    infusions : int or None
    interval : float or None
        Days between infusions.
    treatments : tuple of str or None
        Keys of `hepatica.therapy.TREATMENTS` that are simulated with the arm; None reads them from `co_treatment`.
    population : str
        Key of the virtual population it is predicted with, where it is not the publication's.
    mixture : dict of str to float
        Virtual populations with their shares, where its people are of several.
    note : str
    """

    id: str
    label: str
    n: int | None = Field(default=None, gt=0)
    subset_of: str = ""
    product: str = ""
    donor: Literal["", "allogeneic", "autologous"] = ""
    dose_low: float | None = Field(default=None, gt=0)
    dose_high: float | None = Field(default=None, gt=0)
    dose_unit: Literal["", "cells/kg", "cells"] = ""
    infusions: int | None = Field(default=None, gt=0)
    interval: float | None = Field(default=None, gt=0)
    route: str = ""
    co_treatment: str = ""
    treatments: tuple[str, ...] | None = None
    start: float = Field(default=0.0, ge=0)
    population: str = ""
    mixture: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    note: str = ""

    @model_serializer(mode="wrap")
    def _stated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields without treatments that are not stated: files of before have the same hash."""
        fields: dict[str, Any] = dump(self)
        if fields.get("treatments", ()) is None:
            del fields["treatments"]
        if not fields.get("mixture", True):
            del fields["mixture"]
        return fields

    @property
    def gives_cells(self) -> bool:
        """True where anything is given that may be cells."""
        return bool(self.product) or self.dose_high is not None

    @model_validator(mode="after")
    def _dosed(self) -> Arm:
        refuse(self._wrongs())
        return self

    def _wrongs(self) -> Iterator[Wrong]:
        if (self.dose_low is None, self.dose_high is None) != ((not self.dose_unit,) * 2):
            yield Wrong(
                (),
                (self.dose_low, self.dose_high, self.dose_unit),
                f"arm '{self.id}' needs dose_low, dose_high and dose_unit together, or none of them",
            )
        if self.dose_low is not None and self.dose_high is not None and self.dose_low > self.dose_high:
            yield Wrong(("dose_low",), self.dose_low, f"arm '{self.id}' has dose_low above dose_high")
        if self.mixture and abs(sum(self.mixture.values()) - 1.0) > MIXTURE_ROUNDING:
            total = sum(self.mixture.values())
            says = f"the shares of arm '{self.id}' add up to {total:.3g}; those of a mixture add up to 1"
            yield Wrong(("mixture",), dict(self.mixture), says)


class Alternative(Row):
    """Another source's account of an arm, which may take the place of its own.

    Attributes
    ----------
    id : str
        Name inside the publication: ``hepatica calibrate --alternative <key>:<id>`` takes it.
    arm : str
    note : str
        Who says so.
    dose_low, dose_high, dose_unit, infusions, product
        As in `Arm`; what is not stated stays.
    """

    id: str
    arm: str
    note: str
    dose_low: float | None = Field(default=None, gt=0)
    dose_high: float | None = Field(default=None, gt=0)
    dose_unit: Literal["", "cells/kg", "cells"] = ""
    infusions: int | None = Field(default=None, gt=0)
    product: str = ""

    def of(self, arm: Arm) -> Arm:
        """The arm as this source has it."""
        own = self.model_dump(exclude={"id", "arm", "note"}, exclude_defaults=True)
        return Arm(**(arm.model_dump() | own))


class Observation(Row):
    """One printed number of one arm.

    Attributes
    ----------
    arm : str
        Arm id.
    variable : str
        A key of `VARIABLES`, in the unit stated there.
    unit : str
    time : float
        Days since the start of treatment or admission.
    kind : {"mean_sd", "mean", "median", "proportion", "kaplan_meier", "change"}
        ``mean`` has no spread beside it; ``change`` is the mean change since day 0.
    value : float
    sd : float or None
    q1, q3 : float or None
        Quartiles of a median, where printed.
    low, high : float or None
        95 % confidence interval.
    n : int or None
        People behind the number.
    usable : bool
        False if it must not enter a likelihood; `note` says why.
    note : str
    """

    arm: str
    variable: str = Field(json_schema_extra={"enum": list(VARIABLES)})
    unit: str
    time: float = Field(ge=0)
    kind: Kind
    value: float
    sd: float | None = Field(default=None, gt=0)
    q1: float | None = None
    q3: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = Field(default=None, gt=0)
    usable: bool = True
    note: str = ""

    @field_validator("variable")
    @classmethod
    def _known(cls, variable: str) -> str:
        if variable not in VARIABLES:
            raise ValueError(f"variable '{variable}' is not one of {', '.join(VARIABLES)}")
        return variable

    @model_validator(mode="after")
    def _consistent(self) -> Observation:
        refuse((*self._unsuited(), *self._spreads()))
        return self

    def _unsuited(self) -> Iterator[Wrong]:
        """Faults of the unit, the kind and the standard deviation."""
        if self.unit != VARIABLES[self.variable]:
            yield Wrong(
                ("unit",), self.unit, f"{self.variable} is written in {VARIABLES[self.variable]}, not in '{self.unit}'"
            )
            return  # what suits it goes by the unit
        share = self.kind in ("proportion", "kaplan_meier")
        if share != (self.variable in PROPORTIONS):
            yield Wrong(("kind",), self.kind, f"kind '{self.kind}' does not suit {self.variable} in {self.unit}")
        elif share and (self.sd is not None or not 0 <= self.value <= 100):
            yield Wrong(("value",), self.value, f"{self.variable} is a share: 0 to 100 percent and no sd")
        if self.kind == "mean" and self.sd is not None:
            yield Wrong(("sd",), self.sd, f"a mean of {self.variable} with sd is of kind 'mean_sd'")
        if self.kind in ("mean_sd", "change") and self.sd is None:
            yield Wrong(("sd",), None, f"kind '{self.kind}' of {self.variable} needs sd")

    def _spreads(self) -> Iterator[Wrong]:
        """Faults of quartiles, interval and use."""
        if (self.q1 is None) != (self.q3 is None) or (self.q1 is not None and self.kind != "median"):
            yield Wrong(("q1",), self.q1, f"{self.variable} needs q1 and q3 together, and only with a median")
        if self.q1 is not None and self.q3 is not None and not self.q1 <= self.value <= self.q3:
            yield Wrong(("value",), self.value, f"{self.variable} {self.value} lies outside its quartiles")
        if (self.low is None) != (self.high is None):
            yield Wrong(("low",), self.low, f"{self.variable} needs low and high together")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            yield Wrong(("value",), self.value, f"{self.variable} {self.value} lies outside its interval")
        if not self.usable and not self.note:
            yield Wrong(("note",), self.note, f"{self.variable} of arm '{self.arm}' is not usable: say why in note")

    @property
    def lacks(self) -> str:
        """Reason why it cannot enter a likelihood by itself; empty if it can."""
        if not self.usable:
            return self.note
        if self.kind == "mean":
            return "no spread is printed"
        if self.kind == "median" and self.q1 is None:
            return "no quartiles are printed"
        if self.n is None and self.low is None:
            return UNCOUNTED
        return ""

    @property
    def events(self) -> int | None:
        """People behind a proportion with known n, else None."""
        return None if self.kind != "proportion" or self.n is None else round(self.value * self.n / 100)


def wrongs(detail: ErrorDetails) -> tuple[Wrong, ...]:
    """All that an error of pydantic's stands for, in our words or its own."""
    loc, inside = detail["loc"], detail.get("ctx", {}).get("error")
    if isinstance(inside, Disorder):
        return tuple(Wrong((*loc, *w.place), w.got, w.says) for w in inside.wrongs)
    return (Wrong(loc, detail["input"], detail["msg"].removeprefix("Value error, ")),)
