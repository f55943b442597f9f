"""Counts of a planar gamma camera as a table: organs by time, seen from the front and from behind."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers import identifiers
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import MAX_TEXT_BYTES, read_bounded
from hepatica.imaging.readers.volume import Note, NoteCode

Floats = NDArray[np.float64]
MAX_ROWS = 100_000
LARGEST = 1e12
"""Largest number of a table: no camera counts more, and squares of it are finite."""
NEEDED = ("organ", "hours", "seconds", "anterior", "posterior")
BACKGROUND = ("pixels", "background_anterior", "background_posterior", "background_pixels")
OPTIONAL = (*BACKGROUND, "thickness_cm", "organ_thickness_cm")
"""Columns; those of the background come together."""


@dataclass(frozen=True, kw_only=True)
class PlanarCounts:
    """Counts of regions, one row for each organ and time.

    Attributes
    ----------
    organ : (row,) tuple of str
    hours : (row,) array
        Since the injection, of the start of the acquisition.
    seconds : (row,) array
        Duration of the acquisition.
    anterior, posterior : (row,) array
        Counts of the organ's region.
    pixels, background_anterior, background_posterior, background_pixels : (row,) array
        Size of the region, counts and size of a region of background; NaN where not given.
    thickness_cm, organ_thickness_cm : (row,) array
        Of the body and of the organ, front to back; NaN where not given.
    notes : tuple of Note
    identifiers : tuple of str
        Columns that identify a person; none is kept.
    """

    organ: tuple[str, ...]
    hours: Floats
    seconds: Floats
    anterior: Floats
    posterior: Floats
    pixels: Floats
    background_anterior: Floats
    background_posterior: Floats
    background_pixels: Floats
    thickness_cm: Floats
    organ_thickness_cm: Floats
    notes: tuple[Note, ...] = ()
    identifiers: tuple[str, ...] = ()


def read_planar(path: str | Path) -> PlanarCounts:
    """Read a table of planar counts.

    Parameters
    ----------
    path : str or Path
        CSV in UTF-8 with the columns ``organ``, ``hours``, ``seconds``, ``anterior``, ``posterior``, and optionally
        ``pixels``, ``background_anterior``, ``background_posterior``, ``background_pixels`` (together),
        ``thickness_cm`` and ``organ_thickness_cm``. At most 16 MiB and 100,000 rows.

    Returns
    -------
    PlanarCounts

    Raises
    ------
    ImageError
        Names the line and column, not what stands there.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("organ,hours,seconds,anterior,posterior\\nliver,2,600,9000,16000\\n")
    >>> read_planar(path).posterior.tolist()
    [16000.0]
    """
    path = Path(path)
    header, rows = _rows(path)
    index = {name: k for k, name in enumerate(header)}
    if absent := [n for n in NEEDED if n not in index]:
        raise ImageError(f"{path.name}, line 1", f"no column {absent[0]}", f"give {', '.join(NEEDED)}")
    if 0 < len([n for n in BACKGROUND if n in index]) < len(BACKGROUND):
        raise ImageError(f"{path.name}, line 1", "some columns of the background", f"give all: {', '.join(BACKGROUND)}")
    organ = tuple(row[index["organ"]].strip().lower() for _, row in rows)
    if "" in organ:
        raise ImageError(f"{path.name}, line {rows[organ.index('')][0]}", "no organ", "name the organ of each row")
    columns = {n: _column(path.name, rows, index, n) for n in (*NEEDED[1:], *OPTIONAL)}
    _check(path.name, organ, columns)
    named = identifiers.present(identifiers.TABLE, header)
    return PlanarCounts(
        organ=organ,
        notes=(Note(NoteCode.IDENTIFIERS, {"n": len(named)}),) if named else (),
        identifiers=named,
        **columns,
    )


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = read_bounded(path, MAX_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImageError(path.name, "not text in UTF-8", "save it as CSV in UTF-8") from error
    if "\0" in text:
        raise ImageError(path.name, "the file is binary, not text", "save it as CSV in UTF-8")
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                rows.append((reader.line_num, row))
            if len(rows) > MAX_ROWS:
                raise ImageError(path.name, f"more than {MAX_ROWS:,} rows", "divide it")
    except csv.Error as error:
        raise ImageError(f"{path.name}, line {reader.line_num}", "not CSV", "mend the line") from error
    if len(rows) < 2:
        raise ImageError(path.name, "no rows", f"give a header line with {', '.join(NEEDED)} and a row a time")
    header = [cell.strip().lower() for cell in rows[0][1]]
    if len(set(header)) < len(header):
        raise ImageError(f"{path.name}, line 1", "two columns of one name", "name each column once")
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise ImageError(f"{path.name}, line {line}", f"{len(row)} cells of {len(header)}", "mend the line")
    return header, rows[1:]


def _column(where: str, rows: list[tuple[int, list[str]]], index: dict[str, int], name: str) -> Floats:
    if name not in index:
        return np.full(len(rows), np.nan)
    values = np.full(len(rows), np.nan)
    for k, (line, row) in enumerate(rows):
        said = row[index[name]].strip()
        if not said and name not in NEEDED:
            continue
        try:
            values[k] = float(said)
        except ValueError:
            values[k] = math.nan
        if not 0 <= values[k] <= LARGEST:  # nor is what is not a number
            raise ImageError(f"{where}, line {line}", f"{name} is not a number of 0 to {LARGEST:g}", "mend the cell")
    return values


def _check(where: str, organ: tuple[str, ...], columns: dict[str, Floats]) -> None:
    if (columns["seconds"] <= 0).any():
        raise ImageError(f"{where}, seconds", "0", "give the duration of the acquisition in s")
    if (columns["background_pixels"] == 0).any() or (columns["pixels"] == 0).any():
        raise ImageError(f"{where}, pixels", "0", "give the size of each region in pixels")
    seen = list(zip(organ, columns["hours"].tolist(), strict=True))
    if len(set(seen)) < len(seen):
        raise ImageError(where, "an organ twice at one time", "give one row for each organ and time")
