"""Mapping of the columns of a CSV file to a record of a person, as a TOML file says it; nothing is mapped unsaid.

A question mark leaves a place open, as a suggested mapping does where headers do not tell; an open mapping is refused.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hepatica.errors import InputError
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.refusal import refuse
from hepatica.laboratory_units import UnitError, unit_factor

OPEN = "?"
IN_CELL = "in cell"
FIRST_ROW = "first row"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabColumn(_Strict):
    """Column of a lab, or its name in the column of tests; and its unit.

    Attributes
    ----------
    column : str
    unit : str
        Unit of all its cells; ``in cell`` where each has its own; empty for a lab without one.
    unit_column : str or None
        Column that holds the unit of each row.
    words : dict of str to list of str
        Words that stand for a number in the unit, such as those of a grade; other cells are read as numbers.
    """

    column: str
    unit: str = ""
    unit_column: str | None = None
    words: dict[str, list[str]] = {}


class WordColumn(_Strict):
    """Column of words, and the words that mean each name."""

    column: str
    words: dict[str, list[str]]


class LongLayout(_Strict):
    """Columns of a file with one row per lab: name of the test, value, and unit where there is one.

    `value` is left out if `ColumnMapping.visits` names the columns of values.
    """

    test: str
    value: str | None = None
    unit: str | None = None


class PeopleTable(_Strict):
    """Second table with one row per person: its name, beside the first, and its column that tells people apart."""

    file: str
    person: str


class ColumnMapping(_Strict):
    """Mapping of a CSV file.

    Attributes
    ----------
    labs : dict of str to LabColumn
        By the lab's name in Hepatica.
    long : LongLayout or None
        One row per lab; otherwise one row per day with a column for each lab.
    person : str or None
        Column that tells people apart; not needed for one person.
    day, date : str or None
        Column of days since admission, or of dates.
    visits : dict of str to str
        Columns of each day, where days stand side by side: by day, the name of a lab's column with ``{}`` for what the
        lab's own `LabColumn.column` says; of a long layout the column of values.
    day_words : dict of str to list of str
        Words of the column of days by day, such as ``baseline``.
    day_unit : str
        Of numbers in the column of days: ``day``, ``hour``, ``week`` or ``month`` (30.4375 d).
    day_zero : float
        Number that the column of days has on the day of admission.
    people : PeopleTable or None
        Second table, whose columns are added to the rows of each person.
    date_format : str
        Of `strptime`; ISO 8601 unless given.
    admission : date or str or None
        Day 0 of dates: a date, a column of dates, or ``first row``.
    age, weight : LabColumn or None
    sex, causes, background, outcome : WordColumn or None
        Words for each name of `hepatica.individual.person`.
    outcome_day : str or None
        Column of the day of the outcome, since admission.
    treatments : dict of str to WordColumn
        By treatment; the words that mean ``given`` on the day of the row.
    decimal, thousands : str
        ``.`` or ``,``; and what stands between thousands, if anything.
    separator : str
        Between cells.
    encoding : str
        Of the text.
    header_line : int
        Line of the names of columns, from 1; what stands before it is passed over.
    first_line : int or None
        First line with values, where lines of units or of second names follow the header.
    missing : list of str
        Words for not measured, beside those of `hepatica.individual.readers.csv_table`.

    Examples
    --------
    >>> ColumnMapping(labs={"inr": {"column": "INR"}}, day="Day").labs["inr"].unit
    ''
    """

    labs: dict[str, LabColumn]
    long: LongLayout | None = None
    person: str | None = None
    day: str | None = None
    date: str | None = None
    date_format: str = ""
    admission: dt.date | str | None = None
    age: LabColumn | None = None
    weight: LabColumn | None = None
    sex: WordColumn | None = None
    causes: WordColumn | None = None
    background: WordColumn | None = None
    outcome: WordColumn | None = None
    outcome_day: str | None = None
    treatments: dict[str, WordColumn] = {}
    visits: dict[str, str] = {}
    day_words: dict[str, list[str]] = {}
    day_unit: Literal["hour", "day", "week", "month"] = "day"
    day_zero: float = 0.0
    people: PeopleTable | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    separator: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252", "gb18030", "big5", "shift_jis", "euc_kr"] = "utf-8"
    header_line: int = Field(default=1, ge=1, le=1000)
    first_line: int | None = None
    missing: list[str] = []

    def columns(self) -> Iterator[str]:
        """Every column that the file has to have."""
        for name in (self.person, self.day, self.date, self.outcome_day):
            if name is not None:
                yield name
        if isinstance(self.admission, str) and self.admission != FIRST_ROW:
            yield self.admission
        if self.long is not None:
            yield from (name for name in (self.long.test, self.long.value, self.long.unit) if name is not None)
            yield from self.visits.values()
        labs = [] if self.long is not None or self.visits else list(self.labs.values())
        for lab in (*labs, *(x for x in (self.age, self.weight) if x is not None)):
            yield lab.column
            if lab.unit_column is not None:
                yield lab.unit_column
        words = (self.sex, self.causes, self.background, self.outcome, *self.treatments.values())
        yield from (w.column for w in words if w is not None)


def read_mapping(mapping: ColumnMapping | Mapping[str, Any] | str | Path) -> ColumnMapping:
    """Checked mapping from a TOML file, a dictionary or a mapping.

    Raises
    ------
    InputError
        If the file cannot be read, or a key is missing, unknown or open, or a unit cannot be used.

    Examples
    --------
    >>> read_mapping({"labs": {"creatinine": {"column": "Cr", "unit": "umol/L"}}, "day": "Day"}).day
    'Day'
    """
    name, data = "mapping", mapping
    if isinstance(mapping, str | Path):
        path = Path(mapping)
        name = path.name
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("mapping", str(path), "a TOML file that can be read") from error
        except tomllib.TOMLDecodeError:
            raise refuse("mapping_key", name, what="TOML") from None
    try:
        made = data if isinstance(data, ColumnMapping) else ColumnMapping.model_validate(data)
    except ValidationError as error:
        raise refuse("mapping_key", name, what=".".join(map(str, error.errors()[0]["loc"]))[:60]) from None
    _check(made, name)
    return made


def _check(mapping: ColumnMapping, name: str) -> None:
    """Refuse what is open, what is not taken, and units that cannot be used."""
    for key, value in _leaves(mapping.model_dump(), ""):
        if value == OPEN:
            raise refuse("mapping_open", name, what=key)
    if [mapping.day is not None, mapping.date is not None, bool(mapping.visits)].count(True) != 1:
        raise refuse("mapping_key", name, what="day, date, visits")
    _check_days(mapping, name)
    if mapping.date is not None and mapping.admission is None:
        raise refuse("mapping_key", name, what="admission")
    for lab, column in mapping.labs.items():
        if lab not in analytes():
            raise refuse("mapping_lab", name, allowed=", ".join(analytes()))
        if column.unit_column is None and mapping.long is None and column.unit != IN_CELL:
            _check_unit(lab, column.unit, name)


def _check_days(mapping: ColumnMapping, name: str) -> None:
    """Refuse days and numbers that are none, and columns of visits that do not say whose they are."""
    numbers = {"visits": list(mapping.visits), "day_words": list(mapping.day_words)}
    numbers |= {f"labs.{lab}.words": list(column.words) for lab, column in mapping.labs.items()}
    for key, table in numbers.items():
        if any(not _is_number(text) for text in table):
            raise refuse("mapping_key", name, what=key)
    if any(("{}" in text) == (mapping.long is not None) for text in mapping.visits.values()):
        raise refuse("mapping_key", name, what="visits")
    if mapping.long is not None and (mapping.long.value is None) != bool(mapping.visits):
        raise refuse("mapping_key", name, what="long.value")
    if mapping.people is not None and (mapping.person is None or Path(mapping.people.file).name != mapping.people.file):
        raise refuse("mapping_key", name, what="people")
    if mapping.first_line is not None and mapping.first_line <= mapping.header_line:
        raise refuse("mapping_key", name, what="first_line")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _check_unit(lab: str, unit: str, name: str) -> None:
    analyte = analytes()[lab]
    try:
        unit_factor(unit, analyte.variable.unit, substance=analyte.substance)
    except UnitError as error:
        blanks = {"lab": analyte.variable.name, "example": analyte.example}
        raise refuse("mapping_unit", name, **blanks) from error


def _leaves(value: object, key: str) -> Iterator[tuple[str, object]]:
    """Every text of nested tables with its key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, value
