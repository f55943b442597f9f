"""Table of labs and signs as files name them: LOINC codes, UCUM units, headers; one row of ``labs.toml`` each."""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from hepatica.laboratory_units import read_unit
from hepatica.variables import Variable, variable

TABLE = Path(__file__).with_name("labs.toml")


class Property(Enum):
    """Property that a LOINC code states."""

    MASS = "mass"
    AMOUNT = "amount"
    COUNT = "count"
    ACTIVITY = "activity"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Analyte:
    """Lab or sign as files name it.

    Attributes
    ----------
    name : str
        Of the row.
    variable : Variable
        What is measured, with the unit of a record.
    loinc : mapping of str to Property
    substance : str
        Substance whose molar mass converts between mass and amount; "" for none.
    ucum : str
        Unit in which it is written.
    example : str
        Value as it would be printed.
    low, high : float
        Limits in the variable's unit.
    grade : bool
        True of a sign that is graded in whole numbers.
    headers : tuple of str
        Names in headers, simplified by `simplify`.
    """

    name: str
    variable: Variable
    loinc: Mapping[str, Property]
    substance: str
    ucum: str
    example: str
    low: float
    high: float
    grade: bool
    headers: tuple[str, ...]


def simplify(header: str) -> str:
    """Header in small letters, without spaces and marks other than ``%``, ``/`` and ``+``.

    Examples
    --------
    >>> simplify(" T-Bil_"), simplify("PT %")
    ('tbil', 'pt%')
    """
    return re.sub(r"[^\w%/+]|_", "", header.lower())


@functools.cache
def analytes() -> Mapping[str, Analyte]:
    """Every lab and sign that a record takes, by the name of its row.

    Examples
    --------
    >>> analytes()["urea_nitrogen"].variable.name, analytes()["albumin"].ucum
    ('urea', 'g/L')
    """
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    made = {}
    for name, row in table.items():
        measured = variable(row.get("variable", name))
        people = measured.people
        low, high = measured.low, measured.high
        if not math.isfinite(high) and people is not None:
            low, high = people.low * people.factor, people.high * people.factor
        low, high = row.get("limits", (low, high))
        codes = {code: Property(kind) for kind, codes in row.get("loinc", {}).items() for code in codes}
        made[name] = Analyte(
            name=name,
            variable=measured,
            loinc=codes,
            substance=row.get("substance", ""),
            ucum=row["ucum"],
            example=row["example"],
            low=float(low),
            high=float(high),
            grade=row.get("grade", False),
            headers=tuple(dict.fromkeys(simplify(header) for header in row["headers"])),
        )
    return made


@functools.cache
def analyte_of_loinc() -> Mapping[str, Analyte]:
    """Labs by LOINC code.

    Examples
    --------
    >>> analyte_of_loinc()["2160-0"].name
    'creatinine'
    """
    return {code: analyte for analyte in analytes().values() for code in analyte.loinc}


def analyte_of_header(text: str) -> Analyte | None:
    """Lab that a header names; None where it names none.

    Examples
    --------
    >>> analyte_of_header("T-Bil").name, analyte_of_header("surname") is None
    ('bilirubin', True)
    """
    requested = simplify(text)
    return next((a for a in analytes().values() if requested in (simplify(a.name), *a.headers)), None)


def property_of_unit(text: str) -> Property | None:
    """Property that a printed unit belongs to: mass, amount, count or activity; None for another.

    Examples
    --------
    >>> property_of_unit("umol/L"), property_of_unit("K/uL"), property_of_unit("s")
    (<Property.AMOUNT: 'amount'>, <Property.COUNT: 'count'>, None)
    """
    printed = read_unit(text)
    if printed is None:
        return None
    numerator = printed.unit.partition("/")[0]
    if printed.unit == "1e9/L":
        return Property.COUNT
    if numerator.endswith("mol"):
        return Property.AMOUNT
    if numerator == "U":
        return Property.ACTIVITY
    return Property.MASS if numerator in ("g", "mg", "ug", "ng", "pg") and "/" in printed.unit else None
