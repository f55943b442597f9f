"""Bounded reading of a CSV table about people, with errors that repeat no content of a cell.

A file may be plain text or compressed by gzip, in UTF-8, with one header line. Size, rows, columns and cells are
bounded before anything is parsed, and a compressed file is never expanded beyond the bound. A cell may hold a name or
an identifier in the wrong column; errors therefore give the line and the column, never what stands there.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import HepaticaError, InputError

Floats = NDArray[np.float64]
MAX_BYTES = 64 * 2**20
"""Largest file, and largest text of a compressed one."""
MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_CELLS = 20_000_000
MISSING = ("", "na", "nan", "nd", "null", "none", "-", ".")
"""Entries of a numeric column that count as not measured, in small letters."""
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GZIP_MAGIC = b"\x1f\x8b"


class TableError(InputError):
    """A fault of a table, stated by line and column, without the content of a cell.

    Parameters
    ----------
    where : str
        File, and line where there is one.
    fault : str
        What is wrong.
    remedy : str
        What to do.
    """

    def __init__(self, where: str, fault: str, remedy: str) -> None:
        self.where, self.got, self.allowed = where, fault, remedy
        HepaticaError.__init__(self, f"{where}: {fault}; {remedy}")


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


def read_table(
    path: str | Path,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    header_line: int = 1,
    first_line: int | None = None,
) -> CsvTable:
    """Read a CSV file as text.

    Parameters
    ----------
    path : str or Path
        Plain text or gzip, with or without a byte order mark, one header line. At most 64 MiB (of text, where it
        is compressed), 1,000,000 rows, 1,000 columns and 20,000,000 cells.
    separator : str
        Character between cells.
    encoding : str
        Of the text; UTF-8 unless said.
    header_line : int
        Line of the names of columns, from 1; lines before it are passed over.
    first_line : int, optional
        First line with values; lines between it and the header are passed over.

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
    text = _decode(path.name, _content(path), encoding)
    header, lines, rows = _parse(path.name, text, separator, header_line)
    if first_line is not None:
        kept = [k for k, line in enumerate(lines) if line >= first_line]
        lines, rows = [lines[k] for k in kept], [rows[k] for k in kept]
    named = [k for k, name in enumerate(header) if name]
    repeated = [name for name, count in Counter(header[k] for k in named).items() if count > 1]
    if repeated:
        place = " and ".join(str(k + 1) for k, name in enumerate(header) if name == repeated[0])
        raise TableError(f"{path.name}, line 1", f"columns {place} have the same name", "name each column once")
    cells = {header[k]: [row[k].strip() for row in rows] for k in named}
    return CsvTable(path.name, pd.DataFrame(cells, index=pd.Index(lines, dtype=int), dtype=object))


def _content(path: Path) -> bytes:
    """Bytes of the text, expanded where it is compressed, never beyond the bound."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = "it does not exist" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", str(error))
        raise InputError("people", str(path), f"a CSV file that exists and can be read ({why})") from error
    if raw.startswith(_GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise TableError(
                path.name, "the compressed file is damaged", "compress the CSV file anew, by gzip"
            ) from error
    if len(raw) > MAX_BYTES:
        raise TableError(
            path.name, f"more than {MAX_BYTES // 2**20} MiB of text", "divide it by people into several files"
        )
    return raw


def _decode(name: str, raw: bytes, encoding: str) -> str:
    """Text of a file."""
    remedy = "save it as CSV in UTF-8"
    if encoding != "utf-8":
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise TableError(f"{name}, line {line}", f"the text is not in {encoding}", "correct the mapping") from error
    if raw.startswith(_BYTE_ORDER_MARKS):
        raise TableError(name, "the text is in UTF-16", remedy)
    if b"\0" in raw:
        raise TableError(name, "the file is binary, not text", remedy)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableError(f"{name}, line {line}", "the text is not in UTF-8", remedy) from error


def _parse(name: str, text: str, separator: str, header_line: int) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line number of each row, and rows of as many cells."""
    stream, before = io.StringIO(text, newline=""), header_line - 1
    for _ in range(before):
        stream.readline()
    reader = csv.reader(stream, strict=True, delimiter=separator)
    header: list[str] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for row in reader:
            if not row:
                continue
            if not header:
                header = _header(name, row, separator)
                most = min(MAX_ROWS, MAX_CELLS // len(header))
                continue
            if len(row) != len(header):
                fault = f"{len(row)} cells where the header has {len(header)}"
                raise TableError(
                    f"{name}, line {before + reader.line_num}", fault, "give every row as many cells as the header"
                )
            if len(rows) == most:
                raise TableError(name, f"more than {most:,} rows", "divide it by people into several files")
            lines.append(before + reader.line_num)
            rows.append(row)
    except csv.Error as error:
        raise TableError(
            f"{name}, line {before + reader.line_num}",
            "a quote that does not close, or a cell too long",
            "mend the line",
        ) from error
    if not header:
        raise TableError(name, "the file is empty", "give one header line and one row per person and day")
    return header, lines, rows


def _header(name: str, row: list[str], separator: str) -> list[str]:
    """Names of the columns."""
    if len(row) > MAX_COLUMNS:
        raise TableError(
            f"{name}, line 1", f"{len(row)} columns", f"leave out columns until there are at most {MAX_COLUMNS:,}"
        )
    if separator == "," and len(row) == 1 and (";" in row[0] or "\t" in row[0]):
        raise TableError(f"{name}, line 1", "cells are not separated by commas", "save it with commas between cells")
    return [cell.strip() for cell in row]
