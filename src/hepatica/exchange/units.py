"""Units of the model as SBML unit definitions: base kinds with powers and multipliers."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from hepatica.units import registry, unit

KINDS = {
    "gram": "gram",
    "liter": "litre",
    "mole": "mole",
    "second": "second",
    "pascal": "pascal",
    "meter": "metre",
    "cell": "item",
}
COUNTED = {"U": "item"}  # activity stands for an amount of enzyme; SBML's species are amounts, and mol/s is none
PREDEFINED = ("gram", "kilogram", "litre", "metre", "mole", "second", "pascal", "item", "joule", "katal", "kelvin")
BASE = {"gram": "gram", "kilogram": "gram", "meter": "metre", "second": "second", "mole": "mole", "cell": "item"}


@dataclass(frozen=True)
class Factor:
    """One base kind of a unit: (multiplier x kind)^exponent."""

    kind: str
    exponent: float
    multiplier: float = 1.0


@dataclass(frozen=True)
class UnitDefinition:
    """A unit for SBML, with an id made of its parts."""

    id: str
    name: str
    factors: tuple[Factor, ...]


@functools.lru_cache(maxsize=1024)
def define(text: str) -> UnitDefinition:
    """The unit definition for a unit written in a parameter table or a module.

    Examples
    --------
    >>> define("mg/dL/day").id
    'milligram_per_day_deciliter'
    >>> [(f.kind, f.exponent, f.multiplier) for f in define("mg/dL").factors]
    [('litre', -1.0, 0.1), ('gram', 1.0, 0.001)]
    """
    parts = _parts(text)
    factors = [f for name, power in parts for f in _factors(name, power)]
    return UnitDefinition(_id(parts), text or "dimensionless", tuple(factors) or (Factor("dimensionless", 1.0),))


def amount_of(text: str) -> tuple[str, str]:
    """A state's unit as (amount, volume that it is in), the volume empty where it is no concentration.

    Examples
    --------
    >>> amount_of("mg/dL"), amount_of("cell"), amount_of("ng/kg")
    (('milligram', 'deciliter'), ('cell', ''), ('ng/kg', ''))
    """
    parts = _parts(text)
    over, under = ([n for n, p in parts if p == sign] for sign in (1, -1))
    if len(parts) == 2 and len(over) == len(under) == 1 and registry().Quantity(1.0, under[0]).check("[volume]"):
        return over[0], under[0]
    return text, ""


def _parts(text: str) -> list[tuple[str, float]]:
    parsed = registry().Unit(text) if "**" in text else unit(text)  # an internal unit may have a power
    return sorted((name, float(str(power))) for name, power in parsed._units.items())


def _id(parts: list[tuple[str, float]]) -> str:
    def word(name: str, power: float) -> str:
        return name if power == 1 else f"{name}_{power:g}".replace(".", "p")

    over = "_".join(word(n, p) for n, p in parts if p > 0)
    under = "_".join(word(n, -p) for n, p in parts if p < 0)
    if not under:
        return f"unit_{over}" if over in PREDEFINED else over or "dimensionless"
    return f"{over}_per_{under}" if over else f"per_{under}"


def _factors(name: str, power: float) -> list[Factor]:
    if name in COUNTED:
        return [Factor(COUNTED[name], power)]
    prefix, stem, _ = registry().parse_unit_name(name)[0]
    if stem in KINDS:
        multiplier = registry().Quantity(1.0, name).to(stem).magnitude
        return [Factor(KINDS[stem], power, _tidy(multiplier))]
    base = registry().Quantity(1.0, name).to_root_units()
    dims = sorted((str(n), float(str(p))) for n, p in base.units._units.items())
    factors = [Factor(BASE[n], p * power) for n, p in dims] or [Factor("dimensionless", power)]
    first = factors[0]
    multiplier = float(base.magnitude) ** (power / first.exponent)
    return [Factor(first.kind, first.exponent, _tidy(multiplier)), *factors[1:]]


def _tidy(value: float) -> float:
    """Without the last digits' rounding: 1e-12, not 9.999999999999999e-13."""
    return float(f"{value:.14g}") if math.isfinite(value) else value
