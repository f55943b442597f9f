"""Units and values as laboratories print them, read without a guess.

A unit counts with its case: ``mg/dL`` is milligram, ``Mg/dL`` megagram, ``MG/DL`` nothing; only the litre may be
written either way, as UCUM has it. A value may be beyond the range of the assay (``<5``, ``>40``). What is missing,
unknown, of another case or of another dimension is refused with a `UnitFault`, so that a reader can say which.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from enum import Enum
from typing import NamedTuple

from hepatica.errors import InputError
from hepatica.units import factor

MAX_TEXT = 60
"""Characters of a value with its unit."""


class Bound(Enum):
    """Side on which a measured value lies beyond the range of the assay; the value is then the limit."""

    EXACT = "="
    BELOW = "<"
    ABOVE = ">"


class UnitFault(Enum):
    """Fault of a printed value."""

    NUMBER = "number"
    COMMA = "comma"
    MISSING = "unit_missing"
    UNKNOWN = "unit_unknown"
    CASE = "unit_case"
    OTHER = "unit_other"


class UnitError(InputError):
    """Printed value or unit that cannot be used.

    Parameters
    ----------
    where : str
        Key that is wrong.
    got : object
        What was got.
    allowed : str
        What to do.
    fault : UnitFault
    meant : str
        Unit of the right case, where that is the fault.
    """

    def __init__(self, where: str, got: object, allowed: str, fault: UnitFault, meant: str = "") -> None:
        super().__init__(where, got, allowed)
        self.fault, self.meant = fault, meant


class PrintedUnit(NamedTuple):
    """Unit of `hepatica.units` and the multiplier to it from what was printed."""

    unit: str
    multiplier: float


class LabValue(NamedTuple):
    """Number in the unit that was asked for, and the side on which the true value lies beyond it."""

    number: float
    bound: Bound


_AMOUNTS = {
    **{text: text for text in ("g", "mg", "ug", "ng", "pg", "mol", "mmol", "umol", "nmol", "pmol", "U")},
    "mcg": "ug",
    "mcmol": "umol",
    "IU": "U",
    **dict.fromkeys(("mU", "mIU", "m[IU]", "m[iU]"), "mU"),
    "[IU]": "U",
    "[iU]": "U",
    "mL": "mL",
    "ml": "mL",
    "%": "percent",
}
_VOLUMES = {"L": 0, "l": 0, "dL": 1, "dl": 1, "mL": 3, "ml": 3, "uL": 6, "ul": 6, "mcL": 6, "mm3": 6, "mm^3": 6}
_VOLUMES |= {"cmm": 6, "nL": 9, "nl": 9}
_LITRES = {0: "L", 1: "dL", 3: "mL", 6: "uL", 9: "nL"}
_COUNTS = {"": 0, "1": 0, "#": 0, "cells": 0, "cell": 0, "K": 3, "k": 3, "Tsd": 3, "Tsd.": 3, "thou": 3, "thousand": 3}
_COUNTS |= {"1000": 3, "M": 6, "G": 9, "Gpt": 9, "T": 12, "Tpt": 12, "万": 4, "giga": 9}
_ALONE = {
    **{text: PrintedUnit("1", 1.0) for text in ("1", "INR", "ratio", "{INR}", "{ratio}", "[pH]", "pH")},
    **{text: PrintedUnit("percent", 1.0) for text in ("%", "percent", "pct")},
    **{text: PrintedUnit("s", 1.0) for text in ("s", "sec", "sec.", "seconds", "Sek", "Sek.", "秒")},
    **{text: PrintedUnit("min", 1.0) for text in ("min", "minutes")},
    **{text: PrintedUnit("h", 1.0) for text in ("h", "hr", "hour", "hours")},
    **{text: PrintedUnit("d", 1.0) for text in ("d", "day", "days", "天", "日")},
    **{text: PrintedUnit("week", 1.0) for text in ("wk", "week", "weeks")},
    **{text: PrintedUnit("month", 1.0) for text in ("mo", "month", "months")},
    **{text: PrintedUnit("year", 1.0) for text in ("a", "y", "yr", "yrs", "year", "years", "岁", "歳")},
    **{text: PrintedUnit("cell/kg", 1.0) for text in ("cells/kg", "cell/kg", "{cells}/kg")},
    **{text: PrintedUnit("mmHg", 1.0) for text in ("mmHg", "mm[Hg]", "mm Hg", "Torr", "torr")},
    "kPa": PrintedUnit("kPa", 1.0),
    "kg": PrintedUnit("kg", 1.0),
    "g": PrintedUnit("g", 1.0),
    **{text: PrintedUnit("kg", 0.45359237) for text in ("lb", "lbs", "[lb_av]")},
    "mg%": PrintedUnit("mg/dL", 1.0),
    "g%": PrintedUnit("g/dL", 1.0),
    "%/min": PrintedUnit("percent/min", 1.0),
    "percent/min": PrintedUnit("percent/min", 1.0),
    "mM": PrintedUnit("mmol/L", 1.0),
    "uM": PrintedUnit("umol/L", 1.0),
    "nM": PrintedUnit("nmol/L", 1.0),
    "ukat/L": PrintedUnit("U/L", 60.0),
    "nkat/L": PrintedUnit("U/L", 0.06),  # 1 U = 1 umol/min
    "mEq/L": PrintedUnit("mmol/L", 1.0),
    "mval/L": PrintedUnit("mmol/L", 1.0),  # of an ion with one charge
}
_SAME = str.maketrans("µμ×＜＞％／", "uux<>%/")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_EQUIVALENTS = ("mEq/L", "mval/L")
_ONE_CHARGE = ("", "lactate")  # substances, none for an ion such as sodium, of which an equivalent is a mole
_NUMBER = re.compile(r"(<=|>=|<|>|≤|≥)?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.S)
_POWER = re.compile(r"(?:x|\*)?\s*(?:1[eE]|10(?:\*\*|[*^eE]))\+?(\d{1,2})")
_SIDES = {"<": Bound.BELOW, "<=": Bound.BELOW, "≤": Bound.BELOW, ">": Bound.ABOVE, ">=": Bound.ABOVE, "≥": Bound.ABOVE}


def _plain(text: str) -> str:
    """Text in the characters that the tables have: 10⁹ as 10^9, one micro sign, no space around."""
    raised = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "^" + match[0].translate(_RAISED), text)
    return unicodedata.normalize("NFKC", raised).translate(_SAME).strip()


def read_unit(text: str) -> PrintedUnit | None:
    """Unit as printed; None where there is no such unit of this case.

    Examples
    --------
    >>> read_unit("µmol/l"), read_unit("K/uL"), read_unit("MG/DL")
    (PrintedUnit(unit='umol/L', multiplier=1.0), PrintedUnit(unit='1e9/L', multiplier=1.0), None)
    """
    written = _plain(text)
    if written not in _ALONE:
        written = re.sub(r"\{[^{}]*\}", "", written) or written  # what UCUM has in braces is a remark
    if written in _ALONE:
        return _ALONE[written]
    numerator, slash, volume = (part.strip() for part in written.partition("/"))
    if not slash or volume not in _VOLUMES:
        return None
    if (f"{numerator}/L") in _ALONE and _VOLUMES[volume] == 0:
        return _ALONE[f"{numerator}/L"]
    if numerator in _AMOUNTS:
        return PrintedUnit(f"{_AMOUNTS[numerator]}/{_LITRES[_VOLUMES[volume]]}", 1.0)
    power = _COUNTS.get(numerator)
    if power is None and (match := _POWER.fullmatch(numerator)):
        power = int(match[1])
    return None if power is None else PrintedUnit("1e9/L", 10.0 ** (power + _VOLUMES[volume] - 9))


@functools.cache
def _by_small_letters() -> dict[str, str]:
    """Units of the right case by their small letters, those first that laboratories print most."""
    amounts = ("mg", "g", "ug", "ng", "pg", "umol", "mmol", "nmol", "U", "IU", "mEq")
    made = [f"{a}/{v}" for a in amounts for v in ("dL", "L", "mL")] + ["K/uL", "ukat/L", "cells/uL", *_ALONE]
    return {text.lower(): text for text in reversed(made)}


def right_case(text: str) -> str:
    """Unit that has the same letters in another case; "" for none.

    Examples
    --------
    >>> right_case("MG/DL"), right_case("nonsense")
    ('mg/dL', '')
    """
    return _by_small_letters().get(_plain(text).lower(), "")


def unit_factor(text: str, target: str, *, where: str = "unit", substance: str = "") -> float:
    """Multiplier from a printed unit to a unit of `hepatica.units`.

    Parameters
    ----------
    text : str
        Unit as printed.
    target : str
        Unit of the result; "" or "1" for none.
    where : str
        Key that an error names.
    substance : str
        Substance whose molar mass converts between mass and amount.

    Raises
    ------
    UnitError
        If the unit is missing, unknown, of another case or of another dimension.

    Examples
    --------
    >>> unit_factor("/uL", "1e9/L"), unit_factor("mg/L", "mg/dL")
    (0.001, 0.1)
    """
    allowed = f"a unit that converts to {target!r}" if target not in ("", "1") else "a plain number"
    if not text.strip():
        if target in ("", "1"):
            return 1.0
        raise UnitError(where, text, f"{allowed} (the unit is missing)", UnitFault.MISSING)
    printed = read_unit(text) if len(text) <= MAX_TEXT else None
    if printed is None:
        if meant := right_case(text):
            raise UnitError(where, text, f"{allowed}; the case counts: write {meant}", UnitFault.CASE, meant)
        raise UnitError(where, text, allowed, UnitFault.UNKNOWN)
    if _plain(text) in _EQUIVALENTS and substance not in _ONE_CHARGE:
        raise UnitError(where, text, allowed, UnitFault.OTHER)
    try:
        return printed.multiplier * factor(printed.unit, target or "1", substance)
    except InputError as error:
        raise UnitError(where, text, allowed, UnitFault.OTHER) from error


def split_value(text: str | float, *, where: str = "value") -> tuple[float, Bound, str]:
    """Number, bound and unit of a printed value, such as ``"<0.3 mg/dL"``.

    Raises
    ------
    UnitError
        If there is no finite number, or a comma within it.

    Examples
    --------
    >>> split_value("< 5 U/L"), split_value("7e9/L")
    ((5.0, <Bound.BELOW: '<'>, 'U/L'), (7000000000.0, <Bound.EXACT: '='>, '/L'))
    """
    allowed = "a number with its unit, such as '1.2 mg/dL' or '<5 U/L'"
    wrong = isinstance(text, bool) or not isinstance(text, str | int | float)
    written = "" if wrong else _plain(str(text))
    match = _NUMBER.fullmatch(written) if len(written) <= MAX_TEXT else None
    if match is None:
        raise UnitError(where, text, allowed, UnitFault.NUMBER)
    if re.match(r",\d", match[3]):
        raise UnitError(where, text, f"{allowed}, with a point and no comma", UnitFault.COMMA)
    number = float(match[2])
    if not math.isfinite(number):
        raise UnitError(where, text, allowed, UnitFault.NUMBER)
    return number, _SIDES.get(match[1] or "", Bound.EXACT), match[3].strip()


def read_value(text: str | float, target: str, *, where: str = "value", substance: str = "") -> LabValue:
    """Value of a lab in unit `target`, from what a laboratory prints.

    Parameters
    ----------
    text : str or float
        Number with its unit; a plain number where `target` has none, or is years.
    target, where, substance : str
        As `unit_factor`.

    Raises
    ------
    UnitError
        If it is no number, or its unit is missing, unknown, of another case or of another dimension.

    Examples
    --------
    >>> read_value("7000/uL", "1e9/L").number, read_value(54, "year").number
    (7.0, 54.0)
    """
    number, bound, unit = split_value(text, where=where)
    if not unit and target == "year":
        return LabValue(number, bound)
    try:
        multiplier = unit_factor(unit, target, where=where, substance=substance)
    except UnitError as error:
        raise UnitError(where, text, error.allowed, error.fault, error.meant) from error
    if not math.isfinite(number * multiplier):
        raise UnitError(where, text, "a number that a computer can hold", UnitFault.NUMBER)
    return LabValue(number * multiplier, bound)
