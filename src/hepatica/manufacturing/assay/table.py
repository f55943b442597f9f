"""Files of assays: bounded reading of CSV, one response a row, with errors that name line and column."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import InputError

Floats = NDArray[np.float64]
MAX_BYTES = 64 * 2**20
MAX_ROWS = 1_000_000
COLUMNS = (
    *("sample", "dose", "response", "positive", "total", "assay", "run", "block", "row", "column", "assumed"),
    *("subject", "period", "dose_unit", "response_unit", "expected", "potency"),
)
MISSING = ("", "na", "nan", "null", "none", "-", ".")
LARGEST = 1e100  # beyond which squares overflow; no assay reads so much
_BRACKET = re.compile(r"^(\w+)\s*[\[(](.+)[\])]$")


@dataclass(frozen=True)
class AssayTable:
    """Rows of a file of assays.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    rows : DataFrame
        Text by column, the index holding line numbers.
    units : dict of str to str
        Of dose and response, empty where the file names none.
    """

    name: str
    rows: pd.DataFrame
    units: dict[str, str]

    def __contains__(self, column: str) -> bool:
        """True where the file has a column of this name."""
        return column in self.rows

    def fault(self, wrong: NDArray[np.bool_], column: str, got: str, allowed: str) -> InputError:
        """Error about the first row for which a mask (rows,) holds."""
        place = int(np.flatnonzero(wrong)[0])
        return InputError(f"{self.name}, line {self.rows.index[place]}, {column}", got, allowed)

    def numbers(self, column: str, *, optional: bool = False) -> Floats:
        """Numeric column (rows,); NaN where empty, if that is allowed.

        Raises
        ------
        InputError
            If a cell is not a finite number, or is empty and must not be.
        """
        text = self.rows[column]
        empty = text.str.lower().isin(MISSING).to_numpy()
        if empty.any() and not optional:
            raise self.fault(empty, column, "nothing", "a number in every row")
        values = pd.to_numeric(text.where(~empty), errors="coerce").to_numpy(float, na_value=np.nan)
        wrong = ~np.isfinite(values) & ~empty
        if wrong.any():
            got = str(text.iloc[int(np.flatnonzero(wrong)[0])])[:40]
            raise self.fault(wrong, column, got, "a finite number, without its unit")
        large = np.abs(np.nan_to_num(values)) > LARGEST
        if large.any():
            got = str(text.iloc[int(np.flatnonzero(large)[0])])[:40]
            raise self.fault(large, column, got, f"a number of at most {LARGEST:g}")
        return np.asarray(values, float)

    def labels(self, column: str) -> list[str]:
        """Text of a column that must not be empty."""
        text = self.rows[column]
        empty = (text == "").to_numpy()
        if empty.any():
            raise self.fault(empty, column, "nothing", "a name in every row")
        return [str(x) for x in text]


def read_assays(path: str | Path, required: tuple[str, ...] = ("sample", "dose", "response")) -> AssayTable:
    """Read a CSV file of assays: UTF-8, one header line, one response a row.

    Parameters
    ----------
    path : str or Path
        At most 64 MiB and 1,000,000 rows; a larger file is refused before it is read.
    required : tuple of str
        Columns that must be there. A unit stands in brackets in the header, ``dose [IU/mL]``, or in a column
        ``dose_unit`` or ``response_unit`` with one entry throughout.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, lacks a column, has one that is not known, or units that differ.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("sample,dose [IU/mL],response\\nS,1,0.2\\nT,1,0.3\\n")
    >>> table = read_assays(path)
    >>> table.units["dose"], table.numbers("response").tolist(), table.rows.index.tolist()
    ('IU/mL', [0.2, 0.3], [2, 3])
    """
    path = Path(path)
    frame = _parse(path)
    header, units = [], {}
    for name in frame.columns:
        bracket = _BRACKET.match(str(name).strip())
        bare = (bracket[1] if bracket else str(name).strip()).lower()
        if bracket:
            units[bare] = bracket[2].strip()
        header.append(bare)
    unknown = [n for n in header if n not in COLUMNS]
    if unknown or len(set(header)) < len(header):
        raise InputError(f"{path.name}, header", header, f"each column once, of {', '.join(COLUMNS)}")
    lacking = [n for n in required if n not in header]
    if lacking:
        raise InputError(f"{path.name}, header", header, f"columns {', '.join(required)}; {lacking[0]} is missing")
    frame.columns = pd.Index(header)
    frame = frame.fillna("").apply(lambda column: column.str.strip())
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    frame = frame[(frame != "").any(axis=1)]
    if frame.empty:
        raise InputError(path.name, "no rows", "one row for each response below the header")
    table = AssayTable(path.name, frame, units)
    for what in ("dose", "response"):
        if f"{what}_unit" in table:
            units[what] = _one_unit(table, f"{what}_unit", units.get(what))
    return table


def _one_unit(table: AssayTable, column: str, named: str | None) -> str:
    entries = table.rows[column]
    first = named or str(entries.iloc[0])
    differs = (entries != first).to_numpy()
    if differs.any():
        got = str(entries.iloc[int(np.flatnonzero(differs)[0])])
        raise table.fault(differs, column, got, f"one unit throughout, as {first!r} above; convert first")
    return first


def _parse(path: Path) -> pd.DataFrame:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                path.name, f"{size / 2**20:,.0f} MiB", f"at most {MAX_BYTES // 2**20} MiB; divide the file"
            )
        with path.open(encoding="utf-8-sig") as file:
            header = file.readline(10_000)
        if "," not in header and any(mark in header for mark in ";\t"):
            raise InputError(f"{path.name}, header", header.strip()[:60], "commas between cells, and points in numbers")
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            frame = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                nrows=MAX_ROWS + 1,
                encoding="utf-8-sig",
                index_col=False,
                on_bad_lines="error",
            )
    except UnicodeDecodeError as error:
        raise InputError(path.name, "another encoding", "a CSV file in UTF-8") from error
    except (OSError, IsADirectoryError) as error:
        raise InputError("FILE", str(path), f"a CSV file that can be read ({error.strerror})") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning, ValueError) as error:
        raise InputError(path.name, "no table", "a CSV file whose rows have as many cells as its header") from error
    if len(frame) > MAX_ROWS:
        raise InputError(path.name, f"more than {MAX_ROWS:,} rows", "fewer rows; divide the file by assay")
    return frame
