"""Suggested mapping of a CSV file from its headers, printed to be checked; no reader ever applies it by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hepatica.individual.readers.csv_table import CsvTable, TableFormat
from hepatica.individual.readers.lab_table import Analyte, analyte_of_header, simplify
from hepatica.individual.readers.mapping import OPEN
from hepatica.individual.readers.tables.join import plain_table
from hepatica.individual.readers.tables.workbook import SUFFIXES
from hepatica.laboratory_units import UnitError, unit_factor

_PERSON = (
    "id",
    "pid",
    "patient",
    "patientid",
    "subject",
    "subjectid",
    "mrn",
    "usubjid",
    "住院号",
    "患者id",
    "fall",
    "fallnr",
    "fallnummer",
    "patientennummer",
    "病案号",
)
_DAY = ("day", "days", "daysinceadmission", "dayssinceadmission", "studyday", "天", "天数", "bloodcolectiondate")
_DATE = (
    "date",
    "datum",
    "datetime",
    "collectiondate",
    "sampledate",
    "charttime",
    "日期",
    "采样日期",
    "検査日",
    "abnahme",
    "abnahmedatum",
    "entnahmedatum",
    "检验日期",
    "报告日期",
)
_AGE, _SEX, _WEIGHT = (
    ("age", "年龄", "alter"),
    ("sex", "gender", "性别", "geschlecht"),
    ("weight", "bodyweight", "gewicht", "körpergewicht", "体重"),
)
_TEST = (
    "test",
    "testname",
    "parameter",
    "analyte",
    "labtest",
    "lbtest",
    "item",
    "检验项目",
    "项目",
    "项目名称",
    "analyse",
    "untersuchung",
)
_VALUE = ("value", "result", "lborres", "valuenum", "结果", "检验结果", "ergebnis", "wert", "messwert")
_UNIT = ("unit", "units", "uom", "lborresu", "valueuom", "单位", "einheit")
_WOMEN, _MEN = ("f", "female", "w", "woman", "女", "weiblich"), ("m", "male", "man", "男", "männlich")


def suggest_mapping(path: str | Path) -> str:
    """Mapping of a file as TOML, with a question mark at what the headers do not tell.

    Parameters
    ----------
    path : str or Path
        CSV file with commas, semicolons, tabs or bars between cells, in UTF-8, UTF-16, GB 18030 or Windows-1252; or a
        workbook, of which the first sheet is read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("Day,TBIL (umol/L),Cr\\n0,320,90\\n")
    >>> print(suggest_mapping(path).split("[labs]")[1].strip())
    bilirubin = { column = "TBIL (umol/L)", unit = "umol/L" }
    creatinine = { column = "Cr", unit = "?" }
    """
    separator, encoding = _separator(Path(path)), _encoding(Path(path))
    form = TableFormat(separator=separator, encoding=encoding, ragged=True, repeats=True)
    table = plain_table(Path(path), form)
    columns = {simplify(str(c)): str(c) for c in table.rows.columns}
    lines = ["# Suggested from the headers: check every line and replace each question mark. For research use.", ""]
    if separator != ",":
        lines.append(f"separator = {_quoted(separator)}")
    if encoding != "utf-8":
        lines.append(f"encoding = {_quoted(encoding)}")
    if separator != "," and _has_decimal_commas(table):
        lines.append('decimal = ","')
    places: tuple[tuple[str, tuple[str, ...]], ...] = (("person", _PERSON), ("day", _DAY), ("date", _DATE))
    for key, headers in places:
        if (result := _first(columns, headers)) and not (key == "date" and _first(columns, _DAY)):
            lines.append(f"{key} = {_quoted(result)}")
            lines += [f'admission = "{OPEN}"  # a date, a column of dates, or "first row"'] if key == "date" else []
    if not _first(columns, (*_DAY, *_DATE)):
        lines.append(f'day = "{OPEN}"')
    lines += [f"age = {{ column = {_quoted(age)} }}"] if (age := _first(columns, _AGE)) else []
    lines += [f'weight = {{ column = {_quoted(w)}, unit = "{OPEN}" }}'] if (w := _first(columns, _WEIGHT)) else []
    if sex := _first(columns, _SEX):
        lines.append(_sex(table, sex))
    test, value = _first(columns, _TEST), _first(columns, _VALUE)
    if test and value:
        unit = _first(columns, _UNIT)
        names = [f"test = {_quoted(test)}", f"value = {_quoted(value)}"] + ([f"unit = {_quoted(unit)}"] if unit else [])
        lines.append(f"long = {{ {', '.join(names)} }}")
        return "\n".join([*lines, "", "[labs]", *_labs(dict.fromkeys(table.rows[test]), bool(unit))]) + "\n"
    return "\n".join([*lines, "", "[labs]", *_labs(map(str, table.rows.columns), False)]) + "\n"


def _beginning(path: Path) -> bytes:
    """First bytes of a text; none of a workbook or of what cannot be read, which reading then says."""
    if path.suffix.lower() in SUFFIXES:
        return b""
    try:
        with path.open("rb") as file:
            raw = file.read(100_000)
    except OSError:
        return b""
    return b"" if raw.startswith(b"\x1f\x8b") else raw


def _encoding(path: Path) -> str:
    """Encoding in which the beginning is text, and most of its first line names labs; UTF-8 where it is that."""
    raw = _beginning(path)
    whole = raw[: raw.rfind(b"\n") + 1] or raw
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    named: dict[str, int] = {}
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            first = whole.decode(encoding).splitlines()[:1]
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return encoding
        named[encoding] = sum(map(_names_lab_and_unit, re.split(r"[,;\t|]", "".join(first))))
    return max(named, key=lambda e: named[e], default="utf-8")


def _names_lab_and_unit(header: str) -> bool:
    """True of a header that names a lab, and no unit that the lab cannot have."""
    name, unit = _parts(header.strip())
    analyte = analyte_of_header(name)
    return analyte is not None and (not unit or _unit(analyte, unit) != OPEN)


def _separator(path: Path) -> str:
    """Character that stands most often in the first line; a comma where it cannot be read, which reading then says."""
    raw = _beginning(path)
    text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1", errors="replace")
    first = (text.splitlines() or [""])[0]
    return max(",;\t|", key=first.count)


def _has_decimal_commas(table: CsvTable) -> bool:
    """True where cells are numbers with a comma and none has a point."""
    cells = [cell for column in table.rows for cell in table.rows[column].head(200)]
    commas = sum(re.fullmatch(r"[<>]?\s*\d+,\d+", cell) is not None for cell in cells)
    return commas > sum(re.fullmatch(r"[<>]?\s*\d+\.\d+", cell) is not None for cell in cells)


def _first(columns: dict[str, str], names: Iterable[str]) -> str:
    return next((columns[name] for name in names if name in columns), "")


def _quoted(text: str) -> str:
    """Basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'


def _labs(headers: Iterable[str], has_unit_column: bool) -> list[str]:
    """Lines of the labs that headers or names of tests name; of two for one lab, the first."""
    lines: dict[str, str] = {}
    for header in headers:
        name, unit = _parts(header)
        analyte = analyte_of_header(header) or analyte_of_header(name)
        if analyte is None or analyte.name in lines:
            continue
        column = f"column = {_quoted(header)}"
        if has_unit_column:
            lines[analyte.name] = f"{analyte.name} = {{ {column} }}"
        else:
            lines[analyte.name] = f"{analyte.name} = {{ {column}, unit = {_quoted(_unit(analyte, unit))} }}"
    return list(lines.values())


def _parts(header: str) -> tuple[str, str]:
    """Name and unit of a header such as ``TBIL (umol/L)``, ``TBIL [umol/L]`` or ``TBIL_umol/L``."""
    match = re.fullmatch(r"(.*?)\s*[(\[（]([^()\[\]（）]*)[)\]）]\s*", header) or re.fullmatch(
        r"(.*?)[\s_,]+([^\s_,]+(?:/[^\s_,]+|%|U/L))\s*", header
    )
    return (match[1], match[2]) if match else (header, "")


def _unit(analyte: Analyte, unit: str) -> str:
    """Unit if it can be one of this lab, else a question mark."""
    try:
        unit_factor(unit, analyte.variable.unit, substance=analyte.substance)
    except UnitError:
        return OPEN
    return unit


def _sex(table: CsvTable, column: str) -> str:
    words = [str(word) for word in dict.fromkeys(table.rows[column]) if word]
    women = [w for w in words if w.lower() in _WOMEN] or [OPEN]
    men = [w for w in words if w.lower() in _MEN] or [OPEN]
    if set(words) <= {*women, *men}:  # one sex may be the only one
        women, men = ([w for w in each if w != OPEN] for each in (women, men))
    both = [(name, w) for name, w in (("female", women), ("male", men)) if w]
    shown = ", ".join(f"{name} = [{', '.join(map(_quoted, w))}]" for name, w in both)
    return f"sex = {{ column = {_quoted(column)}, words = {{ {shown} }} }}"
