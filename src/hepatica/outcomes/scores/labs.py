"""What scores take: labs with units, plausible limits, and one check of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.variables import VariableKind, variables

Array = NDArray[np.float64]
Lab: TypeAlias = ArrayLike  # numbers, or yes and no, of one patient or of many
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ScoreInput:
    """One input of a score: its unit, the limits beyond which it is impossible, and its name in words."""

    unit: str
    low: float
    high: float
    label: str
    substance: str = ""
    choices: tuple[str, ...] = ()


CAUSES = {  # of acute liver failure; True where OGrady1989 counts the cause as unfavourable
    "paracetamol": False,
    "hepatitis A": False,
    "hepatitis B": False,
    "drug reaction": True,
    "halothane": True,
    "indeterminate": True,
}
YES_NO = ("no", "yes")


def _inputs() -> dict[str, ScoreInput]:
    """Variables that have limits, as inputs of scores; and the cause, which has none."""
    found = {
        v.name: ScoreInput(
            unit="" if v.unit == "1" else v.unit,
            low=v.low,
            high=v.high,
            label=v.label["en"],
            substance=v.substance,
            choices=YES_NO if v.kind is VariableKind.YES_NO else (),
        )
        for v in variables().values()
        if v.low > -math.inf
    }
    return found | {"cause": ScoreInput("", 0, 0, "cause of acute liver failure", choices=tuple(CAUSES))}


INPUTS = _inputs()


def labs(**given: Lab) -> list[Array]:
    """Floats, in the order given; refuses a lone NaN, a negative number, and a zero that cannot be."""
    arrays = []
    for name, value in given.items():
        array = np.asarray(value, dtype=np.float64)
        zero_can_be = INPUTS[name].low == 0
        if np.any(array < 0 if zero_can_be else array <= 0) or (array.ndim == 0 and np.isnan(array)):
            raise InputError(name, value, f"a number {'>= 0' if zero_can_be else '> 0'}")
        arrays.append(array)
    return arrays


def flag(value: Lab) -> Flags:
    return np.asarray(value, dtype=bool)


def done(value: Lab) -> Array:
    """An array; a plain number for a single patient."""
    result: Array = np.asarray(value, dtype=np.float64)[()]
    return result


def points_of(value: Array, second: Lab, third: Lab) -> Array:
    """1, 2 or 3 points, the row of a published table; NaN stays NaN."""
    return np.where(np.isnan(value), np.nan, 1.0 + np.asarray(second) + np.asarray(third))


def bounded(score: Array, rounded: bool) -> Array:
    return done(np.clip(np.floor(score + 0.5) if rounded else score, 6.0, 40.0))


# MELD
