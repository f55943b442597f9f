"""Inputs of scores: labs with units, plausible limits, and one check of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.variables import VariableKind, variables

Array = NDArray[np.float64]
Lab: TypeAlias = ArrayLike  # numbers, or yes and no, of one patient or of many
Flags = NDArray[np.bool_]
Function = TypeVar("Function", bound=Callable[..., Array])


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
    inputs = {
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
    return inputs | {"cause": ScoreInput("", 0, 0, "cause of acute liver failure", choices=tuple(CAUSES))}


INPUTS = _inputs()


def numbers(name: str, value: Lab) -> Array:
    """Floats of an input; text, dictionaries and ragged lists are refused.

    Examples
    --------
    >>> numbers("inr", [1, 2.5]).tolist()
    [1.0, 2.5]
    """
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        array = np.asarray("")
    if array.dtype.kind not in "biuf":
        raise InputError(name, value, "numbers: one of a patient, or an array of many")
    return np.asarray(array, dtype=np.float64)


def over_patients(function: Function) -> Function:
    """Decorate a score: its inputs are numbers of one shape, or single ones that hold for every patient.

    Raises
    ------
    InputError
        From the decorated score, with the first input that is no number or has another shape.
    """

    @functools.wraps(function)
    def checked(**given: Any) -> Array:
        shape: tuple[int, ...] = ()
        for name, value in given.items():
            if name in INPUTS and name != "cause" and value is not None:
                own = numbers(name, value).shape
                try:
                    shape = np.broadcast_shapes(shape, own)
                except ValueError:
                    raise InputError(name, value, f"one number, or {_size(shape)} as of the other inputs") from None
        return function(**given)

    return cast(Function, checked)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def labs(**given: Lab) -> list[Array]:
    """Floats, in the order given; a lone NaN, a negative number, and a zero that cannot be are refused."""
    arrays = []
    for name, value in given.items():
        array = numbers(name, value)
        zero_can_be = INPUTS[name].low == 0
        if np.any(array < 0 if zero_can_be else array <= 0) or (array.ndim == 0 and np.isnan(array)):
            raise InputError(name, value, f"a number {'>= 0' if zero_can_be else '> 0'}")
        arrays.append(array)
    return arrays


def flag(value: Lab) -> Flags:
    """Yes or no, of one patient or of many."""
    return np.asarray(value, dtype=bool)


def done(value: Lab) -> Array:
    """An array; a plain number for a single patient."""
    result: Array = np.asarray(value, dtype=np.float64)[()]
    return result


def points_of(value: Array, second: Lab, third: Lab) -> Array:
    """1, 2 or 3 points, the row of a published table; NaN stays NaN."""
    return np.where(np.isnan(value), np.nan, 1.0 + np.asarray(second) + np.asarray(third))


def bounded(score: Array, rounded: bool) -> Array:
    """Points of the MELD family: 6 to 40, rounded half up where asked."""
    return done(np.clip(np.floor(score + 0.5) if rounded else score, 6.0, 40.0))
