"""Attributes of a lot besides potency: count, viability, identity, sterility, endotoxin, against printed limits."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError


class Kind(Enum):
    """Kind of measurement."""

    COUNT = "count"
    PROPORTION = "proportion"
    CONCENTRATION = "concentration"
    PRESENCE = "presence"


class Finding(Enum):
    """Result of an attribute against its limit; below a limit of detection above the limit it is undecided."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"
    MISSING = "missing"


@dataclass(frozen=True)
class Attribute:
    """A measured attribute.

    Attributes
    ----------
    key, unit : str
    kind : Kind
    en, zh : str
        Its name in both languages.
    """

    key: str
    kind: Kind
    unit: str
    en: str
    zh: str


@dataclass(frozen=True)
class Criterion:
    """Limits of one attribute; of several, any of which will do.

    Attributes
    ----------
    any_of : tuple of str
        Keys of attributes.
    low, high : float
        Limits; infinite where there is none.
    is_open : bool
        The limits themselves do not meet the criterion.
    present : bool or None
        Required presence or absence, for attributes of that kind.
    """

    any_of: tuple[str, ...]
    low: float = -np.inf
    high: float = np.inf
    is_open: bool = False
    present: bool | None = None


@dataclass(frozen=True)
class Specification:
    """Criteria of a product or a recommendation, as printed.

    Attributes
    ----------
    key, en, zh, source, seen : str
    criteria : tuple of Criterion
    """

    key: str
    en: str
    zh: str
    source: str
    seen: str
    criteria: tuple[Criterion, ...]


class Below(NamedTuple):
    """A value below a limit of detection or quantification."""

    limit: float


class Judged(NamedTuple):
    """A criterion and its result.

    Attributes
    ----------
    criterion : Criterion
    attribute : str
        That was judged; the first if none was measured.
    value : float, bool, Below or None
    finding : Finding
    """

    criterion: Criterion
    attribute: str
    value: float | bool | Below | None
    finding: Finding


@functools.cache
def _tables() -> tuple[dict[str, Attribute], dict[str, Specification]]:
    read = tomllib.loads((files("hepatica.manufacturing") / "attributes.toml").read_text(encoding="utf-8"))
    attributes = {
        key: Attribute(key, Kind(row["kind"]), row["unit"], row["en"], row["zh"])
        for key, row in read["attribute"].items()
    }
    specifications = {
        key: Specification(
            key, row["en"], row["zh"], row["source"], row["seen"], tuple(_criterion(c) for c in row["criteria"])
        )
        for key, row in read["specification"].items()
    }
    return attributes, specifications


def _criterion(row: Mapping[str, object]) -> Criterion:
    any_of = row["any_of"]
    assert isinstance(any_of, list)
    ends = {name: float(str(row[name])) for name in ("at_least", "at_most", "above", "below") if name in row}
    present = row.get("present")
    return Criterion(
        tuple(any_of),
        ends.get("at_least", ends.get("above", -np.inf)),
        ends.get("at_most", ends.get("below", np.inf)),
        "above" in ends or "below" in ends,
        present if isinstance(present, bool) else None,
    )


def attributes() -> dict[str, Attribute]:
    """Attributes by key.

    Examples
    --------
    >>> attributes()["endotoxin"].unit
    'EU/mL'
    """
    return dict(_tables()[0])


def specifications() -> dict[str, Specification]:
    """Printed specifications by key.

    Examples
    --------
    >>> len(specifications()["isct_2006"].criteria)
    10
    """
    return dict(_tables()[1])


def judge(specification: Specification, measured: Mapping[str, float | bool | Below]) -> tuple[Judged, ...]:
    """Every criterion of a specification against what was measured.

    Of attributes that stand for each other any that meets the criterion will do. What was not measured is missing, and
    missing does not meet a criterion.

    Parameters
    ----------
    specification : Specification
        With its criteria.
    measured : mapping of str to float, bool or Below
        By attribute, in its unit.

    Raises
    ------
    InputError
        If an attribute is unknown, or a value impossible for its kind.

    Examples
    --------
    >>> found = judge(specifications()["cscc"], {"viability": 92.0, "endotoxin": Below(0.5), "mycoplasma": False})
    >>> [(j.attribute, j.finding.value) for j in found]
    [('viability', 'met'), ('endotoxin', 'met'), ('microbial_growth', 'missing'), ('mycoplasma', 'met')]
    """
    for key, value in measured.items():
        _check(key, value)
    return tuple(_judge_one(c, measured) for c in specification.criteria)


def _check(key: str, value: float | bool | Below) -> None:
    known = attributes()
    if key not in known:
        raise InputError("attribute", key, f"one of {', '.join(known)}")
    kind = known[key].kind
    if (kind is Kind.PRESENCE) != isinstance(value, bool):
        raise InputError(key, value, "true or false" if kind is Kind.PRESENCE else f"a number in {known[key].unit}")
    number = value.limit if isinstance(value, Below) else float(value)
    most = 100.0 if kind is Kind.PROPORTION else np.inf
    if not (0 <= number <= most and np.isfinite(number)):
        raise InputError(key, number, f"a number from 0{' to 100' if most == 100 else ''} in {known[key].unit}")


def _judge_one(criterion: Criterion, measured: Mapping[str, float | bool | Below]) -> Judged:
    order = (Finding.MET, Finding.UNDECIDED, Finding.NOT_MET)
    found = [
        Judged(criterion, k, measured[k], _finding(criterion, measured[k])) for k in criterion.any_of if k in measured
    ]
    if not found:
        return Judged(criterion, criterion.any_of[0], None, Finding.MISSING)
    return min(found, key=lambda j: order.index(j.finding))


def _finding(c: Criterion, value: float | bool | Below) -> Finding:
    if isinstance(value, bool):
        return Finding.MET if value is c.present else Finding.NOT_MET
    if isinstance(value, Below):
        if value.limit <= c.low:
            return Finding.NOT_MET
        return Finding.MET if value.limit <= c.high and c.low < 0 else Finding.UNDECIDED
    inside = c.low < value < c.high if c.is_open else c.low <= value <= c.high
    return Finding.MET if inside else Finding.NOT_MET
