"""What scores take: labs with units, plausible limits, and one check of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError

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

INPUTS: dict[str, ScoreInput] = {
    "bilirubin": ScoreInput("mg/dL", 0.01, 100, "total bilirubin", "bilirubin"),
    "bilirubin_day7": ScoreInput("mg/dL", 0.01, 100, "total bilirubin on day 7", "bilirubin"),
    "creatinine": ScoreInput("mg/dL", 0.05, 40, "serum creatinine", "creatinine"),
    "inr": ScoreInput("", 0.5, 20, "international normalised ratio"),
    "sodium": ScoreInput("mmol/L", 90, 190, "serum sodium"),
    "albumin": ScoreInput("g/L", 5, 70, "serum albumin"),
    "wbc": ScoreInput("1e9/L", 0.01, 300, "white blood cells"),
    "neutrophils": ScoreInput("1e9/L", 0.01, 300, "neutrophils"),
    "urea": ScoreInput("mmol/L", 0.1, 120, "serum urea"),
    "lactate": ScoreInput("mmol/L", 0, 40, "arterial lactate"),
    "ph": ScoreInput("", 6.3, 8.0, "arterial pH"),
    "age": ScoreInput("year", 0, 120, "age"),
    "encephalopathy": ScoreInput("", 0, 4, "West-Haven grade"),
    "days_to_encephalopathy": ScoreInput("d", 0, 400, "days from jaundice to encephalopathy"),
    "ascites": ScoreInput("", 0, 2, "ascites: 0 none, 1 mild, 2 moderate or refractory"),
    "arterial_pressure": ScoreInput("mmHg", 0, 250, "mean arterial pressure"),
    "pao2_fio2": ScoreInput("mmHg", 20, 800, "PaO2/FiO2"),
    "spo2_fio2": ScoreInput("", 40, 500, "SpO2 (%)/FiO2"),
    "prothrombin_time": ScoreInput("s", 5, 300, "prothrombin time"),
    "control_time": ScoreInput("s", 5, 30, "prothrombin time of the laboratory's control"),
    "organ_failure": ScoreInput("", 6, 18, "CLIF-C organ failure score"),
    "dialysis": ScoreInput("", 0, 1, "dialysis twice in a week, or 24 h of CVVHD", choices=YES_NO),
    "vasopressors": ScoreInput("", 0, 1, "vasopressors", choices=YES_NO),
    "renal_insufficiency": ScoreInput("", 0, 1, "creatinine above 1.3 mg/dL", choices=YES_NO),
    "female": ScoreInput("", 0, 1, "female", choices=YES_NO),
    "cholestatic_or_alcoholic": ScoreInput("", 0, 1, "cholestatic or alcoholic disease", choices=YES_NO),
    "cause": ScoreInput("", 0, 0, "cause of acute liver failure", choices=tuple(CAUSES)),
}


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
