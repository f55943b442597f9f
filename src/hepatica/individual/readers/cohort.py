"""Cohort of people from a CSV file of any columns, by a mapping; without one, from the layout of `cohort_file`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.labs import INR_OF_ACTIVITY, LABS, READINGS
from hepatica.individual.people import LAST_DAY, People, PersonField, Treatment
from hepatica.individual.person import OutcomeKind, Person, Sex
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.readers.read import AnyMapping, read_persons
from hepatica.individual.readers.refusal import refuse
from hepatica.laboratory_units import Bound

Floats = NDArray[np.float64]
_ACTIVITY = "prothrombin_activity"


def read_cohort(path: str | Path, mapping: AnyMapping | None = None) -> People:
    """Cohort of a file, whose labs are binned by whole days since admission.

    Parameters
    ----------
    path : str or Path
        A CSV file.
    mapping : ColumnMapping, mapping, str or Path, optional
        Of its columns; the fixed layout of `hepatica.individual.readers.cohort_file.read_people` unless given.

    Returns
    -------
    People
        Those with a lab on day 0.

    Raises
    ------
    InputError
        If anything in the file cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("pid,day,ALAT\\n1,0,15 ukat/L\\n1,3,400 U/L\\n2,0,1200 U/L\\n")
    >>> labs = {"alt": {"column": "ALAT", "unit": "in cell"}}
    >>> read_cohort(path, {"labs": labs, "day": "day", "person": "pid"}).labs["alt"].tolist()
    [[900.0, 400.0], [1200.0, nan]]
    """
    if mapping is None:
        return read_people(path)
    return people_of(read_persons(path, mapping), Path(path).name)


def read_cohort_readings(path: str | Path, mapping: AnyMapping) -> dict[str, Floats]:
    """Markers of inflammation of day 0 in the order of `read_cohort`, (n,) each; NaN where not measured."""
    courses = [_by_day(person) for person in read_persons(path, mapping).values()]
    started = [course for course in courses if _starts(course)]
    result = {name: np.array([course.get((name, 0.0), math.nan) for course in started]) for name in READINGS}
    return {name: values for name, values in result.items() if np.isfinite(values).any()}


def people_of(persons: Mapping[str, Person], name: str) -> People:
    """Cohort of records, whose labs are binned by whole days; the first value of a day counts.

    Parameters
    ----------
    persons : mapping of str to Person
        By identifier.
    name : str
        Of the cohort, for errors.

    Raises
    ------
    InputError
        If nobody has a lab on day 0.
    """
    courses = {key: _by_day(person) for key, person in persons.items()}
    kept = [key for key, course in courses.items() if _starts(course)]
    if not kept:
        raise refuse("nobody_starts", name)
    days = np.array(sorted({day for key in kept for _, day in courses[key]}))
    labs, missing = {}, {"platelets": "platelets are not in the model"}
    for lab in LABS:
        grid = np.array([[courses[key].get((lab, day), math.nan) for day in days.tolist()] for key in kept])
        if np.isfinite(grid).any():
            labs[lab] = grid
        else:
            missing[lab] = "the file has no values of it"
    chosen = [persons[key] for key in kept]
    given = {t: np.array([any(g.treatment == t.value for g in p.treatments) for p in chosen]) for t in Treatment}
    return People(
        name=name,
        ids=np.array(kept, object),
        days=days,
        labs=labs,
        age=np.array([math.nan if p.age is None else p.age for p in chosen]),
        encephalopathy=np.array([courses[key].get(("encephalopathy", 0.0), math.nan) for key in kept]),
        given=given,
        event=np.array([_event(p) for p in chosen]),
        notes=_notes(persons, kept),
        missing_labs=missing,
        missing_fields=_missing_fields(chosen),
        cause=np.array([_cause(p) for p in chosen], object),
        blood_filtered=np.array([any(g.treatment == "dialysis" for g in p.treatments) for p in chosen]),
        others={"sodium": np.array([[courses[key].get(("sodium", day), math.nan) for day in days] for key in kept])},
        female=np.array([math.nan if p.sex is None else float(p.sex is Sex.FEMALE) for p in chosen]),
    )


def _by_day(person: Person) -> dict[tuple[str, float], float]:
    """First value of each variable on each whole day of follow-up; INR from prothrombin activity where not measured."""
    course: dict[tuple[str, float], float] = {}
    for m in person.measurements:
        day = float(math.floor(m.day))
        if 0 <= day <= LAST_DAY:
            course.setdefault((m.name, day), m.value)
    for (name, day), value in list(course.items()):
        if name == _ACTIVITY:
            course.setdefault(("inr", day), INR_OF_ACTIVITY[0] * value ** INR_OF_ACTIVITY[1])
    return course


def _starts(course: Mapping[tuple[str, float], float]) -> bool:
    """True of a course with a lab on day 0."""
    return any(day == 0 and name in LABS for name, day in course)


def _event(person: Person) -> float:
    """Death or transplant by `LAST_DAY`; NaN where the outcome is not known."""
    ended = person.outcome
    grafted = [given.day for given in person.treatments if given.treatment == "transplant"]
    if grafted and min(grafted) <= LAST_DAY:
        return 1.0
    if ended is None:
        return math.nan
    return float(ended.kind is not OutcomeKind.ALIVE and (ended.day is None or ended.day <= LAST_DAY))


def _cause(person: Person) -> str:
    background = "" if person.background is None else person.background.value
    return f"{', '.join(cause.value for cause in person.causes)}; {background}".replace("_", " ")


def _notes(persons: Mapping[str, Person], kept: list[str]) -> tuple[str, ...]:
    """Exclusions and assumptions, counted."""
    notes = []
    if missing := len(persons) - len(kept):
        notes.append(f"{missing} people have no lab on day 0 and are left out")
    measurements = [m for key in kept for m in persons[key].measurements]
    if early := sum(m.day < 0 for m in measurements):
        notes.append(f"{early} values before day 0 are not used")
    if late := sum(math.floor(m.day) > LAST_DAY for m in measurements):
        notes.append(f"{late} values later than day {LAST_DAY:g} are not used")
    if limits := sum(m.bound is not Bound.EXACT for m in measurements):
        notes.append(f"{limits} values below or above what is measured count as the limit")
    days = [(key, m.name, math.floor(m.day)) for key in kept for m in persons[key].measurements]
    if again := len(days) - len(set(days)):
        notes.append(f"{again} values are not the first of their day and are not used")
    ends = [o for key in kept if (o := persons[key].outcome) is not None and o.day is not None]
    if late := sum(o.day > LAST_DAY and o.kind is not OutcomeKind.ALIVE for o in ends if o.day is not None):
        notes.append(f"{late} deaths or transplants later than day {LAST_DAY:g} count as none by that day")
    if early := sum(o.day < LAST_DAY and o.kind is OutcomeKind.ALIVE for o in ends if o.day is not None):
        notes.append(f"{early} people followed alive for less than {LAST_DAY:g} days count as alive on that day")
    inr = {(key, math.floor(m.day)) for key in kept for m in persons[key].measurements if m.name == "inr"}
    activity = {(key, math.floor(m.day)) for key in kept for m in persons[key].measurements if m.name == _ACTIVITY}
    if derived := len(activity - inr):
        notes.append(f"INR of {derived} days is taken from prothrombin activity")
    return tuple(notes)


def _missing_fields(people: list[Person]) -> dict[PersonField, str]:
    """Covariates that nobody has, and what is assumed instead."""
    missing = {}
    if all(p.age is None for p in people):
        missing[PersonField.AGE] = "the file has no age; people are weighted without it"
    if all(p.value("encephalopathy", day) is None for p in people for day in p.days):
        missing[PersonField.ENCEPHALOPATHY] = "the file has no encephalopathy; people are weighted without it"
    if all(p.outcome is None for p in people):
        missing[PersonField.OUTCOME] = "the file has no outcome; predicted, but not scored"
    for field, treatment in (
        (PersonField.PLASMA_EXCHANGE, Treatment.PLASMA_EXCHANGE),
        (PersonField.CORTICOSTEROID, Treatment.CORTICOSTEROID),
    ):
        if not any(g.treatment == treatment.value for p in people for g in p.treatments):
            missing[field] = f"the file has no {treatment.value.replace('_', ' ')}; it is taken as not given"
    return missing
