"""Observations of one person as the posterior uses them: series of log labs with their limits, signs and covariates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.individual.labs import INR_OF_ACTIVITY
from hepatica.individual.library.candidates import LABS, MAX_HORIZON
from hepatica.individual.library.simulate import BACKGROUNDS
from hepatica.individual.person import Person, Sex
from hepatica.laboratory_units import Bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_SIGNS = {Bound.EXACT: 0, Bound.BELOW: -1, Bound.ABOVE: 1}
_ACTIVITY = ("prothrombin_activity", "pta")
BACKGROUND_DAYS = 3.0
"""Days from admission within which a treatment counts as given from the start."""


@dataclass(frozen=True)
class Series:
    """Measurements of one lab.

    Attributes
    ----------
    lab : str
        Of `LABS`.
    days : (m,)
        Ascending.
    values : (m,)
        Logarithms; of the limit where `signs` is not 0.
    signs : (m,) of int
        -1 below the value, 1 above, 0 exact.
    """

    lab: str
    days: Floats
    values: Floats
    signs: Ints


@dataclass(frozen=True, kw_only=True)
class Observations:
    """Observations of one person.

    Attributes
    ----------
    series : tuple of Series
        One a lab, in the order of `LABS`.
    age, weight, female, encephalopathy, ascites : float
        NaN where not known; the signs are those of the first day with one.
    background : tuple of str
        Treatments given from the start, of `BACKGROUNDS`.
    last_day : float
        Day until which the person is known to be alive.
    """

    series: tuple[Series, ...]
    age: float = math.nan
    weight: float = math.nan
    female: float = math.nan
    encephalopathy: float = math.nan
    ascites: float = math.nan
    background: tuple[str, ...] = ()
    last_day: float = 0.0

    @property
    def n(self) -> int:
        """Number of measurements."""
        return sum(len(s.days) for s in self.series)

    def until(self, day: float) -> Observations:
        """Observations to a day, this one included."""
        kept = []
        for s in self.series:
            early = s.days <= day
            if early.any():
                kept.append(Series(s.lab, s.days[early], s.values[early], s.signs[early]))
        return replace(self, series=tuple(kept), last_day=min(self.last_day, day))

    def get(self, lab: str) -> Series | None:
        """Series of a lab; None where it was not measured."""
        return next((s for s in self.series if s.lab == lab), None)

    def last(self, lab: str) -> float:
        """Last exact value of a lab in its unit; NaN without one."""
        s = self.get(lab)
        exact = np.flatnonzero(s.signs == 0) if s is not None else np.zeros(0, int)
        return math.exp(s.values[exact[-1]]) if s is not None and len(exact) else math.nan


def observe(person: Person, *, until: float = math.inf) -> Observations:
    """Observations of a person from day 0 on.

    Prothrombin activity stands in for an INR that was not measured that day.

    Parameters
    ----------
    person : Person
        The record.
    until : float
        Last day that is used.

    Raises
    ------
    InputError
        If no lab of the library was measured from day 0 on.

    Examples
    --------
    >>> from hepatica.individual.person import Measurement
    >>> observe(Person(measurements=(Measurement(day=0.0, name="inr", value=2.0),))).series[0].values.round(3).tolist()
    [0.693]
    """
    rows: dict[str, dict[float, tuple[float, int]]] = {}
    last = min(until, MAX_HORIZON)
    for m in person.measurements:
        if 0 <= m.day <= last and m.name in LABS:
            rows.setdefault(m.name, {})[m.day] = (math.log(m.value), _SIGNS[m.bound])
    for m in person.measurements:
        if 0 <= m.day <= last and m.name in _ACTIVITY:
            derived = math.log(INR_OF_ACTIVITY[0]) + INR_OF_ACTIVITY[1] * math.log(m.value)
            rows.setdefault("inr", {}).setdefault(m.day, (derived, -_SIGNS[m.bound]))
    if not rows:
        raise InputError("labs", None, f"at least one of {', '.join(LABS)} on day 0 or later")
    return Observations(
        series=tuple(_series(lab, rows[lab]) for lab in LABS if lab in rows),
        age=math.nan if person.age is None else person.age,
        weight=math.nan if person.weight is None else person.weight,
        female=math.nan if person.sex is None else float(person.sex is Sex.FEMALE),
        encephalopathy=_first(person, "encephalopathy", last),
        ascites=_first(person, "ascites", last),
        background=tuple(sorted({g.treatment for g in person.treatments if _is_background(g.treatment, g.day)})),
        last_day=max(day for course in rows.values() for day in course),
    )


def _series(lab: str, course: dict[float, tuple[float, int]]) -> Series:
    days = sorted(course)
    return Series(
        lab,
        np.array(days, float),
        np.array([course[d][0] for d in days], float),
        np.array([course[d][1] for d in days], np.int64),
    )


def _first(person: Person, sign: str, last: float) -> float:
    """First value of a sign within the first day of the labs that are used."""
    values = [m.value for m in person.measurements if m.name == sign and 0 <= m.day <= min(last, 1.0)]
    return values[0] if values else math.nan


def _is_background(treatment: str, day: float) -> bool:
    return treatment in BACKGROUNDS and -BACKGROUND_DAYS <= day <= BACKGROUND_DAYS


def observation_days(observations: Observations) -> Sequence[float]:
    """Days with a measurement, ascending."""
    return tuple(sorted({float(d) for s in observations.series for d in s.days}))
