"""People of a CSV file of any columns, by a mapping: one row per day, or one row per lab."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hepatica.individual.person import Background, Cause, GivenTreatment, Outcome, OutcomeKind, Sex
from hepatica.individual.readers.collect import Collector, PersonCheck
from hepatica.individual.readers.csv_table import MISSING, CsvTable, read_table
from hepatica.individual.readers.days import Clock, When, check_number_of_days, parse_when, read_day
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.mapping import FIRST_ROW, IN_CELL, ColumnMapping, LabColumn, WordColumn
from hepatica.individual.readers.refusal import refuse
from hepatica.laboratory_units import UnitError, read_unit, split_value

_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375}
_GROUPED = {mark: re.compile(rf"[<>=≤≥\s]*[-+]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?!\d)") for mark in ".,' "}


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
    table = _table(path, mapping)
    for column in mapping.columns():
        if column not in table:
            raise refuse("column", table.name, what=column)
    _check_visits(mapping, table)
    if mapping.person is None:
        return {"": _Rows(table, mapping, today).read()}
    ids = table.rows[mapping.person]
    return {str(k): _Rows(table.select((ids == k).to_numpy()), mapping, today).read() for k in dict.fromkeys(ids)}


def _table(path: Path, mapping: ColumnMapping) -> CsvTable:
    """Table of a file, with the columns of a second one with one row per person."""
    table = read_table(
        path,
        separator=mapping.separator,
        encoding=mapping.encoding,
        header_line=mapping.header_line,
        first_line=mapping.first_line,
    )
    second = mapping.people
    if second is None or mapping.person is None:
        return table
    if mapping.person not in table:
        raise refuse("column", table.name, what=mapping.person)
    people = read_table(path.with_name(second.file), separator=mapping.separator, encoding=mapping.encoding)
    if second.person not in people:
        raise refuse("column", people.name, what=second.person)
    ids = people.rows[second.person]
    twice = ids.duplicated().to_numpy()
    if twice.any():
        raise people.fault(twice, "a person has two rows", "keep one row per person in the second table")
    added = people.rows.set_index(second.person)
    added = added[[column for column in map(str, added.columns) if column not in table]]
    joined = added.reindex(table.rows[mapping.person]).fillna("").set_axis(table.rows.index)
    return CsvTable(table.name, table.rows.join(joined) if len(added.columns) else table.rows)


def _check_visits(mapping: ColumnMapping, table: CsvTable) -> None:
    """Refuse a lab of days side by side that has a column on none of them."""
    if not mapping.visits or mapping.long is not None:
        return
    for lab in mapping.labs.values():
        if not any(_place(place, lab.column) in table for place in mapping.visits.values()):
            raise refuse("column", table.name, what=_place(next(iter(mapping.visits.values())), lab.column))


def _place(place: str, column: str) -> str:
    """Column of a lab on one of several days that stand side by side.

    Examples
    --------
    >>> _place("{}_d7", "TBIL"), _place("Day 7", "TBIL")
    ('TBIL_d7', 'Day 7')
    """
    return place.replace("{}", column)


class _Rows:
    """Rows of one person in the reading."""

    def __init__(self, table: CsvTable, mapping: ColumnMapping, today: dt.date) -> None:
        self.table, self.mapping = table, mapping
        self.collector = Collector()
        self.missing = {*MISSING, *(word.lower() for word in mapping.missing)}
        self.clock = Clock(admission=self._admission(), today=today)
        self.unnamed = 0

    def read(self) -> PersonCheck:
        m = self.mapping
        if m.visits:
            dated = [(float(day), row, line) for line, row in self.rows() for day in m.visits]
        else:
            dated = [(day, row, line) for line, row in self.rows() if (day := self.day(row, line)) is not None]
        for day, row, line in dated:
            if m.long is not None:
                self.long_row(row, line, day)
            else:
                self.wide_row(row, line, day)
            for treatment, column in m.treatments.items():
                if m.visits and day != min(map(float, m.visits), key=abs):
                    continue  # a row of many days says once what was given
                if "given" in self.names(column, row, line):
                    self.collector.treatment(GivenTreatment(treatment=treatment, day=day), self.at(line, column.column))
        nearest = sorted(dated, key=lambda item: abs(item[0]))
        self.number(m.age, nearest, self.collector.age, "years")
        self.number(m.weight, nearest, self.collector.weight, "")
        self.words(nearest)
        if self.unnamed:
            self.collector.leave("names_not_taken", self.table.name, n=self.unnamed)
        if not self.collector.measurements and not self.collector.refused:
            self.collector.refuse("nothing", self.table.name)
        return self.collector.finish()

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        for line, row in zip(self.table.rows.index, self.table.rows.to_dict(orient="records"), strict=True):
            yield int(line), {str(key): str(value) for key, value in row.items()}

    def at(self, line: int, column: str) -> str:
        return f"{self.table.name}, line {line}, {column}"

    def is_missing(self, cell: str) -> bool:
        return cell.lower() in self.missing

    def _admission(self) -> When | None:
        """Day 0 of dates; None where days are given, or after a refusal."""
        m = self.mapping
        if m.date is None or not isinstance(m.admission, str):
            return m.admission if isinstance(m.admission, dt.date) else None
        column = m.date if m.admission == FIRST_ROW else m.admission
        result = []
        for line, row in self.rows():
            when = parse_when(row[column], m.date_format)
            if not isinstance(when, str):
                result.append(when)
            elif column != m.date and not self.is_missing(row[column]):
                self.collector.refuse(when, self.at(line, column))
        if m.admission == FIRST_ROW:
            self.collector.note("day_zero_row", self.table.name)
        elif len(set(result)) > 1:
            self.collector.refuse("column_changes", self.table.name, what=column)
        return min(result, key=lambda w: w.toordinal(), default=None)

    def day(self, row: dict[str, str], line: int) -> float | None:
        m = self.mapping
        if m.date is not None:
            return self.collector.taken(read_day(row[m.date], self.clock, self.at(line, m.date), m.date_format))
        assert m.day is not None
        for word, cells in m.day_words.items():
            if row[m.day] in cells:
                return float(word)
        cell, where = self.point(row[m.day]), self.at(line, m.day)
        return self.collector.taken(check_number_of_days(cell, where, zero=m.day_zero, unit=_DAYS[m.day_unit]))

    def point(self, cell: str) -> str:
        """Cell with a decimal point and nothing between thousands."""
        m = self.mapping
        if m.thousands and m.thousands != m.decimal and (number := _GROUPED[m.thousands].match(cell)):
            cell = number[0].replace(m.thousands, "") + cell[number.end() :]
        if m.decimal == "," and "." not in cell and cell.count(",") == 1:
            return cell.replace(",", ".")
        return cell

    def column(self, lab: str, day: float) -> str:
        """Column of a lab on a day."""
        m = self.mapping
        place = next((p for d, p in m.visits.items() if float(d) == day), "{}")
        return _place(place, m.labs[lab].column)

    def wide_row(self, row: dict[str, str], line: int, day: float) -> None:
        for lab, column in self.mapping.labs.items():
            name = self.column(lab, day)
            if name in row:
                self.lab(lab, row[name], self.unit(column, row), day, self.at(line, name))

    def long_row(self, row: dict[str, str], line: int, day: float) -> None:
        layout = self.mapping.long
        assert layout is not None
        named = [lab for lab, column in self.mapping.labs.items() if column.column == row[layout.test]]
        self.unnamed += not named
        for lab in named:
            column = self.mapping.labs[lab]
            unit = row[layout.unit] if layout.unit is not None and not column.unit else self.unit(column, row)
            value = layout.value or self.column(lab, day)
            self.lab(lab, row[value], unit, day, self.at(line, value))

    def unit(self, column: LabColumn, row: dict[str, str]) -> str:
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

    def number(self, column: LabColumn | None, rows: list[Any], take: Any, unit: str) -> None:
        """Take age or weight of the row nearest to admission that has it."""
        if column is None:
            return
        for _, row, line in rows:
            cell = row[column.column]
            if not self.is_missing(cell):
                take(f"{self.point(cell)} {self.unit(column, row) or unit}".strip(), self.at(line, column.column))
                return

    def names(self, column: WordColumn | None, row: dict[str, str], line: int) -> list[str]:
        """Names that the word of a row means; a word that is not mapped is refused."""
        if column is None or self.is_missing(row[column.column]):
            return []
        named = [name for name, words in column.words.items() if row[column.column] in words]
        if not named:
            known = ", ".join(word for words in column.words.values() for word in words)
            self.collector.refuse("choice", self.at(line, column.column), what=column.column, allowed=known)
        return named

    def words(self, rows: list[Any]) -> None:
        """Sex, causes, background and outcome."""
        m, c = self.mapping, self.collector
        for _, row, line in rows:
            for key, kind, column in (("sex", Sex, m.sex), ("background", Background, m.background)):
                for name in self.allowed(kind, column, row, line):
                    c.once(key, kind(name), self.at(line, column.column if column else ""))
            causes = {Cause(name) for name in self.allowed(Cause, m.causes, row, line)}
            c.person = replace(c.person, causes=tuple({*c.person.causes, *causes}))
            for name in self.allowed(OutcomeKind, m.outcome, row, line):
                day = None
                if m.outcome_day is not None and not self.is_missing(row[m.outcome_day]):
                    result = check_number_of_days(self.point(row[m.outcome_day]), self.at(line, m.outcome_day))
                    day = c.taken(result)
                c.ended(Outcome(kind=OutcomeKind(name), day=day), self.at(line, "outcome"))

    def allowed(self, kind: Any, column: WordColumn | None, row: dict[str, str], line: int) -> list[str]:
        """Names of a column, of which only those of an enumeration are kept; others are ignored."""
        known = {member.value for member in kind}
        return [name for name in self.names(column, row, line) if name in known]
