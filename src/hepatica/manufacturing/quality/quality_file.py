"""File of quality data (CSV): one value, one member of a group, or one count a row, in order of manufacture."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats

MAX_BYTES = 64 * 2**20
MAX_ROWS = 1_000_000
LARGEST = 1e100  # beyond which squares overflow; no attribute of a lot is so large
COLUMNS = ("lot", "group", "value", "count", "size")


@dataclass(frozen=True)
class QualityTable:
    """Columns of a file of quality data.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    text : dict of str to list of str
        Cells by column, without spaces around them.
    lines : list of int
        Line of each row.
    """

    name: str
    text: dict[str, list[str]]
    lines: list[int]

    def __contains__(self, column: str) -> bool:
        """True where the file has a column of this name."""
        return column in self.text

    def numbers(self, column: str) -> Floats:
        """Numeric column (rows,).

        Raises
        ------
        InputError
            If the column is missing or a cell is no finite number; the line is named.
        """
        if column not in self.text:
            raise InputError(f"{self.name}, header", list(self.text), f"a column {column!r}")
        out = np.empty(len(self.lines))
        for i, cell in enumerate(self.text[column]):
            try:
                out[i] = float(cell)
            except ValueError:
                out[i] = np.nan
            if not np.isfinite(out[i]):
                where = f"{self.name}, line {self.lines[i]}, {column}"
                raise InputError(where, cell[:40] or "nothing", "a finite number, without its unit")
            if abs(out[i]) > LARGEST:
                where = f"{self.name}, line {self.lines[i]}, {column}"
                raise InputError(where, cell[:40], f"a number of at most {LARGEST:g}")
        return out

    def groups(self, column: str) -> tuple[list[str], Floats]:
        """Names of groups in their order, and their values (groups, most), NaN where a group is smaller.

        Raises
        ------
        InputError
            If a group is named again after another one began, or has no name.
        """
        values, names = self.numbers(column), self.text["group"]
        places: dict[str, list[float]] = {}
        last = None
        for i, (name, value) in enumerate(zip(names, values, strict=True)):
            if not name or (name in places and name != last):
                where = f"{self.name}, line {self.lines[i]}, group"
                raise InputError(where, name or "nothing", "a name, with all rows of a group together")
            places.setdefault(name, []).append(float(value))
            last = name
        most = max(map(len, places.values()))
        return list(places), np.array([row + [np.nan] * (most - len(row)) for row in places.values()])


def read_quality(path: Path) -> QualityTable:
    """Read a file of quality data.

    Parameters
    ----------
    path : Path
        UTF-8, one header line, commas between cells; at most 64 MiB, refused before it is read, and 1,000,000 rows.
        Other columns than `COLUMNS` may stand in it.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, or rows are unequal.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("lot,value\\nA,97\\nB,89\\n")
    >>> read_quality(path).numbers("value").tolist()
    [97.0, 89.0]
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                path.name, f"{size / 2**20:,.0f} MiB", f"at most {MAX_BYTES // 2**20} MiB; divide the file"
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError("file", str(path), f"a CSV file that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(path.name, "text that is not UTF-8", "save it as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not header:
                header = _header(path.name, cells)
                continue
            if len(cells) != len(header):
                where = f"{path.name}, line {reader.line_num}"
                raise InputError(where, f"{len(cells)} cells", f"{len(header)} cells, as the header has")
            if len(rows) == MAX_ROWS:
                raise InputError(path.name, f"more than {MAX_ROWS:,} rows", "fewer rows; divide the file")
            rows.append(cells)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(
            f"{path.name}, line {reader.line_num}", str(error), "a line of comma-separated cells"
        ) from error
    if not rows:
        raise InputError(path.name, "no rows", "a header line and one row for each value")
    return QualityTable(path.name, {name: [row[k] for row in rows] for k, name in enumerate(header)}, lines)


def _header(name: str, cells: list[str]) -> list[str]:
    header = [cell.lower() if cell.lower() in COLUMNS else cell for cell in cells]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise InputError(f"{name}, line 1", cells[0][:60], "commas between cells")
    if len(set(header)) < len(header) or "" in header:
        raise InputError(f"{name}, line 1", header, "each column named, and named once")
    return header
