"""Published studies and cohorts: one TOML file each, with the observations inside."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from hepatica.errors import InputError

Role = Literal["calibration", "supporting", "check"]
Kind = Literal["mean_sd", "mean", "median", "proportion", "kaplan_meier", "change"]
Bias = Literal["low", "some", "high", "unclear"]

VARIABLES: dict[str, str] = {
    "age": "year",
    "albumin": "g/L",
    "alt": "U/L",
    "ammonia": "umol/L",
    "ascites_improved": "percent",
    "ast": "U/L",
    "bilirubin": "mg/dL",
    "bilirubin_fall_20": "percent",
    "bleeding": "percent",
    "child_pugh": "1",
    "child_pugh_improved": "percent",
    "cirrhosis": "percent",
    "collagen": "percent",
    "cossh_aclf": "1",
    "cossh_aclf_ii": "1",
    "creatinine": "mg/dL",
    "crp": "mg/dL",
    "death": "percent",
    "dose_limiting_toxicity": "percent",
    "fever": "percent",
    "hepatorenal_syndrome": "percent",
    "histology_improved": "percent",
    "inr": "1",
    "meld": "1",
    "meld_improved": "percent",
    "platelets": "1e9/L",
    "prothrombin_activity": "percent",
    "serious_adverse_event": "percent",
    "severe_infection": "percent",
    "sodium": "mmol/L",
    "survival": "percent",
    "thrombosis": "percent",
    "transplant_free_survival": "percent",
    "transplanted": "percent",
    "white_cells": "1e9/L",
}
"""What may be observed, and the one unit in which it is written."""
MEASURED = ("collagen", "prothrombin_activity")  # in percent, yet no shares of people


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


def _refuse(wrongs: Iterable[Wrong]) -> None:
    if found := list(wrongs):
        raise Disorder(found)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Arm(_Row):
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
    start: float = Field(default=0.0, ge=0)
    population: str = ""
    note: str = ""

    @property
    def gives_cells(self) -> bool:
        """Whether anything is given that may be cells."""
        return bool(self.product) or self.dose_high is not None

    @model_validator(mode="after")
    def _dosed(self) -> Arm:
        _refuse(self._wrongs())
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


class Alternative(_Row):
    """What another source says of an arm, instead of what stands in it.

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


class Observation(_Row):
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
        _refuse((*self._unsuited(), *self._spreads()))
        return self

    def _unsuited(self) -> Iterator[Wrong]:
        """What is wrong of the unit, the kind and the standard deviation."""
        if self.unit != VARIABLES[self.variable]:
            yield Wrong(
                ("unit",), self.unit, f"{self.variable} is written in {VARIABLES[self.variable]}, not in '{self.unit}'"
            )
            return  # what suits it goes by the unit
        share = self.kind in ("proportion", "kaplan_meier")
        if share != (self.unit == "percent" and self.variable not in MEASURED):
            yield Wrong(("kind",), self.kind, f"kind '{self.kind}' does not suit {self.variable} in {self.unit}")
        elif share and (self.sd is not None or not 0 <= self.value <= 100):
            yield Wrong(("value",), self.value, f"{self.variable} is a share: 0 to 100 percent and no sd")
        if self.kind == "mean" and self.sd is not None:
            yield Wrong(("sd",), self.sd, f"a mean of {self.variable} with sd is of kind 'mean_sd'")
        if self.kind in ("mean_sd", "change") and self.sd is None:
            yield Wrong(("sd",), None, f"kind '{self.kind}' of {self.variable} needs sd")

    def _spreads(self) -> Iterator[Wrong]:
        """What is wrong of quartiles, interval and use."""
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
        """Why it cannot enter a likelihood by itself; empty if it can."""
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


def between(
    ids: Sequence[str],
    arms: Sequence[Arm | None],
    observations: Sequence[Observation | None],
    alternatives: Sequence[Alternative | None],
) -> Iterator[Wrong]:
    """What is wrong between rows that are each in order.

    Parameters
    ----------
    ids : sequence of str
        Of all arms of the file, in its order.
    arms, observations, alternatives : sequence
        The rows of the file; None stands for one that is not in order itself.

    Yields
    ------
    Wrong
    """
    for i, id in enumerate(ids):
        if id in ids[:i]:
            yield Wrong(("arm", i, "id"), id, "two arms have the same id")
    places = [
        *((("observation", i, "arm"), o.arm) for i, o in enumerate(observations) if o),
        *((("arm", i, "subset_of"), a.subset_of) for i, a in enumerate(arms) if a and a.subset_of),
        *((("alternative", i, "arm"), a.arm) for i, a in enumerate(alternatives) if a),
    ]
    for place, name in places:
        if name not in ids:
            yield Wrong(place, name, f"no arm '{name}'; there are {', '.join(ids)}")
    for i, other in enumerate(alternatives):
        arm = next((a for a in arms if a and other and a.id == other.arm), None)
        if other and arm:
            yield from (Wrong(("alternative", i, *w.place), w.got, w.says) for w in _amiss(other, arm))
        if other and other.id in [a.id for a in alternatives[:i] if a]:
            yield Wrong(("alternative", i, "id"), other.id, "two alternatives have the same id")
    seen = set()
    for i, o in enumerate(observations):
        if o and (o.arm, o.variable, o.time, o.kind) in seen:
            got = f"{o.variable} of {o.arm}, day {o.time:g}, {o.kind}"
            yield Wrong(("observation", i), got, "the same arm, variable, time and kind stands twice")
        seen.add(o and (o.arm, o.variable, o.time, o.kind))


def _amiss(other: Alternative, arm: Arm) -> Iterator[Wrong]:
    """An arm as another source has it must be in order too."""
    try:
        other.of(arm)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            yield from wrongs(found)


def wrongs(found: ErrorDetails) -> tuple[Wrong, ...]:
    """All that an error of pydantic's stands for, in our words or its own."""
    loc, inside = found["loc"], found.get("ctx", {}).get("error")
    if isinstance(inside, Disorder):
        return tuple(Wrong((*loc, *w.place), w.got, w.says) for w in inside.wrongs)
    return (Wrong(loc, found["input"], found["msg"].removeprefix("Value error, ")),)


class Publication(_Row):
    """A published study or cohort.

    Attributes
    ----------
    key : str
        File name without ``.toml``.
    title, country, design, disease, note : str
    cite : str
        Key of `hepatica.evidence.references`.
    year : int or None
        None where not known.
    role : {"calibration", "supporting", "check"}
        Only ``calibration`` may enter a likelihood.
    population : str
        Key of the virtual population it is predicted with; "none" where there is none like it, empty to go by the disease.
    shares_people_with : tuple of str
        Publications some of whose people are the same: together they count once.
    risk_of_bias : {"low", "some", "high", "unclear"}
        Of what it says of treatment; `bias` says why. It inflates the variance of what enters a likelihood.
    bias : str
    conflicts : tuple of str
        Where sources disagree.
    alternatives : tuple of Alternative
        Where they disagree on what was given.
    arms : tuple of Arm
    observations : tuple of Observation
        Empty where no printed number can be compared; `note` then says what was reported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    key: str
    title: str
    cite: str
    year: int | None = None
    country: str
    design: str
    role: Role
    disease: str
    population: str = ""
    shares_people_with: tuple[str, ...] = ()
    risk_of_bias: Bias = "unclear"
    bias: str = ""
    note: str = ""
    conflicts: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = Field(default=(), alias="alternative")
    arms: tuple[Arm, ...] = Field(alias="arm", min_length=1)
    observations: tuple[Observation, ...] = Field(default=(), alias="observation")

    @model_validator(mode="after")
    def _whole(self) -> Publication:
        unreasoned = Wrong(("bias",), self.bias, f"risk_of_bias '{self.risk_of_bias}' needs its reason in bias")
        silent = Wrong(("observation",), "", "write an observation, or say in note what was reported")
        _refuse(
            (
                *between([arm.id for arm in self.arms], self.arms, self.observations, self.alternatives),
                *((unreasoned,) if self.risk_of_bias != "unclear" and not self.bias else ()),
                *((silent,) if not self.observations and not self.note else ()),
            )
        )
        return self

    def arm(self, id: str) -> Arm:
        """The arm with this id; `InputError` if there is none."""
        for arm in self.arms:
            if arm.id == id:
                return arm
        raise InputError(f"arm of {self.key}", id, f"use one of {', '.join(arm.id for arm in self.arms)}")

    def people(self, o: Observation) -> int | None:
        """People behind an observation; a share without a number of its own is of the whole arm."""
        whole = self.arm(o.arm).n if o.kind in ("proportion", "kaplan_meier") else None
        return o.n if o.n is not None else whole

    def lacks(self, o: Observation) -> str:
        """Why an observation cannot enter a likelihood; empty if it can."""
        return "" if o.lacks == UNCOUNTED and self.people(o) is not None else o.lacks

    def find(
        self,
        *,
        arm: str | None = None,
        variable: str | None = None,
        time: float | None = None,
        unusable: bool = False,
    ) -> tuple[Observation, ...]:
        """Observations that match, in the order of the file.

        Parameters
        ----------
        arm, variable : str, optional
            None matches every one.
        time : float, optional
            Days.
        unusable : bool
            Also those flagged ``usable = false``.

        Returns
        -------
        tuple of Observation
            Empty if nothing matches; `InputError` if the arm or the variable is not known at all.

        Examples
        --------
        >>> load("lin2017").find(arm="msc", variable="survival")[0].value
        73.2
        """
        if arm is not None:
            self.arm(arm)
        if variable is not None and variable not in VARIABLES:
            raise InputError("variable", variable, f"use one of {', '.join(VARIABLES)}")
        return tuple(
            o
            for o in self.observations
            if (arm is None or o.arm == arm)
            and (variable is None or o.variable == variable)
            and (time is None or o.time == time)
            and (unusable or o.usable)
        )


@functools.cache
def keys() -> tuple[str, ...]:
    """Keys of the publications that come with the package, sorted."""
    folder = files("hepatica.evidence").joinpath("publications")
    return tuple(
        sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))
    )


@functools.cache
def load(key: str) -> Publication:
    """Read one publication.

    Parameters
    ----------
    key : str
        File name without ``.toml``, such as ``"lin2017"``.

    Raises
    ------
    InputError
        If there is no such publication, or its file is not in order.
    """
    if key not in keys():
        raise InputError("publication", key, f"use one of {', '.join(keys())}")
    text = files("hepatica.evidence").joinpath("publications", f"{key}.toml").read_text(encoding="utf-8")
    publication = read(text, f"publications/{key}.toml")
    if publication.key != key:
        raise InputError(f"publications/{key}.toml", publication.key, "let key equal the file name")
    return publication


def read(text: str, name: str = "publication") -> Publication:
    """Read a publication from TOML; `name` says where it stands if it is not one (`InputError`)."""
    try:
        return Publication.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(name, str(error), "write valid TOML") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        got = first["input"] if isinstance(first["input"], str | int | float) else place
        raise InputError(
            f"{name} {place}".strip(), got, first["msg"].removeprefix("Value error, ")
        ) from error


def load_all() -> dict[str, Publication]:
    """Every publication that comes with the package, by key."""
    return {key: load(key) for key in keys()}
