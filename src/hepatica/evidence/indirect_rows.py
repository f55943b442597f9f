"""Rows of indirect evidence: arms and observations of publications in animals, or in people with other diseases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from hepatica.evidence.observations import Row, Wrong, refuse

IndirectKind = Literal[
    "mean",
    "median",
    "proportion",
    "count",
    "odds_ratio",
    "hazard_ratio",
    "standardised_mean_difference",
    "mean_difference",
    "ratio",
    "range",
    "p_value",
    "direction",
    "number",
    "text",
]
Direction = Literal["", "better", "worse", "same", "higher", "lower", "present", "absent", "unclear"]
Basis = Literal["", "stated", "derived"]
Interval = Literal["", "ci95", "iqr", "range"]
VALUED = frozenset({"mean", "median", "proportion", "count", "odds_ratio", "hazard_ratio", "ratio"})


class IndirectArm(Row):
    """A group of animals, or of people, treated alike.

    Attributes
    ----------
    id, label : str
        Name inside the publication, and in words where the id does not say it.
    n : int or None
        Animals or people in it; None where not printed.
    cells : bool
        Whether MSC were given.
    dose_per_animal : float or None
        Cells in all; None where not printed.
    dose_per_kg : float or None
        Cells per kg of body weight.
    per_kg_basis : {"", "stated", "derived"}
        Of `dose_per_kg`: printed, or from the usual weight of the species, 20 g for mice and 0.25 kg for rats.
    infusions : int or None
    route : str
    start : str
        Time after the injury, as printed.
    note : str
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_.]{1,64}$")
    label: str = ""
    n: int | None = Field(default=None, gt=0)
    cells: bool
    dose_per_animal: float | None = Field(default=None, gt=0)
    dose_per_kg: float | None = Field(default=None, gt=0)
    per_kg_basis: Basis = ""
    infusions: int | None = Field(default=None, gt=0)
    route: str = ""
    start: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> IndirectArm:
        refuse(self._wrongs())
        return self

    def _wrongs(self) -> Iterator[Wrong]:
        if (self.dose_per_kg is None) != (not self.per_kg_basis):
            yield Wrong(
                ("per_kg_basis",),
                self.per_kg_basis,
                f"arm '{self.id}' needs dose_per_kg and per_kg_basis together, or neither",
            )
        if self.per_kg_basis == "derived" and self.dose_per_animal is None:
            yield Wrong(
                ("dose_per_animal",), None, f"arm '{self.id}' derives its dose per kg: state the dose per animal"
            )


class IndirectObservation(Row):
    """One printed number or direction.

    Attributes
    ----------
    arms : tuple of str
        Arms that it is of, together where several.
    against : str
        Comparator, in words or by the id of its arm.
    variable, unit : str
        As printed.
    time : tuple of float
        Days since the treatment; empty where not printed.
    kind : str
        ``direction`` is a statement without a number.
    value : float or None
    direction : {"", "better", "worse", "same", "higher", "lower", "present", "absent", "unclear"}
        Of a ``direction``.
    finding : str
        In a few words, where the direction does not say it all.
    sd, se, spread : float or None
        Standard deviation or error; `spread` is one of them where it is not printed which.
    low, high : float or None
        Of the interval, or of a ``range``.
    interval : {"", "ci95", "iqr", "range"}
    n : int or None
    place : str
        Where it was read.
    note : str
    """

    arms: tuple[str, ...] = Field(min_length=1)
    against: str = ""
    variable: str = Field(min_length=1)
    unit: str = ""
    time: tuple[float, ...] = ()
    kind: IndirectKind
    value: float | None = None
    direction: Direction = ""
    finding: str = ""
    sd: float | None = Field(default=None, gt=0)
    se: float | None = Field(default=None, gt=0)
    spread: float | None = Field(default=None, gt=0)
    low: float | None = None
    high: float | None = None
    interval: Interval = ""
    n: int | None = Field(default=None, gt=0)
    place: str = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> IndirectObservation:
        refuse(self._wrongs())
        return self

    def _wrongs(self) -> Iterator[Wrong]:
        name = f"{self.variable} of {', '.join(self.arms)}"
        if self.kind in VALUED and self.value is None:
            yield Wrong(("value",), None, f"kind '{self.kind}' of {name} needs value")
        if (self.kind == "direction") != bool(self.direction):
            yield Wrong(("direction",), self.direction, f"{name} needs kind 'direction' and direction together")
        if self.kind == "text" and not self.finding:
            yield Wrong(("finding",), "", f"kind 'text' of {name} needs finding")
        if self.kind == "proportion" and self.value is not None and not 0 <= self.value <= 100:
            yield Wrong(("value",), self.value, f"{name} is a share: 0 to 100 percent")
        if self.kind in ("count", "odds_ratio", "hazard_ratio") and self.value is not None and self.value < 0:
            yield Wrong(("value",), self.value, f"{name} cannot be negative")
        if self.kind == "count" and self.n is not None and self.value is not None and self.value > self.n:
            yield Wrong(("value",), self.value, f"{name} counts more than its {self.n}")
        yield from self._intervals(name)

    def _intervals(self, name: str) -> Iterator[Wrong]:
        if self.kind == "range" and (self.low is None or self.high is None):
            yield Wrong(("low",), self.low, f"kind 'range' of {name} needs low and high")
        if self.low is not None and self.high is not None and self.low > self.high:
            yield Wrong(("low",), self.low, f"{name} has low above high")
        bounded = self.interval and self.value is not None and self.low is not None and self.high is not None
        if bounded and not self.low <= self.value <= self.high:  # type: ignore[operator]
            yield Wrong(("value",), self.value, f"{name} lies outside its interval")
        if any(t < 0 for t in self.time):
            yield Wrong(("time",), self.time, f"{name} has a time before treatment")
