"""Record of a person as ``patient.toml``: read, written, and its JSON Schema."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from hepatica.individual.person import (
    TREATMENTS,
    Background,
    Cause,
    GivenTreatment,
    Outcome,
    OutcomeKind,
    Person,
    Sex,
    Visit,
)
from hepatica.individual.readers.collect import Collector, PersonCheck
from hepatica.individual.readers.days import Clock, check_number_of_days, parse_when, read_day
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.refusal import refuse

TEMPLATE = Path(__file__).with_name("patient.template.toml")
"""A file to start from."""
KEYS = ("age", "sex", "weight", "causes", "background", "admission", "labs", "treatments", "visits", "outcome")
_TIMES = ("day", "date")
Choice = TypeVar("Choice", bound=Enum)


def check_toml(path: Path, today: dt.date) -> PersonCheck:
    """Read ``patient.toml`` and everything that is wrong with it.

    Parameters
    ----------
    path : Path
        UTF-8 text; `write_toml` and the template show its keys.
    today : date
        No date is later.

    Raises
    ------
    Refused
        If it is no TOML, or empty.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "patient.toml"
    >>> _ = path.write_text("age = 54\\n[[labs]]\\nday = 0\\ncreatinine = 90\\n")
    >>> check_toml(path, dt.date(2026, 1, 1)).refused[0].text()
    'patient.toml, labs[0].creatinine: creatinine has no unit; write it, as in 90 umol/L.'
    """
    try:
        text = path.read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        raise refuse("encoding", path.name) from None
    except tomllib.TOMLDecodeError:
        raise refuse("no_toml", path.name) from None
    if not text.strip():
        raise refuse("unstated", path.name)
    return _Reader(data, path.name, today).read()


class _Reader:
    """One file in the reading."""

    def __init__(self, data: Mapping[str, Any], name: str, today: dt.date) -> None:
        self.data, self.name = data, name
        self.collector = Collector()
        admission = parse_when(data["admission"]) if "admission" in data else None
        if isinstance(admission, str):
            self.collector.refuse(admission, self.at("admission"))
            admission = None
        self.clock = Clock(admission=admission, today=today)

    def at(self, key: str) -> str:
        return f"{self.name}, {key}"

    def read(self) -> PersonCheck:
        c = self.collector
        for key in self.data:
            if key not in KEYS:
                c.refuse("key", self.at(key), allowed=", ".join(KEYS))
        if "age" in self.data:
            c.age(self.data["age"], self.at("age"))
        if "weight" in self.data:
            c.weight(self.data["weight"], self.at("weight"))
        for key, kind in (("sex", Sex), ("background", Background)):
            if key in self.data and (result := self.choice(kind, self.data[key], key)) is not None:
                c.once(key, result, self.at(key))
        causes = self.list_of("causes", str)
        made = [self.choice(Cause, text, f"causes[{k}]") for k, text in enumerate(causes)]
        c.person = replace(c.person, causes=tuple({cause for cause in made if cause is not None}))
        for k, row in enumerate(self.list_of("labs", dict)):
            self.labs(row, f"labs[{k}]")
        for k, row in enumerate(self.list_of("treatments", dict)):
            self.treatment(row, f"treatments[{k}]")
        for k, row in enumerate(self.list_of("visits", dict)):
            self.known(row, ("until", *_TIMES), f"visits[{k}]")
            day, until = self.day(row, f"visits[{k}]"), self.until(row, f"visits[{k}]")
            if day is not None:
                c.visit(Visit(day=day, until=until), self.at(f"visits[{k}]"))
        self.outcome()
        return c.finish()

    def list_of(self, key: str, kind: type) -> list[Any]:
        """Entries of an array; none after a refusal."""
        entries = self.data.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, kind) for entry in entries):
            self.collector.refuse("list", self.at(key))
            return []
        return entries

    def choice(self, kind: type[Choice], text: object, key: str) -> Choice | None:
        allowed = [member.value for member in kind]
        if text not in allowed:
            self.collector.refuse("choice", self.at(key), what=key, allowed=", ".join(allowed))
            return None
        return kind(text)

    def known(self, row: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
        for key in row:
            if key not in keys:
                self.collector.refuse("key", self.at(f"{where}.{key}"), allowed=", ".join(keys))

    def day(self, row: Mapping[str, Any], where: str) -> float | None:
        """Day of a row, from `day` or `date`; None after a refusal."""
        given = [key for key in _TIMES if key in row]
        if len(given) != 1:
            self.collector.refuse("day_missing" if not given else "day_twice", self.at(where))
            return None
        return self.time(row[given[0]], f"{where}.{given[0]}", dated=given[0] == "date")

    def until(self, row: Mapping[str, Any], where: str) -> float | None:
        if "until" not in row:
            return None
        value = row["until"]
        return self.time(value, f"{where}.until", dated=not isinstance(value, int | float))

    def time(self, value: object, where: str, *, dated: bool) -> float | None:
        """Day of a date, or of a number of days."""
        place = self.at(where)
        if dated and self.clock.admission is None and "admission" in self.data:
            return None  # the admission has been refused
        return self.collector.taken(read_day(value, self.clock, place) if dated else check_number_of_days(value, place))

    def labs(self, row: Mapping[str, Any], where: str) -> None:
        """Labs and signs of one day."""
        self.known(row, (*_TIMES, *analytes()), where)
        day = self.day(row, where)
        if day is None:
            return
        for name in row:
            if name in analytes():
                place = self.at(f"{where}.{name}")
                if isinstance(row[name], str) and not row[name].strip():
                    self.collector.leave("absent", place, lab=analytes()[name].variable.name)
                else:
                    self.collector.lab(analytes()[name], row[name], day, place)

    def treatment(self, row: Mapping[str, Any], where: str) -> None:
        self.known(row, ("treatment", "until", "dose", *_TIMES), where)
        day, until = self.day(row, where), self.until(row, where)
        dose = None
        if "dose" in row:
            dose = self.collector.quantity(row["dose"], "cell/kg", (1.0, 1e10), self.at(f"{where}.dose"), "dose")
        if day is not None:
            given = GivenTreatment(treatment=str(row.get("treatment")), day=day, until=until, dose=dose)
            self.collector.treatment(given, self.at(where))

    def outcome(self) -> None:
        row = self.data.get("outcome")
        if row is None:
            return
        if not isinstance(row, dict):
            self.collector.refuse("list", self.at("outcome"))
            return
        self.known(row, ("kind", *_TIMES), "outcome")
        kind = self.choice(OutcomeKind, row.get("kind"), "outcome.kind")
        day = self.day(row, "outcome") if any(key in row for key in _TIMES) else None
        if kind is not None:
            self.collector.ended(Outcome(kind=kind, day=day), self.at("outcome"))


def toml_text(person: Person) -> str:
    """Record as the text of ``patient.toml``; reading it gives the same record.

    Examples
    --------
    >>> print(toml_text(Person(age=54.0, sex=Sex.FEMALE)))
    # A person: for research use. Days are since admission; no dates, names or numbers of records.
    <BLANKLINE>
    age = "54 years"
    sex = "female"
    <BLANKLINE>
    """
    lines = ["# A person: for research use. Days are since admission; no dates, names or numbers of records.", ""]
    if person.age is not None:
        lines.append(f'age = "{_number(person.age)} years"')
    if person.sex is not None:
        lines.append(f'sex = "{person.sex.value}"')
    if person.weight is not None:
        lines.append(f'weight = "{_number(person.weight)} kg"')
    if person.causes:
        lines.append(f"causes = [{', '.join(chr(34) + c.value + chr(34) for c in person.causes)}]")
    if person.background is not None:
        lines.append(f'background = "{person.background.value}"')
    for day in person.days:
        lines += ["", "[[labs]]", f"day = {_number(day)}"]
        for m in (m for m in person.measurements if m.day == day):
            sign = "" if m.bound.value == "=" else m.bound.value
            unit = m.name in analytes() and analytes()[m.name].variable.unit
            text = f"{sign}{_number(m.value)}" + (f" {unit}" if unit not in ("1", "") else "")
            lines.append(f'{m.name} = "{text}"')
    for given in person.treatments:
        lines += ["", "[[treatments]]", f'treatment = "{given.treatment}"', *_span(given.day, given.until)]
        if given.dose is not None:
            lines.append(f'dose = "{_number(given.dose)} cells/kg"')
    for visit in person.visits:
        lines += ["", "[[visits]]", *_span(visit.day, visit.until)]
    if person.outcome is not None:
        lines += ["", "[outcome]", f'kind = "{person.outcome.kind.value}"']
        lines += [] if person.outcome.day is None else [f"day = {_number(person.outcome.day)}"]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Shortest text that reads as the same float."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _span(day: float, until: float | None) -> list[str]:
    return [f"day = {_number(day)}"] + ([] if until is None else [f"until = {_number(until)}"])


def schema() -> dict[str, Any]:
    """JSON Schema of ``patient.toml``, for editors.

    Examples
    --------
    >>> schema()["properties"]["sex"]["enum"]
    ['female', 'male']
    """
    printed = {"type": ["string", "number"]}
    time = {
        "day": {"type": "number", "description": "days since admission"},
        "date": {"type": "string", "description": "as 2026-01-31; with `admission`"},
    }
    until = {"until": {"type": ["number", "string"], "description": "last day, or its date"}}
    labs = {
        name: printed | {"description": f"{a.variable.label['en']}, as '{a.example}'"} for name, a in analytes().items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "patient.toml",
        "description": "One person: covariates, dated labs in any printed unit, treatments, visits, outcome.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "age": printed | {"description": "years, as 54 or '54 years'"},
            "sex": {"enum": [s.value for s in Sex]},
            "weight": {"type": "string", "description": "as '62 kg'"},
            "causes": {"type": "array", "items": {"enum": [c.value for c in Cause]}},
            "background": {"enum": [b.value for b in Background]},
            "admission": {"type": "string", "description": "date of day 0, where dates are given; it is not kept"},
            "labs": _rows(time | labs, []),
            "treatments": _rows(
                time
                | until
                | {
                    "treatment": {"enum": list(TREATMENTS)},
                    "dose": {"type": "string", "description": "as '1e6 cells/kg'"},
                },
                ["treatment"],
            ),
            "visits": _rows(time | until, []),
            "outcome": _row(time | {"kind": {"enum": [k.value for k in OutcomeKind]}}, ["kind"]),
        },
    }


def _row(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties), "required": required}


def _rows(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": _row(properties, required)}
