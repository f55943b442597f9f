"""Units: quantities with units in, plain floats in internal units out.

Internal units are day, cell, gram and the clinical concentration units (mg/dL, g/L, U/L, pg/mL,
ng/mL, umol/L, mmol/L, mmHg). Inside the solver there are only floats. Common conversions stand in
``units.toml``, to the last bit as pint computes them; pint is imported for what is not there.
"""

from __future__ import annotations

import functools
import math
import re
import threading
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hepatica.errors import InputError

if TYPE_CHECKING:
    import pint

MAX_UNIT_LENGTH = 60  # characters; the longest unit that ships has 12
MAX_QUANTITY_LENGTH = 120  # characters of a number and its unit
_DEFINITIONS = (
    "cell = [cells]",
    "U = 16.667e-9 mol / second = IU",
    "percent = 0.01 = pct",
    "INR = []",
    "score_point = []",
    "per_hour = 1 / hour",  # a clinical rate that stays per hour; tables turn other hours into days
)
# g/mol, sums of standard atomic weights (IUPAC 2021); urea nitrogen as the two N of urea; albumin of the mature chain
_MOLAR_MASS = {"bilirubin": 584.66, "creatinine": 113.12, "ammonia": 17.031, "urea": 60.056, "urea_nitrogen": 28.014}
_MOLAR_MASS |= {"lactate": 90.078, "albumin": 66438.0}
_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$")
# Names joined by * and /, no number but a leading 1 or 1e9: pint computes powers of numbers, however long that takes.
_NAME = r"[A-Za-zµμ°Å%][A-Za-zµμ0-9_]*"
_UNIT = re.compile(rf"(?:1|1e(\d{{1,2}})|{_NAME})(?:\s*[*/]\s*{_NAME})*")


_MAKING = threading.Lock()


def registry() -> pint.UnitRegistry[float]:
    """The one pint registry, with cells, enzyme units and clinical units; its first use costs most of a second.

    Threads that ask at once get the same: units of two registries cannot be multiplied.

    Examples
    --------
    >>> str(registry().Quantity(1.0, "week").to("day"))
    '7.0 day'
    """
    with _MAKING:
        return _registry()


@functools.cache
def _registry() -> pint.UnitRegistry[float]:
    import pint

    made: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    for line in _DEFINITIONS:
        made.define(line)
    return made


@functools.cache
def _table() -> dict[str, Any]:
    """Tables of ``units.toml``: ``factor``, ``substance`` and ``internal``."""
    return tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4096)
def unit(text: str) -> pint.Unit:
    """Parse a unit such as ``"1/day"``, ``"cell/kg"``, ``"1e9/L"`` or ``""`` (dimensionless).

    Raises
    ------
    InputError
        If the text is not a unit: names joined by ``*`` and ``/``, without powers, parentheses or other numbers,
        none of them with an offset or a logarithm (``"degC"``, ``"dB"``).

    Examples
    --------
    >>> str(unit("1/d"))
    '1 / day'
    """
    written = text.strip()
    allowed = "write a unit such as 'd', 'cell/kg', 'mg/dL': names joined by * and /"
    if written in ("", "1"):
        return registry().Unit("dimensionless")
    if len(written) > MAX_UNIT_LENGTH:
        raise InputError("unit", text, f"{allowed}, {MAX_UNIT_LENGTH} characters at most")
    match = _UNIT.fullmatch(written)
    if match is None:
        raise InputError("unit", text, allowed)
    if match[1]:  # "1e9/L": a count with a scale, not a bare 1/L
        name = f"count_e{int(match[1])}"
        if name not in registry():
            registry().define(f"{name} = 1e{int(match[1])}")
        written = name + written[2 + len(match[1]) :]
    try:
        parsed = registry().parse_expression(written.replace("%", "percent"))
        at_zero = registry().Quantity(0.0, parsed.units).to_root_units().magnitude
    except Exception as error:
        raise InputError("unit", text, allowed) from error
    if at_zero != 0:
        raise InputError("unit", text, f"{allowed}; a unit with an offset or a logarithm has no factor")
    return registry().Unit(parsed.units)


@functools.lru_cache(maxsize=4096)
def factor(source: str, target: str, substance: str = "") -> float:
    """Multiplier that takes a number from unit `source` to unit `target`.

    Parameters
    ----------
    source, target : str
        Units.
    substance : str, optional
        One whose molar mass is known, such as ``"bilirubin"``, allows mass <-> amount conversion.

    Raises
    ------
    InputError
        If the dimensions differ.

    Examples
    --------
    >>> factor("week", "d")
    7.0
    >>> round(factor("umol/L", "mg/dL", "bilirubin") * 17.1, 2)
    1.0
    """
    tables = (_table()["factor"], _table()["substance"].get(substance, {}))
    for table in tables:
        if source in table.get(target, {}):
            return float(table[target][source])
    if substance not in _MOLAR_MASS and target in tables[0] and any(source in rows for rows in tables[0].values()):
        raise InputError("unit", source, f"a unit that converts to {target!r}")  # both are there, in other dimensions
    return compute_factor(source, target, substance)


def compute_factor(source: str, target: str, substance: str = "") -> float:
    """As `factor`, always by pint.

    Examples
    --------
    >>> compute_factor("mg/dL", "g/L")
    0.01
    """
    quantity, goal = registry().Quantity(1.0, unit(source)), unit(target)
    if quantity.is_compatible_with(goal):
        return float(quantity.to(goal).magnitude)
    mass = _MOLAR_MASS.get(substance)
    if mass is not None:
        molar = registry().Quantity(mass, "g/mol")
        for converted in (quantity * molar, quantity / molar):
            if converted.is_compatible_with(goal):
                return float(converted.to(goal).magnitude)
    raise InputError("unit", source, f"a unit that converts to {target!r}")


@functools.lru_cache(maxsize=1024)
def internal(text: str) -> tuple[float, str]:
    """Factor and name that turn the hours, weeks and years of a table into days; rates per minute stay.

    Raises
    ------
    InputError
        If the text is not a unit.

    Examples
    --------
    >>> internal("1/hour")
    (24.0, '1 / day')
    """
    known = _table()["internal"].get(text)
    return compute_internal(text) if known is None else (float(known[0]), str(known[1]))


def compute_internal(text: str) -> tuple[float, str]:
    """As `internal`, always by pint.

    Examples
    --------
    >>> compute_internal("ng/kg/hour")
    (24.0, 'nanogram / day / kilogram')
    """
    multiplier, written = 1.0, registry().Unit("dimensionless")
    for name, power in unit(text)._units.items():
        one = registry().Quantity(1.0, name)
        if one.dimensionality == {"[time]": 1} and name != "minute":
            multiplier *= float(one.to("day").magnitude) ** float(str(power))
            name = "day"
        written = written * registry().Unit(name) ** power
    return round(multiplier, 12), "" if written.dimensionless and not written._units else str(written)


def parse(text: str | float, target: str, where: str = "quantity", substance: str = "") -> float:
    """Read ``"1e6 cells/kg"`` as a float in unit `target`.

    Parameters
    ----------
    text : str or float
        Number with a unit. A bare number is accepted only when `target` is dimensionless.
    target : str
        Unit of the result.
    where : str
        Key that an error names.
    substance : str, optional
        See `factor`.

    Raises
    ------
    InputError
        If there is no number, no unit, a unit of another dimension, or more than 120 characters.

    Examples
    --------
    >>> parse("2 weeks", "d")
    14.0
    """
    allowed = f"a number with a unit that converts to '{target}'" if target else "a plain number"
    if isinstance(text, int) and (isinstance(text, bool) or abs(text) > 2**53):  # beyond it a float is another number
        raise InputError(where, text, allowed if isinstance(text, bool) else f"{allowed}, not beyond 2^53")
    written = str(text) if isinstance(text, str | int | float) else ""
    if len(written) > MAX_QUANTITY_LENGTH:
        raise InputError(where, text, f"{allowed}, in {MAX_QUANTITY_LENGTH} characters")
    match = _NUMBER.match(written)
    if match is None:
        raise InputError(where, text, allowed)
    value, given = float(match.group(1)), match.group(2).strip()
    if not math.isfinite(value):
        raise InputError(where, text, allowed)
    if not given and target:
        raise InputError(where, text, f"{allowed} (the unit is missing)")
    try:
        converted = value * factor(given.replace("cells", "cell"), target, substance)
    except InputError as error:
        raise InputError(where, text, allowed) from error
    if not math.isfinite(converted):
        raise InputError(where, text, f"{allowed}, not beyond what a computer can hold")
    return converted
