"""People of a CSV file of any columns, by a mapping: one row per day, or one row per lab."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hepatica.individual.person import Background, Cause, GivenTreatment, Outcome, OutcomeKind, Sex
from hepatica.individual.readers.collect import Collector, PersonCheck
from hepatica.individual.readers.columns import LabColumn, MissingWords, WordColumn
from hepatica.individual.readers.csv_table import MISSING, SOURCE, CsvTable
from hepatica.individual.readers.days import Clock, When, check_number_of_days, parse_when, read_day, years_at
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.mapping import FIRST_ROW, IN_CELL, ColumnMapping
from hepatica.individual.readers.refusal import refuse
from hepatica.individual.readers.tables.cells import CellFormat
from hepatica.individual.readers.tables.join import joined_table
from hepatica.laboratory_units import UnitError, read_unit, split_value

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_FIRST = (OutcomeKind.TRANSPLANTED, OutcomeKind.DIED, OutcomeKind.ALIVE)
"""Outcomes of several columns in the order in which they count."""


def check_csv(path: Path, mapping: ColumnMapping, today: dt.date) -> dict[str, PersonCheck]:
    """Read every person of a file, and everything that is wrong.

    Parameters
    ----------
    path : Path
        Within the bounds of `hepatica.individual.readers.csv_table`.
    mapping : ColumnMapping
        Of its columns.
    today : date
        No date is later.

    Returns
    -------
    dict of str to PersonCheck
        By identifier, which stays in memory; "" of a file of one person.

    Raises
    ------
    InputError
        If it is no such table, or lacks a column of the mapping.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("Day,Cr\\n0,90\\n1,<40\\n")
    >>> mapping = ColumnMapping(labs={"creatinine": {"column": "Cr", "unit": "umol/L"}}, day="Day")
    >>> [round(m.value, 2) for m in check_csv(path, mapping, dt.date(2026, 1, 1))[""].person.measurements]
    [1.02, 0.45]
    """
    table, mapping = joined_table(path, mapping)
    for column in mapping.columns():
        if column not in table:
            raise refuse("column", table.name, what=column)
    _check_visits(mapping, table)
    if mapping.person is None:
        return {"": _Rows(table, mapping, today).read()}
    groups = table.rows.groupby(mapping.person, sort=False)
    return {str(k): _Rows(CsvTable(table.name, rows), mapping, today).read() for k, rows in groups}


def _check_visits(mapping: ColumnMapping, table: CsvTable) -> None:
    """Refuse a lab of days side by side that has a column on none of them."""
    if not mapping.visits or mapping.long is not None:
        return
    for lab in mapping.labs.values():
        if not any(_place(place, name) in table for place in mapping.visits.values() for name in lab.names):
            raise refuse("column", table.name, what=_place(next(iter(mapping.visits.values())), lab.column))


def _place(place: str, column: str) -> str:
    """Column of a lab on one of several days that stand side by side.

    Examples
    --------
    >>> _place("{}_d7", "TBIL"), _place("Day 7", "TBIL")
    ('TBIL_d7', 'Day 7')
    """
    return place.replace("{}", column)


Row = dict[str, str]
Dated = list[tuple[float, Row, str]]
"""Day of a row, its cells, and its place: file and line."""


class _Rows:
    """Rows of one person in the reading."""

    def __init__(self, table: CsvTable, mapping: ColumnMapping, today: dt.date) -> None:
        self.name, self.mapping = table.name, mapping
        self.collector = Collector(repeats=mapping.duplicates)
        self.missing = MissingWords([*MISSING, *mapping.missing])
        self.point = CellFormat(mapping.decimal, mapping.thousands, mapping.flags).plain
        records: list[Row] = [{str(k): str(v) for k, v in r.items()} for r in table.rows.to_dict(orient="records")]
        lines = zip(table.rows.index, records, strict=True)
        self.rows = [(f"{row.get(SOURCE, table.name)}, line {line}", row) for line, row in lines]
        self.clock = Clock(admission=self._admission(), today=today)
        self.unnamed = 0

    def read(self) -> PersonCheck:
        m = self.mapping
        if m.visits:
            dated = [(float(day), row, line) for line, row in self.rows for day in m.visits]
        else:
            dated = [(day, row, line) for line, row in self.rows if (day := self.day(row, line)) is not None]
        for day, row, line in dated:
            if m.long is not None:
                self.long_row(row, line, day)
            else:
                self.wide_row(row, line, day)
            self.treatments(row, line, day)
        nearest = sorted(dated, key=lambda item: abs(item[0]))
        self.number(m.age, nearest, self.collector.age, "years")
        self.number(m.weight, nearest, self.collector.weight, "")
        self.birth(nearest)
        self.words(nearest)
        if self.unnamed:
            self.collector.leave("names_not_taken", self.name, n=self.unnamed)
        if not self.collector.measurements and not self.collector.refused:
            self.collector.refuse("nothing", self.name)
        return self.collector.finish()

    def is_missing(self, cell: str) -> bool:
        return cell in self.missing

    def _admission(self) -> When | None:
        """Day 0 of dates; None where days are given, or after a refusal."""
        m = self.mapping
        if m.date is None or not isinstance(m.admission, str):
            return m.admission if isinstance(m.admission, dt.date) else None
        column = m.date if m.admission == FIRST_ROW else m.admission
        result = []
        for line, row in self.rows:
            when = parse_when(row[column], m.date_formats)
            if not isinstance(when, str):
                result.append(when)
            elif column != m.date and not self.is_missing(row[column]):
                self.collector.refuse(when, f"{line}, {column}")
        if m.admission == FIRST_ROW:
            self.collector.note("day_zero_row", self.name)
        elif len(set(result)) > 1:
            self.collector.refuse("column_changes", self.name, what=column)
        return min(result, key=lambda w: w.toordinal(), default=None)

    def day(self, row: Row, line: str) -> float | None:
        m = self.mapping
        if m.date is not None:
            time = "" if m.time is None or self.is_missing(row[m.time]) else row[m.time]
            day = read_day(row[m.date], self.clock, f"{line}, {m.date}", m.date_formats, time=time)
            return self.collector.taken(day)
        assert m.day is not None
        for word, cells in m.day_words.items():
            if row[m.day] in cells:
                return float(word)
        cell, where = self.point(row[m.day]), f"{line}, {m.day}"
        return self.collector.taken(check_number_of_days(cell, where, zero=m.day_zero, unit=_DAYS[m.day_unit]))

    def columns(self, lab: str, day: float) -> list[str]:
        """Columns of a lab on a day, in turn."""
        m = self.mapping
        place = next((p for d, p in m.visits.items() if float(d) == day), "{}")
        return [_place(place, name) for name in m.labs[lab].names]

    def wide_row(self, row: Row, line: str, day: float) -> None:
        for lab, column in self.mapping.labs.items():
            there = [name for name in self.columns(lab, day) if name in row]
            filled = [name for name in there if not self.is_missing(row[name])]
            for name in (filled or there)[:1]:
                bound = "" if column.bound_column is None else row[column.bound_column]
                self.lab(lab, bound + row[name], self.unit(column, row), day, f"{line}, {name}")

    def long_row(self, row: Row, line: str, day: float) -> None:
        layout = self.mapping.long
        assert layout is not None
        named = [lab for lab, column in self.mapping.labs.items() if row[layout.test] in column.names]
        self.unnamed += not named
        for lab in named:
            column = self.mapping.labs[lab]
            unit = row[layout.unit] if layout.unit is not None and not column.unit else self.unit(column, row)
            value = layout.value or self.columns(lab, day)[0]
            bound = "" if layout.bound is None else row[layout.bound]
            self.lab(lab, bound + row[value], unit, day, f"{line}, {value}")

    def unit(self, column: LabColumn, row: Row) -> str:
        if column.unit_column is not None:
            return row[column.unit_column]
        return "" if column.unit == IN_CELL else column.unit

    def lab(self, lab: str, cell: str, unit: str, day: float, where: str) -> None:
        """Add a lab from its cell and the unit of the mapping; a cell with another unit of its own is refused."""
        spoken = next((n for n, words in self.mapping.labs[lab].words.items() if cell in words), None)
        if spoken is None and self.is_missing(cell):
            return
        analyte, cell = analytes()[lab], self.point(cell) if spoken is None else spoken
        if unit:
            try:
                own = split_value(cell)[2]
            except UnitError:
                own = ""
            if own and (read_unit(own) is None or read_unit(own) != read_unit(unit)):
                self.collector.refuse("unit_twice", where, lab=analyte.variable.name)
                return
            cell = cell if own else f"{cell} {unit}"
        self.collector.lab(analyte, cell, day, where)

    def treatments(self, row: Row, line: str, day: float) -> None:
        """Add what was given on the day of a row; several rows of a day, or a row of many days, say it once."""
        visits = list(map(float, self.mapping.visits))
        if visits and day != min(visits, key=abs):
            return
        for treatment, column in self.mapping.treatments.items():
            given = GivenTreatment(treatment=treatment, day=day)
            if "given" in self.names(column, row, line) and given not in self.collector.treatments:
                self.collector.treatment(given, f"{line}, {column.column}")

    def number(self, column: LabColumn | None, rows: Dated, take: Callable[[str, str], None], unit: str) -> None:
        """Take age or weight of the row nearest to admission that has it."""
        if column is None:
            return
        for _, row, line in rows:
            cell = row[column.column]
            if not self.is_missing(cell):
                take(f"{self.point(cell)} {self.unit(column, row) or unit}".strip(), f"{line}, {column.column}")
                return

    def birth(self, rows: Dated) -> None:
        """Take the age at admission from a date or year of birth."""
        column, admission = self.mapping.birth, self.clock.admission
        for _, row, line in rows:
            if column is None or admission is None or self.is_missing(row[column]):
                continue
            years = years_at(row[column], admission, self.mapping.date_formats)
            if isinstance(years, str):
                self.collector.refuse(years, f"{line}, {column}")
            else:
                self.collector.age(f"{years} years", f"{line}, {column}")
            return

    def names(self, column: WordColumn | None, row: Row, line: str) -> list[str]:
        """Names that the word of a row means; a word that is not mapped is refused."""
        if column is None:
            return []
        named = column.named(row[column.column], self.is_missing(row[column.column]))
        if named is None:
            known = ", ".join(word for words in column.words.values() for word in words)
            self.collector.refuse("choice", f"{line}, {column.column}", what=column.column, allowed=known)
        return named or []

    def words(self, rows: Dated) -> None:
        """Sex, causes, background and outcome."""
        m, c = self.mapping, self.collector
        for _, row, line in rows:
            for key, kind, column in (("sex", Sex, m.sex), ("background", Background, m.background)):
                for name in self.allowed(kind, column, row, line):
                    c.once(key, kind(name), f"{line}, {column.column if column else ''}")
            causes = {Cause(name) for name in self.allowed(Cause, m.causes, row, line)}
            c.person = replace(c.person, causes=tuple({*c.person.causes, *causes}))
            ends = {OutcomeKind(n) for column in m.outcomes for n in self.allowed(OutcomeKind, column, row, line)}
            if ends:
                c.ended(Outcome(kind=min(ends, key=_FIRST.index), day=self.outcome_day(row, line)), f"{line}, outcome")

    def outcome_day(self, row: Row, line: str) -> float | None:
        """Day of the outcome, where it is known."""
        m = self.mapping
        if m.outcome_date is not None and not self.is_missing(row[m.outcome_date]):
            place = f"{line}, {m.outcome_date}"
            return self.collector.taken(read_day(row[m.outcome_date], self.clock, place, m.date_formats))
        if m.outcome_day is not None and not self.is_missing(row[m.outcome_day]):
            cell, place = self.point(row[m.outcome_day]), f"{line}, {m.outcome_day}"
            return self.collector.taken(check_number_of_days(cell, place))
        return None

    def allowed(self, kind: Any, column: WordColumn | None, row: Row, line: str) -> list[str]:
        """Names of a column, of which only those of an enumeration are kept; others are ignored."""
        known = {member.value for member in kind}
        return [name for name in self.names(column, row, line) if name in known]
