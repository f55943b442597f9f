"""Record of one person: covariates, dated labs, treatments, visits and outcome, in the model's units, without identity.

Every reader makes this record and every writer takes it. Times are days since midnight of the day of admission,
rounded to `DAY_DIGITS` decimals; there are no dates, names or numbers of records in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hepatica.laboratory_units import Bound

DAY_DIGITS = 4
"""Decimals of a day; the last is 9 s."""
MAX_AGE = 90.0
"""Ages above 89 years are kept as 90, since they identify (US 45 CFR 164.514)."""
TREATMENTS = (
    "antiviral", "albumin", "plasma_exchange", "fresh_frozen_plasma", "acetylcysteine", "corticosteroid", "gcsf",
    "antibiotic_prophylaxis", "abstinence", "anticoagulation", "dialysis", "vasopressors", "cells", "transplant",
)  # fmt: skip
"""Treatments of a record: those of `hepatica.therapy`, dialysis, vasopressors, earlier cells, and transplant."""


class Sex(Enum):
    """Sex as scores use it."""

    FEMALE = "female"
    MALE = "male"


class Cause(Enum):
    """Cause of a liver disease."""

    HEPATITIS_A = "hepatitis_a"
    HEPATITIS_B = "hepatitis_b"
    HEPATITIS_C = "hepatitis_c"
    HEPATITIS_E = "hepatitis_e"
    ALCOHOL = "alcohol"
    PARACETAMOL = "paracetamol"
    DRUG = "drug"
    AUTOIMMUNE = "autoimmune"
    STEATOTIC = "steatotic"
    CHOLESTATIC = "cholestatic"
    WILSON = "wilson"
    ISCHAEMIC = "ischaemic"
    INDETERMINATE = "indeterminate"


class Background(Enum):
    """Chronic liver disease before the acute illness, mildest first."""

    NONE = "none"
    CHRONIC_HEPATITIS = "chronic_hepatitis"
    CIRRHOSIS = "cirrhosis"
    DECOMPENSATED_CIRRHOSIS = "decompensated_cirrhosis"


class OutcomeKind(Enum):
    """End of follow-up."""

    ALIVE = "alive"
    DIED = "died"
    TRANSPLANTED = "transplanted"


@dataclass(frozen=True, kw_only=True, order=True)
class Measurement:
    """Lab or sign of one day.

    Attributes
    ----------
    day : float
        Since admission; before it negative.
    name : str
        Variable of ``outcomes/variables.toml``.
    value : float
        In the variable's unit; the limit where `bound` says so.
    bound : Bound
    """

    day: float
    name: str
    value: float
    bound: Bound = Bound.EXACT

    @property
    def key(self) -> tuple[float, str]:
        """Day and name, of which a record has one value."""
        return self.day, self.name


@dataclass(frozen=True, kw_only=True)
class GivenTreatment:
    """Treatment of a person.

    Attributes
    ----------
    treatment : str
        One of `TREATMENTS`.
    day, until : float
        First and last day; `until` is None for a single occasion, or where it has not ended.
    dose : float or None
        Cells per kg, of cells only.
    """

    treatment: str
    day: float
    until: float | None = None
    dose: float | None = None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Visit or stay; `until` is None while it lasts."""

    day: float
    until: float | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """End of follow-up and its day, None where it is not known."""

    kind: OutcomeKind
    day: float | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Record of one person.

    Attributes
    ----------
    age : float or None
        Years at admission; `MAX_AGE` from there on.
    sex : Sex or None
    weight : float or None
        kg.
    causes : tuple of Cause
        Sorted; empty where not known.
    background : Background or None
    measurements : tuple of Measurement
        Sorted by day and name, one of each.
    treatments : tuple of GivenTreatment
        Sorted by day and name.
    visits : tuple of Visit
        Sorted by day.
    outcome : Outcome or None

    Examples
    --------
    >>> one = Person(measurements=(Measurement(day=0.0, name="inr", value=2.1),))
    >>> one.days, one.value("inr", 0.0), one.value("alt", 0.0) is None
    ((0.0,), Measurement(day=0.0, name='inr', value=2.1, bound=<Bound.EXACT: '='>), True)
    """

    age: float | None = None
    sex: Sex | None = None
    weight: float | None = None
    causes: tuple[Cause, ...] = ()
    background: Background | None = None
    measurements: tuple[Measurement, ...] = ()
    treatments: tuple[GivenTreatment, ...] = ()
    visits: tuple[Visit, ...] = ()
    outcome: Outcome | None = None

    @property
    def days(self) -> tuple[float, ...]:
        """Days with a measurement, ascending."""
        return tuple(sorted({m.day for m in self.measurements}))

    @property
    def names(self) -> tuple[str, ...]:
        """Labs and signs with a measurement, in the order of ``outcomes/variables.toml``."""
        from hepatica.variables import variables

        measured = {m.name for m in self.measurements}
        return tuple(name for name in variables() if name in measured)

    def value(self, name: str, day: float) -> Measurement | None:
        """Measurement of a lab on a day; None where there is none."""
        return next((m for m in self.measurements if m.key == (day, name)), None)


def round_day(day: float) -> float:
    """Day with `DAY_DIGITS` decimals, never a negative zero.

    Examples
    --------
    >>> round_day(-1e-9), round_day(0.33333333)
    (0.0, 0.3333)
    """
    return round(day, DAY_DIGITS) + 0.0


def sort_measurements(measurements: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Measurements by day and name."""
    return tuple(sorted(measurements, key=lambda m: m.key))


def sort_treatments(treatments: Iterable[GivenTreatment]) -> tuple[GivenTreatment, ...]:
    """Treatments by day and name."""
    return tuple(sorted(treatments, key=lambda g: (g.day, g.treatment, g.until or g.day)))
