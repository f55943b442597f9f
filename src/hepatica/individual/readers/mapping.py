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

from pydantic import Field, ValidationError

from hepatica.errors import InputError
from hepatica.individual.readers.columns import (
    LabColumn,
    LongLayout,
    PeopleTable,
    SampleName,
    Strict,
    WordColumn,
)
from hepatica.individual.readers.csv_table import TableFormat
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.refusal import refuse
from hepatica.laboratory_units import UnitError, unit_factor

OPEN = "?"
IN_CELL = "in cell"
FIRST_ROW = "first row"


class ColumnMapping(Strict):
    """Mapping of a CSV file.

    Attributes
    ----------
    labs : dict of str to LabColumn
        By the lab's name in Hepatica.
    long : LongLayout or None
        One row per lab; otherwise one row per day with a column for each lab.
    person : str or None
        Column that tells people apart; not needed for one person.
    sample : SampleName or None
        Column that names person and day together.
    day, date, time : str or None
        Column of days since admission, or of dates; and of the time of day, where it stands apart.
    visits : dict of str to str
        Columns of each day, where days stand side by side: by day, the name of a lab's column with ``{}`` for what the
        lab's own `LabColumn.column` says; of a long layout the column of values.
    day_words : dict of str to list of str
        Words of the column of days by day, such as ``baseline``.
    day_unit : str
        Of numbers in the column of days: ``minute``, ``hour``, ``day``, ``week``, ``month`` (30.4375 d) or ``year``.
    day_zero : float
        Number that the column of days has on the day of admission.
    people : PeopleTable or list of PeopleTable or None
        Further tables with one row per person, whose columns are added to the rows of each.
    files, sheets : list of str
        Further files, and the sheets of a workbook, with the same columns; their names stand in the columns ``file``
        and ``sheet``.
    date_format : str or list of str
        Of `strptime`, with names of months in English, German, French or Spanish; of several the first that fits;
        ``iso`` (ISO 8601) unless given; ``excel`` for the numbers of days of a spreadsheet.
    admission : date or str or None
        Day 0 of dates: a date, a column of dates, or ``first row``.
    age, weight : LabColumn or None
    birth : str or None
        Column of the date or year of birth, from which the age at admission follows.
    sex, causes, background : WordColumn or None
        Words for each name of `hepatica.individual.person`.
    outcome : WordColumn or list of WordColumn or None
        The same; of several columns that say different things the transplant counts before the death before life.
    outcome_day, outcome_date : str or None
        Column of the day of the outcome, since admission, or of its date.
    treatments : dict of str to WordColumn
        By treatment; the words that mean ``given`` on the day of the row, and under another name, such as ``not``,
        those that mean that it was not.
    duplicates : str
        Of several values of a lab at one time: ``refuse`` all, refuse only those that differ (``same``), or take the
        ``first`` or the ``last``.
    fill_down : list of str
        Columns whose empty cells have the value of the cell above, such as those of a person named once.
    decimal, thousands, flags : str, str and list of str
        ``.`` or ``,``; what stands between thousands, if anything; and marks of the laboratory beside values, such as
        ``H`` or ``*``, that are taken off.
    separator : str
        Between cells.
    encoding : str
        Of the text.
    header_line, header_rows, first_line, last_line, ragged
        As `hepatica.individual.readers.csv_table.TableFormat`: where names of columns and values stand.
    missing : list of str
        Words for not measured, beside those of `hepatica.individual.readers.csv_table`; ``*`` in a word stands for
        anything, alone for itself.

    Examples
    --------
    >>> ColumnMapping(labs={"inr": {"column": "INR"}}, day="Day").labs["inr"].unit
    ''
    """

    labs: dict[str, LabColumn]
    long: LongLayout | None = None
    person: str | None = None
    sample: SampleName | None = None
    day: str | None = None
    date: str | None = None
    time: str | None = None
    date_format: str | list[str] = ""
    admission: dt.date | str | None = None
    age: LabColumn | None = None
    weight: LabColumn | None = None
    birth: str | None = None
    sex: WordColumn | None = None
    causes: WordColumn | None = None
    background: WordColumn | None = None
    outcome: WordColumn | list[WordColumn] | None = None
    outcome_day: str | None = None
    outcome_date: str | None = None
    treatments: dict[str, WordColumn] = {}
    visits: dict[str, str] = {}
    day_words: dict[str, list[str]] = {}
    day_unit: Literal["minute", "hour", "day", "week", "month", "year"] = "day"
    day_zero: float = 0.0
    people: PeopleTable | list[PeopleTable] | None = None
    files: list[str] = []
    sheets: list[str] = []
    duplicates: Literal["refuse", "same", "first", "last"] = "refuse"
    fill_down: list[str] = []
    flags: list[str] = []
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    separator: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252", "gb18030", "big5", "shift_jis", "euc_kr"] = "utf-8"
    header_line: int = Field(default=1, ge=1, le=1000)
    header_rows: int = Field(default=1, ge=1, le=5)
    first_line: int | None = None
    last_line: int | None = None
    ragged: bool = False
    missing: list[str] = []

    @property
    def table_format(self) -> TableFormat:
        """Form of the first table and of those with the same columns."""
        shared = {name: getattr(self, name) for name in TableFormat.__dataclass_fields__ if name != "repeats"}
        return TableFormat(**shared, repeats=True)

    @property
    def date_formats(self) -> tuple[str, ...]:
        """Forms of dates that are tried in turn."""
        return (self.date_format,) if isinstance(self.date_format, str) else tuple(self.date_format)

    @property
    def people_tables(self) -> tuple[PeopleTable, ...]:
        """Tables with one row per person."""
        return tuple(self.people) if isinstance(self.people, list) else () if self.people is None else (self.people,)

    @property
    def outcomes(self) -> tuple[WordColumn, ...]:
        """Columns of the outcome."""
        one = self.outcome
        return tuple(one) if isinstance(one, list) else () if one is None else (one,)

    def columns(self) -> Iterator[str]:
        """Every column that the file has to have."""
        single = (self.person, self.day, self.date, self.time, self.birth, self.outcome_day, self.outcome_date)
        yield from (name for name in single if name is not None)
        yield from self.fill_down
        if isinstance(self.admission, str) and self.admission != FIRST_ROW:
            yield self.admission
        if self.long is not None:
            own = (self.long.test, self.long.value, self.long.unit, self.long.bound)
            yield from (name for name in own if name is not None)
            yield from self.visits.values()
        labs = [] if self.long is not None or self.visits else list(self.labs.values())
        for lab in (*labs, *(x for x in (self.age, self.weight) if x is not None)):
            yield from lab.names
            yield from (name for name in (lab.unit_column, lab.bound_column) if name is not None)
        words = (self.sex, self.causes, self.background, *self.outcomes, *self.treatments.values())
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
    if mapping.people is not None and mapping.person is None:
        raise refuse("mapping_key", name, what="people")
    _check_files(mapping, name)
    if (mapping.time or mapping.birth or mapping.outcome_date) and mapping.date is None:
        raise refuse("mapping_key", name, what="date")
    if mapping.first_line is not None and mapping.first_line <= mapping.header_line:
        raise refuse("mapping_key", name, what="first_line")


def _check_files(mapping: ColumnMapping, name: str) -> None:
    """Refuse files that do not stand beside the first, and a lab in a table of its own where layouts leave no place."""
    files = [(f"labs.{lab}", column.file) for lab, column in mapping.labs.items()]
    files += [("people", table.file) for table in mapping.people_tables] + [("files", f) for f in mapping.files]
    wrong = [key for key, file in files if Path(file).name != file]
    if mapping.long is not None or mapping.visits:
        wrong += [f"labs.{lab}" for lab, column in mapping.labs.items() if column.file or column.sheet]
    if wrong:
        raise refuse("mapping_key", name, what=wrong[0])


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
