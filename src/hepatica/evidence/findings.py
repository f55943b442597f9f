"""Findings of a published study that are less than a number of an arm: directions, ranges, differences, p values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator

from hepatica.evidence.observations import (
    PROPORTIONS,
    VARIABLES,
    Row,
    Wrong,
    days_between,
    known_variable,
    refuse,
    without_unstated,
)

FindingKind = Literal["sign", "interval", "difference", "p_value"]
FindingScale = Literal["difference", "ratio", "odds_ratio", "risk_ratio", "hazard_ratio"]
OF_PROPORTIONS = ("odds_ratio", "risk_ratio", "hazard_ratio")


class Finding(Row):
    """One printed statement of an arm, or of an arm against another, that is less than a number of one arm.

    Attributes
    ----------
    arm : str
        Arm id.
    against : str
        Arm with which it is compared; empty for the arm by itself: a range of its value, or its change since day 0.
    variable : str
        A key of `VARIABLES`.
    unit : str
        That of the variable, whatever the scale.
    time : float
        Days since the start of treatment or admission.
    until : float or None
        Last day that it may be of, where the day is not exact.
    kind : {"sign", "interval", "difference", "p_value"}
        ``sign``: only a direction is printed. ``interval``: the number lies between `low` and `high`, of which one may
        be missing. ``difference``: `value`, with its 95 % confidence interval `low` to `high` or its p value if
        printed. ``p_value``: `p`, or its bounds `p_low` and `p_high` (p < 0.05 is ``p_high = 0.05``; "not significant"
        is ``p_low = 0.05``), two-sided.
    direction : {"", "higher", "lower"}
        Of the arm's number relative to that of `against`, or to that of day 0.
    scale : {"difference", "ratio", "odds_ratio", "risk_ratio", "hazard_ratio"}
        Of `value`, `low` and `high` of a comparison: the arm less, or over, the other. A difference of shares is in
        percentage points; `ratio` is that of means; the last three are of proportions and of the event.
    value, low, high, p, p_low, p_high : float or None
    usable : bool
        False if it must not enter a likelihood; `note` says why.
    note : str
    """

    arm: str
    against: str = ""
    variable: str = Field(json_schema_extra={"enum": list(VARIABLES)})
    unit: str
    time: float = Field(ge=0)
    until: float | None = Field(default=None, gt=0)
    kind: FindingKind
    direction: Literal["", "higher", "lower"] = ""
    scale: FindingScale = "difference"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = Field(default=None, gt=0, lt=1)
    p_low: float | None = Field(default=None, gt=0, lt=1)
    p_high: float | None = Field(default=None, gt=0, lt=1)
    usable: bool = True
    note: str = ""

    @model_serializer(mode="wrap")
    def _stated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields that are stated."""
        fields: dict[str, Any] = dump(self)
        return without_unstated(fields, *fields)

    @field_validator("variable")
    @classmethod
    def _known(cls, variable: str) -> str:
        return known_variable(variable)

    @model_validator(mode="after")
    def _consistent(self) -> Finding:
        refuse((*self._unsuited(), *self._needs(), *self._bounds()))
        return self

    @property
    def days(self) -> tuple[float, ...]:
        """Days that it may be of: one, or first, middle and last."""
        return days_between(self.time, self.until)

    @property
    def is_share(self) -> bool:
        """True of a proportion of people."""
        return self.variable in PROPORTIONS

    @property
    def of_change(self) -> bool:
        """True where it compares the arm with its own day 0."""
        return not self.against and self.kind != "interval"

    @property
    def sign(self) -> int:
        """1 of a higher number, -1 of a lower one, 0 where no direction is printed."""
        return {"": 0, "higher": 1, "lower": -1}[self.direction]

    def _unsuited(self) -> Iterator[Wrong]:
        """Faults of unit, scale and comparison."""
        if self.unit != VARIABLES[self.variable]:
            says = f"{self.variable} is written in {VARIABLES[self.variable]}, not in '{self.unit}'"
            yield Wrong(("unit",), self.unit, says)
        if self.against == self.arm:
            yield Wrong(("against",), self.against, "an arm is compared with another; leave against out for day 0")
        if self.is_share and self.of_change:
            says = f"{self.variable} is a share, which has no value at day 0: name the other arm in against"
            yield Wrong(("against",), self.against, says)
        if self.scale in OF_PROPORTIONS and not (self.is_share and self.against):
            yield Wrong(("scale",), self.scale, f"{self.scale} compares the shares of two arms")
        if self.scale == "ratio" and (self.is_share or not self.against):
            says = f"a ratio compares the means of two arms; shares have {', '.join(OF_PROPORTIONS)}"
            yield Wrong(("scale",), self.scale, says)
        if self.of_change and self.time == 0:
            yield Wrong(("time",), self.time, "a comparison with day 0 is of a later day")
        if self.until is not None and self.until <= self.time:
            yield Wrong(("until",), self.until, f"until of {self.variable} comes after time, day {self.time:g}")

    def _needs(self) -> Iterator[Wrong]:
        """Faults of what a kind needs, and of what it does not have."""
        allowed = {
            "sign": ("direction",),
            "interval": ("low", "high"),
            "difference": ("value", "low", "high", "p"),
            "p_value": ("p", "p_low", "p_high", "direction"),
        }[self.kind]
        for name in ("direction", "value", "low", "high", "p", "p_low", "p_high"):
            stated = getattr(self, name)
            if stated not in (None, "") and name not in allowed:
                yield Wrong((name,), stated, f"kind '{self.kind}' has no {name}; it has {', '.join(allowed)}")
        lacks = {
            "sign": not self.direction,
            "interval": self.low is None and self.high is None,
            "difference": self.value is None,
            "p_value": (self.p is None) == (self.p_low is None and self.p_high is None),
        }[self.kind]
        if lacks:
            need = {
                "sign": "direction, higher or lower",
                "interval": "low, high or both",
                "difference": "value",
                "p_value": "p, or its bounds p_low and p_high",
            }[self.kind]
            yield Wrong(("kind",), self.kind, f"kind '{self.kind}' of {self.variable} needs {need}")
        if not self.usable and not self.note:
            yield Wrong(("note",), self.note, f"{self.variable} of arm '{self.arm}' is not usable: say why in note")

    def _bounds(self) -> Iterator[Wrong]:
        """Faults of the order and the range of bounds."""
        for low, high in (("low", "high"), ("p_low", "p_high")):
            a, b = getattr(self, low), getattr(self, high)
            if a is not None and b is not None and a >= b:
                yield Wrong((low,), a, f"{low} of {self.variable} lies below {high}")
        if self.kind == "difference" and (self.low is None) != (self.high is None):
            yield Wrong(("low",), self.low, f"{self.variable} needs low and high together")
        inside = self.value is None or self.low is None or self.high is None or self.low <= self.value <= self.high
        if not inside:
            yield Wrong(("value",), self.value, f"{self.variable} {self.value} lies outside its interval")
        numbers = [v for v in (self.value, self.low, self.high) if v is not None]
        if self.scale != "difference" and any(v <= 0 for v in numbers):
            yield Wrong(("scale",), min(numbers), f"{self.scale} of {self.variable} lies above 0")
        if self.is_share and self.scale == "difference":
            least = -100.0 if self.against else 0.0
            if any(not least <= v <= 100 for v in numbers):
                yield Wrong(("low",), min(numbers), f"{self.variable} is a share: {least:g} to 100 percent")
