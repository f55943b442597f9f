"""Dimensional analysis of expressions: units checked for dimension and for scale.

A unit is a scale in SI base units with the exponents of its dimensions; "mg/dL" and "g/L" have one
dimension and two scales, so adding one to the other is an error here.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.functions import dhill, dpos, hill, pos
from hepatica.units import registry, unit

Dims = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Measure:
    """A unit: `scale` in base units and the `dims` it is made of."""

    scale: float
    dims: Dims

    def __mul__(self, other: Measure) -> Measure:
        """Product of two units."""
        powers = dict(self.dims)
        for name, power in other.dims:
            powers[name] = powers.get(name, 0.0) + power
        return Measure(self.scale * other.scale, _tidy(powers))

    def __pow__(self, power: float) -> Measure:
        """Power of a unit."""
        return Measure(self.scale**power, _tidy({name: p * power for name, p in self.dims}))

    def same(self, other: Measure) -> bool:
        """True if two units agree in dimension and scale."""
        return self.dims == other.dims and math.isclose(self.scale, other.scale, rel_tol=1e-9)

    def __str__(self) -> str:
        """Scale and base dimensions, for messages."""
        dims = " ".join(f"{name}^{power:g}" for name, power in self.dims) or "dimensionless"
        return f"{self.scale:.6g} x {dims}"


def _tidy(powers: dict[str, float]) -> Dims:
    return tuple(sorted((name, round(p, 9)) for name, p in powers.items() if abs(p) > 1e-9))


@functools.lru_cache(maxsize=1024)
def measure(text: str) -> Measure:
    """Read a unit string, also one with powers, as internal units are written.

    Examples
    --------
    >>> measure("mg/dL").same(measure("g/L")), measure("mg/dL").dims == measure("g/L").dims
    (False, True)
    """
    parsed = registry().Unit(text) if "**" in text else unit(text)  # only modules and tables write units here
    base = registry().Quantity(1.0, parsed).to_base_units()
    return Measure(float(base.magnitude), _tidy({k: float(str(v)) for k, v in base.units._units.items()}))


ONE = Measure(1.0, ())


def unit_of(expr: Any, units: dict[str, Measure], where: str) -> Measure | None:
    """Unit of a SymPy expression; None for a zero, which fits anything.

    Raises
    ------
    ModelError
        If a sum mixes units, or a function gets an argument that is not dimensionless.
    """
    if expr.is_Number:
        return None if expr == 0 else ONE
    if expr.is_Symbol:
        if expr.name not in units:
            raise ModelError(f"{where}: '{expr.name}' is not a state, a quantity or a parameter")
        return units[expr.name]
    parts = [unit_of(arg, units, where) for arg in expr.args]
    if expr.is_Add:
        return _agree(expr, parts, where)
    if expr.is_Mul:
        total: Measure | None = ONE
        for part in parts:
            total = None if part is None or total is None else total * part
        return total
    if expr.is_Pow:
        base, power = parts
        if power is not None and not power.same(ONE):
            raise ModelError(f"{where}: exponent of {expr} has unit {power}")
        if base is None or base.same(ONE):
            return base
        if not expr.exp.is_Number:
            raise ModelError(f"{where}: {expr} raises a quantity with a unit to a symbol")
        return base ** float(expr.exp)
    if isinstance(expr, pos | dpos):
        same = _agree(expr, parts, where)
        return same if isinstance(expr, pos) else ONE
    if isinstance(expr, hill | dhill):
        _agree(expr, parts[:2], where)
        return ONE
    if expr.func in (sp.exp, sp.log, sp.tanh):
        if parts[0] is not None and not parts[0].same(ONE):
            raise ModelError(f"{where}: {expr.func.__name__} of something with unit {parts[0]}: {expr.args[0]}")
        return ONE
    raise ModelError(f"{where}: function '{expr.func.__name__}' is not in the allowed list")


def _agree(expr: Any, parts: list[Measure | None], where: str) -> Measure | None:
    known = [p for p in parts if p is not None]
    for part in known[1:]:
        if not part.same(known[0]):
            raise ModelError(f"{where}: {expr} mixes units {known[0]} and {part}")
    return known[0] if known else None


def check(expr: Any, expected: str, units: dict[str, Measure], where: str) -> None:
    """Raise unless `expr` has the unit `expected`, in dimension and scale."""
    got = unit_of(expr, units, where)
    if got is not None and not got.same(measure(expected)):
        raise ModelError(f"{where}: has unit {got}, declared '{expected}' = {measure(expected)}")
