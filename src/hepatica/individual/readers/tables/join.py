"""One table of all that a mapping names: further files and sheets, labs in tables of their own, tables of people."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from hepatica.individual.readers.columns import LabColumn, PeopleTable
from hepatica.individual.readers.csv_table import SOURCE, CsvTable, TableFormat, make_table, read_table
from hepatica.individual.readers.mapping import ColumnMapping
from hepatica.individual.readers.refusal import refuse
from hepatica.individual.readers.table_text import TableError
from hepatica.individual.readers.tables.workbook import SUFFIXES, read_sheet

FILE_COLUMN, SHEET_COLUMN = "file", "sheet"
"""Columns that say from which further file or sheet a row comes, where the mapping names some."""


def joined_table(path: Path, mapping: ColumnMapping) -> tuple[CsvTable, ColumnMapping]:
    """Rows of every table of a mapping under one another, and the mapping of the columns that they have then.

    Parameters
    ----------
    path : Path
        The first file.
    mapping : ColumnMapping
        Of it and of the files beside it.

    Raises
    ------
    InputError
        If a file cannot be read, or lacks a column.
    """
    labs, tables = dict(mapping.labs), _first_tables(path, mapping)
    for lab, column in mapping.labs.items():
        if column.file or column.sheet:
            table, labs[lab] = _own_table(path, mapping, lab, column)
            tables.append(table)
    rows = tables[0].rows if len(tables) == 1 else pd.concat([_marked(t) for t in tables]).fillna("")
    table = CsvTable(path.name, rows)
    for people in mapping.people_tables:
        table = _with_people(table, path, mapping, people)
    return table, mapping.model_copy(update={"labs": labs})


def read_any(path: Path, mapping: ColumnMapping, sheet: str = "") -> CsvTable:
    """Table of a file, a workbook by its name's ending, with lower cells filled and samples taken apart.

    Parameters
    ----------
    path : Path
        CSV file or workbook.
    mapping : ColumnMapping
        Form of the table.
    sheet : str
        Of a workbook; the first unless given.
    """
    form = mapping.table_format
    table = plain_table(path, form, sheet)
    rows = table.rows
    for column in (c for c in mapping.fill_down if c in rows):
        rows = rows.assign(**{column: rows[column].mask(rows[column] == "").ffill().fillna("")})
    table = CsvTable(table.name, rows)
    return table if mapping.sample is None or mapping.sample.column not in table else _apart(table, mapping)


def plain_table(path: Path, form: TableFormat, sheet: str = "") -> CsvTable:
    """Table of a CSV file, or of a sheet of a workbook by its name's ending."""
    if path.suffix.lower() in SUFFIXES:
        return make_table(path.name, read_sheet(path, sheet), form)
    if sheet:
        raise TableError(path.name, "a CSV file has no sheets", "leave out the sheet")
    return read_table(path, form)


def _first_tables(path: Path, mapping: ColumnMapping) -> list[CsvTable]:
    """First table, with further sheets and files of the same columns."""
    tables = []
    for name in (path.name, *mapping.files):
        for sheet in mapping.sheets or [""]:
            table = read_any(path.with_name(name), mapping, sheet)
            added = {FILE_COLUMN: name} if mapping.files else {}
            added |= {SHEET_COLUMN: sheet} if mapping.sheets else {}
            missing = {key: value for key, value in added.items() if key not in table}
            table = CsvTable(table.name, table.rows.assign(**missing))
            tables.append(_apart(table, mapping) if mapping.sample and mapping.sample.column in missing else table)
    if mapping.sample is not None and mapping.sample.column not in tables[0]:
        raise refuse("column", path.name, what=mapping.sample.column)
    return tables


def _own_table(path: Path, mapping: ColumnMapping, lab: str, column: LabColumn) -> tuple[CsvTable, LabColumn]:
    """Table of one lab, whose columns are named after it, and the lab's column in it."""
    table = read_any(path.with_name(column.file or path.name), mapping, column.sheet)
    needed = [*column.names, *(c for c in (column.unit_column, column.bound_column) if c is not None)]
    times = [c for c in (mapping.person, mapping.day, mapping.date, mapping.time) if c is not None]
    for name in (*needed, *times):
        if name not in table:
            raise refuse("column", table.name, what=name)
    named = {name: f"{lab}: {name}" for name in needed}
    rows = table.rows[[*times, *(n for n in needed if n not in times)]].rename(columns=named)
    update = {
        "column": named[column.column],
        "also": [named[name] for name in column.also],
        "unit_column": named.get(column.unit_column or ""),
        "bound_column": named.get(column.bound_column or ""),
    }
    return CsvTable(table.name, rows), column.model_copy(update=update)


def _marked(table: CsvTable) -> pd.DataFrame:
    """Rows with the name of their file."""
    return table.rows.assign(**{SOURCE: table.name})


def _apart(table: CsvTable, mapping: ColumnMapping) -> CsvTable:
    """Table with the columns that the names of samples hold."""
    sample = mapping.sample
    assert sample is not None
    matches = [re.fullmatch(sample.pattern, cell) for cell in table.rows[sample.column]]
    wrong = pd.Series([m is None for m in matches]).to_numpy(bool)
    if wrong.any():
        raise table.fault(wrong, f"{sample.column} is not of the mapping's pattern", "correct the pattern or the cell")
    added = {group: [str(m[group] or "") for m in matches if m is not None] for group in sample.groups}
    return CsvTable(table.name, table.rows.assign(**added))


def _with_people(table: CsvTable, path: Path, mapping: ColumnMapping, second: PeopleTable) -> CsvTable:
    """Table with the columns of another one that has one row per person."""
    assert mapping.person is not None
    if mapping.person not in table:
        raise refuse("column", table.name, what=mapping.person)
    form = TableFormat(separator=mapping.separator, encoding=mapping.encoding, repeats=True, ragged=mapping.ragged)
    people = plain_table(path.with_name(second.file or path.name), form, second.sheet)
    if second.person not in people:
        raise refuse("column", people.name, what=second.person)
    ids = people.rows[second.person]
    twice = ids.duplicated().to_numpy()
    if twice.any():
        raise people.fault(twice, "a person has two rows", "keep one row per person in the second table")
    added = people.rows.set_index(second.person)
    added = added[[column for column in map(str, added.columns) if column not in table]]
    joined = added.reindex(table.rows[mapping.person]).fillna("").set_axis(table.rows.index)
    return CsvTable(table.name, pd.concat([table.rows, joined], axis=1) if len(added.columns) else table.rows)
