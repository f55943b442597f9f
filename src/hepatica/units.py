"""Units: one registry, quantities with units in, plain floats in internal units out.

Internal units are day, cell, gram and the clinical concentration units (mg/dL, g/L, U/L, pg/mL,
ng/mL, umol/L, mmol/L, mmHg). Inside the solver there are only floats.
"""

from __future__ import annotations

import functools
import math
import re

import pint

from hepatica.errors import InputError

REGISTRY: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
REGISTRY.define("cell = [cells]")
REGISTRY.define("U = 16.667e-9 mol / second = IU")
REGISTRY.define("percent = 0.01 = pct")
REGISTRY.define("INR = []")
REGISTRY.define("score_point = []")
REGISTRY.define("per_hour = 1 / hour")  # a clinical rate that stays per hour; tables turn other hours into days

_MOLAR_MASS = {"bilirubin": 584.66, "creatinine": 113.12}  # g/mol; conversion mg/dL <-> umol/L
_NUMBER = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$")


@functools.lru_cache(maxsize=4096)
def unit(text: str) -> pint.Unit:
    """Parse a unit such as ``"1/day"``, ``"cell/kg"`` or ``""`` (dimensionless).

    Raises
    ------
    InputError
        If the text is not a unit.

    Examples
    --------
    >>> str(unit("1/d"))
    '1 / day'
    """
    written = text.strip().replace("%", "percent")
    count = re.match(r"^1e(\d+)/(.+)$", written)
    if count:  # "1e9/L": a count with a scale, not a bare 1/L
        name = f"count_e{count.group(1)}"
        if name not in REGISTRY:
            REGISTRY.define(f"{name} = 1e{count.group(1)}")
        written = f"{name}/({count.group(2)})"
    try:
        parsed = REGISTRY.parse_expression("1" if written in ("", "1") else written)
    except Exception as error:
        raise InputError("unit", text, "write a unit such as 'd', 'cell/kg', 'mg/dL'") from error
    if isinstance(parsed, int | float):
        if parsed != 1:
            raise InputError("unit", text, "a unit without a number in it")
        return REGISTRY.Unit("dimensionless")
    if parsed.magnitude != 1:
        raise InputError("unit", text, "a unit without a number in it")
    return REGISTRY.Unit(parsed.units)


@functools.lru_cache(maxsize=4096)
def factor(source: str, target: str, substance: str = "") -> float:
    """Multiplier that takes a number from unit `source` to unit `target`.

    Parameters
    ----------
    source, target : str
        Units.
    substance : str, optional
        ``"bilirubin"`` or ``"creatinine"`` allows mass <-> amount conversion.

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
    quantity = REGISTRY.Quantity(1.0, unit(source))
    wanted = unit(target)
    try:
        return float(quantity.to(wanted).magnitude)
    except pint.DimensionalityError as error:
        mass = _MOLAR_MASS.get(substance)
        if mass is not None:
            molar = REGISTRY.Quantity(mass, "g/mol")
            for converted in (quantity * molar, quantity / molar):
                if converted.is_compatible_with(wanted):
                    return float(converted.to(wanted).magnitude)
        raise InputError("unit", source, f"a unit that converts to {target!r}") from error


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
        If there is no number, no unit, or a unit of another dimension.

    Examples
    --------
    >>> parse("2 weeks", "d")
    14.0
    """
    allowed = f"a number with a unit that converts to '{target}'" if target else "a plain number"
    if isinstance(text, bool):
        raise InputError(where, text, allowed)
    match = _NUMBER.match(str(text))
    if match is None:
        raise InputError(where, text, allowed)
    value, given = float(match.group(1)), match.group(2).strip()
    if not math.isfinite(value):
        raise InputError(where, text, allowed)
    if not given and target:
        raise InputError(where, text, f"{allowed} (the unit is missing)")
    try:
        return value * factor(given.replace("cells", "cell"), target, substance)
    except InputError as error:
        raise InputError(where, text, allowed) from error
