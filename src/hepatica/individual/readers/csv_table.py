"""Bounded reading of a CSV table about people, with errors that repeat no content of a cell.

A file may be plain text or compressed by gzip. Size, rows, columns and cells are bounded. A cell may hold a name or
an identifier in the wrong column; errors therefore give the line and the column, never what stands there.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.individual.readers.table_text import TableError, decode, read_bytes

Floats = NDArray[np.float64]
MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_CELLS = 20_000_000
MISSING = ("", "na", "nan", "nd", "null", "none", "-", ".")
"""Entries of a numeric column that count as not measured, in small letters."""
SOURCE = "\0source"
"""Column that holds the name of the file of each row, in a table of several files; no file can have it."""


@dataclass(frozen=True)
class CsvTable:
    """Rows of a CSV file as text, with the number of the line on which each ends.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    rows : DataFrame
        Text without spaces around it; the index holds line numbers, of which the header has the first.
    """

    name: str
    rows: pd.DataFrame

    def __contains__(self, column: str) -> bool:
        """True where the file has a column of this name."""
        return column in self.rows

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def select(self, kept: NDArray[np.bool_]) -> CsvTable:
        """Rows for which a mask (rows,) holds."""
        return CsvTable(self.name, self.rows[kept])

    def line(self, wrong: NDArray[np.bool_]) -> int:
        """Line of the first row for which a mask (rows,) holds."""
        return int(self.rows.index[np.flatnonzero(wrong)[0]])

    def fault(self, wrong: NDArray[np.bool_], fault: str, remedy: str) -> TableError:
        """Error about the first row for which a mask (rows,) holds."""
        return TableError(f"{self.name}, line {self.line(wrong)}", fault, remedy)

    def numbers(self, column: str, *, unit: str = "", notes: list[str] | None = None) -> Floats:
        """Numeric column, (rows,), NaN where not measured; a limit of detection such as ``<0.4`` counts as its value.

        Parameters
        ----------
        column : str
            Name of the column.
        unit : str
            Of the column, for an error.
        notes : list of str, optional
            Extended by how many limits of detection there are.

        Raises
        ------
        TableError
            If a cell is neither a finite number nor missing.
        """
        bare = self.rows[column].str.replace(r"^[<>]=?\s*", "", regex=True)
        limits = int((bare != self.rows[column]).sum())
        if limits and notes is not None:
            notes.append(f"{column}: {limits} values below or above what is measured count as the limit")
        missing = bare.str.lower().isin(MISSING).to_numpy()
        values = to_floats(bare.where(~missing))
        wrong = ~np.isfinite(values) & ~missing
        if wrong.any():
            number = f"a number in {unit}" if unit else "a number"
            raise self.fault(
                wrong, f"{column} is not {number}", "give one, or leave the cell empty if it was not measured"
            )
        return values


def to_floats(text: pd.Series) -> Floats:
    """Text as numbers, (rows,), NaN where it is none and infinite where it is too large.

    Examples
    --------
    >>> to_floats(pd.Series(["1.5", "9" * 400, "1 degC", "-2"])).tolist()
    [1.5, inf, nan, -2.0]
    """
    try:
        return pd.to_numeric(text, errors="coerce").to_numpy(float)
    except (OverflowError, ValueError):  # an integer beyond the range of a float
        return np.array([_to_float(x) for x in text])


def _to_float(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return float("nan")


@dataclass(frozen=True, kw_only=True)
class TableFormat:
    """Form of a table in its file.

    Attributes
    ----------
    separator : str
        Character between cells.
    encoding : str
        Of the text.
    header_line, header_rows : int
        Line of the names of columns, from 1, and how many lines hold them; lines before it are passed over. Of several,
        an upper name holds to the right until the next, and the parts are joined by a space.
    first_line, last_line : int or None
        First and last line with values; others are passed over.
    ragged : bool
        True where a row may have fewer cells than the header, as programs write that leave out empty cells at its end.
    repeats : bool
        True where columns may have the same name; the second of ``unit`` is then called ``unit (2)``.
    """

    separator: str = ","
    encoding: str = "utf-8"
    header_line: int = 1
    header_rows: int = 1
    first_line: int | None = None
    last_line: int | None = None
    ragged: bool = False
    repeats: bool = False


def read_table(path: str | Path, form: TableFormat = TableFormat()) -> CsvTable:  # noqa: B008 - frozen
    """Read a CSV file as text.

    Parameters
    ----------
    path : str or Path
        Plain text or gzip, with or without a byte order mark, one header line. At most 64 MiB (of text, where it
        is compressed), 1,000,000 rows, 1,000 columns and 20,000,000 cells.
    form : TableFormat
        Of the table; commas, UTF-8 and a header line unless said.

    Returns
    -------
    CsvTable

    Raises
    ------
    InputError
        If the file cannot be read, is larger, or is no such table: unequal rows, a column twice, another encoding.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("id, day\\n7, 0\\n7, 1\\n")
    >>> table = read_table(path)
    >>> table.rows["day"].tolist(), table.rows.index.tolist()
    (['0', '1'], [2, 3])
    """
    path = Path(path)
    text = decode(path.name, read_bytes(path), form.encoding)
    return make_table(path.name, _csv_rows(path.name, text, form), form)


def _csv_rows(name: str, text: str, form: TableFormat) -> Iterator[tuple[int, list[str]]]:
    """Line on which each row ends, and its cells, from the header line on."""
    stream, before = io.StringIO(text, newline=""), form.header_line - 1
    for _ in range(before):
        stream.readline()
    reader = csv.reader(stream, strict=True, delimiter=form.separator)
    try:
        for row in reader:
            yield before + reader.line_num, row
    except csv.Error as error:
        fault = "a quote that does not close, or a cell too long"
        raise TableError(f"{name}, line {before + reader.line_num}", fault, "mend the line") from error


def make_table(name: str, numbered: Iterable[tuple[int, Sequence[str]]], form: TableFormat) -> CsvTable:
    """Table of rows of cells, of which the first hold the names of columns.

    Parameters
    ----------
    name : str
        Of the file.
    numbered : iterable of (int, sequence of str)
        Line of each row, and its cells.
    form : TableFormat
        Of the table.

    Raises
    ------
    TableError
        If rows are unequal, a column has the name of another, or there are too many.

    Examples
    --------
    >>> two = TableFormat(header_rows=2)
    >>> rows = [(1, ["id", "ALT", ""]), (2, ["", "d0", "d3"]), (3, ["7", "900", "400"])]
    >>> make_table("made.csv", rows, two).rows.to_dict("records")
    [{'id': '7', 'ALT d0': '900', 'ALT d3': '400'}]
    """
    headers: list[list[str]] = []
    lines: list[int] = []
    rows: list[Sequence[str]] = []
    for line, row in numbered:
        if not len(row) or (form.last_line is not None and line > form.last_line):
            continue
        if len(headers) < form.header_rows:
            headers.append(_header(name, row, form))
            most = min(MAX_ROWS, MAX_CELLS // len(headers[0]))
        elif form.first_line is None or line >= form.first_line:
            if len(rows) == most:
                raise TableError(name, f"more than {most:,} rows", "divide it by people into several files")
            lines.append(line)
            rows.append(_fit(name, line, row, len(headers[0]), form.ragged))
    if len(headers) < form.header_rows:
        raise TableError(name, "the file is empty", "give one header line and one row per person and day")
    header = _names(name, headers, form)
    named = [k for k, column in enumerate(header) if column]
    cells = {header[k]: [row[k].strip() for row in rows] for k in named}
    return CsvTable(name, pd.DataFrame(cells, index=pd.Index(lines, dtype=int), dtype=object))


def _fit(name: str, line: int, row: Sequence[str], n: int, ragged: bool) -> Sequence[str]:
    """Row of n cells: empty ones beyond the header are dropped, and missing ones added where that may be."""
    if len(row) > n and not any(cell.strip() for cell in row[n:]):
        return row[:n]
    if len(row) < n and ragged:
        return [*row, *[""] * (n - len(row))]
    if len(row) != n:
        fault = f"{len(row)} cells where the header has {n}"
        raise TableError(f"{name}, line {line}", fault, "give every row as many cells as the header")
    return row


def _header(name: str, row: Sequence[str], form: TableFormat) -> list[str]:
    """Cells of a line of the header."""
    if len(row) > MAX_COLUMNS:
        raise TableError(
            f"{name}, line 1", f"{len(row)} columns", f"leave out columns until there are at most {MAX_COLUMNS:,}"
        )
    if form.separator == "," and len(row) == 1 and (";" in row[0] or "\t" in row[0]):
        raise TableError(f"{name}, line 1", "cells are not separated by commas", "save it with commas between cells")
    return [cell.strip() for cell in row]


def _names(name: str, headers: list[list[str]], form: TableFormat) -> list[str]:
    """Names of the columns."""
    header = headers[-1]
    for upper in reversed(headers[:-1]):
        upper = [*upper, *[""] * (len(header) - len(upper))]
        held = [next((x for x in reversed(upper[: k + 1]) if x), "") for k in range(len(header))]
        header = [f"{high} {low}".strip() for high, low in zip(held, header, strict=True)]
    if form.repeats:
        seen: Counter[str] = Counter()
        for k, column in enumerate(header):
            seen[column] += 1
            header[k] = f"{column} ({seen[column]})" if column and seen[column] > 1 else column
    counts = Counter(column for column in header if column)
    repeated = next((column for column, count in counts.items() if count > 1), None)
    if repeated is not None:
        place = " and ".join(str(k + 1) for k, column in enumerate(header) if column == repeated)
        raise TableError(f"{name}, line 1", f"columns {place} have the same name", "name each column once")
    return header
