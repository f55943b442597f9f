"""Sheets of a workbook (Office Open XML, ECMA-376, 2016) as rows of text, read from the standard library alone.

Numbers are printed to 15 digits, as spreadsheets show them; dates as ISO 8601; cells that are merged hold the value of
the first. Formulas are not computed: their last value counts. Size is bounded before anything is unpacked.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

from hepatica.errors import InputError
from hepatica.individual.readers.table_text import MAX_BYTES, TableError

SUFFIXES = (".xlsx", ".xlsm")
MAX_PARTS, MAX_COLUMN, MAX_ROW = 10_000, 16_384, 1_048_576
"""Parts of the archive, and the extent of a sheet in the standard."""
MAX_MERGED = 100_000
"""Cells that merging may fill."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats of numbers that show a date or a time."""
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DAMAGED = "save the workbook anew as .xlsx, or the sheet as CSV in UTF-8"


class _Styles(NamedTuple):
    """Positions of the styles that show dates, and the day from which dates are counted."""

    dates: frozenset[int]
    epoch: dt.datetime


def read_sheet(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """Line of each row of a sheet, from 1, and its cells; rows without any cell are left out.

    Parameters
    ----------
    path : Path
        Workbook, at most 64 MiB in every part when unpacked.
    sheet : str
        Name; the first sheet unless given.

    Raises
    ------
    InputError
        If it cannot be read, is damaged or too large, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or any(p.file_size > MAX_BYTES for p in parts):
                raise TableError(path.name, f"more than {MAX_BYTES // 2**20} MiB in a part", "divide it by people")
            place, dates_from_1904 = _place(archive, path.name, sheet)
            shared, styles = _shared(archive), _styles(archive, dates_from_1904)
            rows = _rows(archive, place, shared, styles)
    except FileNotFoundError as error:
        raise InputError("people", str(path), "a workbook that exists and can be read") from error
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, LookupError, ValueError, RuntimeError) as error:
        raise TableError(path.name, "the workbook is damaged or protected", _DAMAGED) from error
    return ((line, rows[line]) for line in sorted(rows))


def _tree(file: IO[bytes]) -> ElementTree.Element:
    """Root of an XML part; a document type, which no such part has, is refused."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES or b"<!DOCTYPE" in content[:2048]:
        raise ValueError("part")
    return ElementTree.fromstring(content)  # noqa: S314 - bounded, without a document type


def _place(archive: zipfile.ZipFile, name: str, sheet: str) -> tuple[str, bool]:
    """Part of a sheet, and whether dates are counted from 1904."""
    with archive.open("xl/workbook.xml") as file:
        book = _tree(file)
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {str(x.get("Id")): str(x.get("Target")) for x in _tree(file)}
    sheets = {str(x.get("name")): str(x.get(f"{_REL}id")) for x in book.iter(f"{_MAIN}sheet")}
    chosen = sheet or next(iter(sheets), "")
    if chosen not in sheets:
        raise TableError(name, "no sheet has the name in the mapping", "correct the name of the sheet")
    target = targets[sheets[chosen]]
    start = book.find(f"{_MAIN}workbookPr")
    place = target[1:] if target.startswith("/") else f"xl/{target}"
    return place, start is not None and start.get("date1904") in ("1", "true")


def _text(element: ElementTree.Element) -> str:
    """Text of a string with its runs; how it is read aloud (``rPh``) is left out."""
    own = element.findall(f"{_MAIN}t") + [t for run in element.findall(f"{_MAIN}r") for t in run.findall(f"{_MAIN}t")]
    return "".join(t.text or "" for t in own)


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    with archive.open("xl/sharedStrings.xml") as file:
        return [_text(item) for item in _tree(file).findall(f"{_MAIN}si")]


def _styles(archive: zipfile.ZipFile, dates_from_1904: bool) -> _Styles:
    """Styles of cells that show dates."""
    epoch = dt.datetime(1904, 1, 1) if dates_from_1904 else dt.datetime(1899, 12, 30)
    if "xl/styles.xml" not in archive.namelist():
        return _Styles(frozenset(), epoch)
    with archive.open("xl/styles.xml") as file:
        root = _tree(file)
    own = {int(x.get("numFmtId", 0)): str(x.get("formatCode", "")) for x in root.iter(f"{_MAIN}numFmt")}
    formats = root.find(f"{_MAIN}cellXfs")
    ids = [] if formats is None else [int(x.get("numFmtId", 0)) for x in formats]
    return _Styles(frozenset(k for k, n in enumerate(ids) if n in _DATES or _is_date(own.get(n, ""))), epoch)


def _is_date(code: str) -> bool:
    """True of a format that shows a date or time, such as ``dd.mm.yyyy``; quoted text and colours do not count.

    Examples
    --------
    >>> _is_date("yyyy-mm-dd"), _is_date('0.0 "days"'), _is_date("[Red]0.00")
    (True, False, False)
    """
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
    return bool(re.search(r"[ymdhs年月日]", bare, re.IGNORECASE)) and "general" not in bare.lower()


def _rows(archive: zipfile.ZipFile, place: str, shared: list[str], styles: _Styles) -> dict[int, list[str]]:
    """Cells of each row that has any."""
    with archive.open(place) as file:
        root = _tree(file)
    cells: dict[int, dict[int, str]] = {}
    line = 0
    for row in root.iter(f"{_MAIN}row"):
        line = int(row.get("r", line + 1))
        column = 0
        for cell in row.findall(f"{_MAIN}c"):
            reference = _CELL.fullmatch(cell.get("r", ""))
            column = _number(reference[1]) if reference else column + 1
            if column > MAX_COLUMN or line > MAX_ROW:
                raise ValueError("extent")
            if value := _value(cell, shared, styles):
                cells.setdefault(line, {})[column] = value
    filled = 0
    for merged in root.iter(f"{_MAIN}mergeCell"):
        filled += _fill(cells, str(merged.get("ref")), MAX_MERGED - filled)
    return {n: [row.get(k, "") for k in range(1, max(row) + 1)] for n, row in cells.items()}


def _fill(cells: dict[int, dict[int, str]], reference: str, most: int) -> int:
    """Give the value of the first to all cells that are merged with it; how many those are."""
    first, _, last = reference.partition(":")
    start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if start is None or end is None:
        raise ValueError("merged")
    left, right, top, bottom = _number(start[1]), _number(end[1]), int(start[2]), int(end[2])
    value = cells.get(top, {}).get(left, "")
    size = (right - left + 1) * (bottom - top + 1)
    if not value or size > most:
        return 0
    for line in range(top, bottom + 1):
        for column in range(left, right + 1):
            cells.setdefault(line, {})[column] = value
    return size


def _number(letters: str) -> int:
    """Number of a column from its letters, A is 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _value(cell: ElementTree.Element, shared: list[str], styles: _Styles) -> str:
    """Text of a cell; empty for an error of a formula."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inside = cell.find(f"{_MAIN}is")
        return "" if inside is None else _text(inside)
    written = cell.findtext(f"{_MAIN}v", "")
    if kind == "s" and written:
        return shared[int(written)]
    if kind != "n" or not written:
        return "" if kind == "e" else written
    number = float(written)
    if int(cell.get("s", 0)) in styles.dates:
        return _date(number, styles.epoch)
    return f"{number:.15g}"


def _date(serial: float, epoch: dt.datetime) -> str:
    """Date or time of a serial number, to the second."""
    when = epoch + dt.timedelta(seconds=round(serial * 86400))
    return when.date().isoformat() if when.time() == dt.time() else when.isoformat()
