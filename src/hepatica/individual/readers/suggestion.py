"""Suggested mapping of a CSV file from its headers, printed to be checked; no reader ever applies it by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hepatica.individual.readers.csv_table import CsvTable, read_table
from hepatica.individual.readers.lab_table import Analyte, analyte_of_header, simplify
from hepatica.individual.readers.mapping import OPEN
from hepatica.laboratory_units import UnitError, unit_factor

_PERSON = ("id", "pid", "patient", "patientid", "subject", "subjectid", "mrn", "usubjid", "住院号", "患者id")
_DAY = ("day", "days", "daysinceadmission", "dayssinceadmission", "studyday", "天", "天数", "bloodcolectiondate")
_DATE = ("date", "datum", "datetime", "collectiondate", "sampledate", "charttime", "日期", "采样日期", "検査日")
_AGE, _SEX, _WEIGHT = (
    ("age", "年龄", "alter"),
    ("sex", "gender", "性别", "geschlecht"),
    ("weight", "bodyweight", "体重"),
)
_TEST = ("test", "testname", "parameter", "analyte", "labtest", "lbtest", "item", "检验项目", "项目")
_VALUE = ("value", "result", "lborres", "valuenum", "结果")
_UNIT = ("unit", "units", "uom", "lborresu", "valueuom", "单位")
_WOMEN, _MEN = ("f", "female", "w", "woman", "女", "weiblich"), ("m", "male", "man", "男", "männlich")


def suggest_mapping(path: str | Path) -> str:
    """Mapping of a file as TOML, with a question mark at what the headers do not tell.

    Parameters
    ----------
    path : str or Path
        CSV file with commas, semicolons or tabs between cells.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made.csv"
    >>> _ = path.write_text("Day,TBIL (umol/L),Cr\\n0,320,90\\n")
    >>> print(suggest_mapping(path).split("[labs]")[1].strip())
    bilirubin = { column = "TBIL (umol/L)", unit = "umol/L" }
    creatinine = { column = "Cr", unit = "?" }
    """
    separator = _separator(Path(path))
    table = read_table(path, separator=separator)
    columns = {simplify(str(c)): str(c) for c in table.rows.columns}
    lines = ["# Suggested from the headers: check every line and replace each question mark. For research use.", ""]
    if separator != ",":
        lines.append(f"separator = {_quoted(separator)}")
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


def _separator(path: Path) -> str:
    """Character that stands most often in the first line; a comma where it cannot be read, which reading then says."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            first = file.readline(100_000)
    except OSError:
        return ","
    return max(",;\t", key=first.count)


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
    shown = ", ".join(f"{name} = [{', '.join(map(_quoted, w))}]" for name, w in (("female", women), ("male", men)))
    return f"sex = {{ column = {_quoted(column)}, words = {{ {shown} }} }}"
