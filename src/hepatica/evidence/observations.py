"""Observations of a published study: one printed number of one arm each, and all that is wrong with a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

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
    until : float or None
        Last day that the number may be of, where its day is not exact: it is of some day from `time` to `until`.
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
    until: float | None = Field(default=None, gt=0)
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

    @model_serializer(mode="wrap")
    def _stated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields without a last day that is not stated: files of before have the same hash."""
        return without_unstated(dump(self), "until")

    @field_validator("variable")
    @classmethod
    def _known(cls, variable: str) -> str:
        return known_variable(variable)

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
        if self.until is not None and self.until <= self.time:
            yield Wrong(("until",), self.until, f"until of {self.variable} comes after time, day {self.time:g}")
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
    def days(self) -> tuple[float, ...]:
        """Days that the number may be of: one, or first, middle and last."""
        return days_between(self.time, self.until)

    @property
    def events(self) -> int | None:
        """People behind a proportion with known n, else None."""
        return None if self.kind != "proportion" or self.n is None else round(self.value * self.n / 100)


def known_variable(variable: str) -> str:
    """The variable, if publications may state it; a `ValueError` that names those that they may otherwise."""
    if variable not in VARIABLES:
        raise ValueError(f"variable '{variable}' is not one of {', '.join(VARIABLES)}")
    return variable


def days_between(first: float, last: float | None) -> tuple[float, ...]:
    """First, middle and last day of a span; the first alone without a last one.

    Examples
    --------
    >>> days_between(14.0, 28.0), days_between(28.0, None)
    ((14.0, 21.0, 28.0), (28.0,))
    """
    return (first,) if last is None else (first, (first + last) / 2, last)


def without_unstated(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """Dumped fields without those of some names that are empty, so that a file of before has the same hash.

    Examples
    --------
    >>> without_unstated({"id": "a", "until": None, "mixture": {}}, "until", "mixture")
    {'id': 'a'}
    """
    return {k: v for k, v in fields.items() if k not in names or v not in (None, "", {}, [], ())}


def wrongs(detail: ErrorDetails) -> tuple[Wrong, ...]:
    """All that an error of pydantic's stands for, in our words or its own."""
    loc, inside = detail["loc"], detail.get("ctx", {}).get("error")
    if isinstance(inside, Disorder):
        return tuple(Wrong((*loc, *w.place), w.got, w.says) for w in inside.wrongs)
    return (Wrong(loc, detail["input"], detail["msg"].removeprefix("Value error, ")),)
