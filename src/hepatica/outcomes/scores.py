"""Liver scores as published: one function each, over arrays, and the registry the command line reads.

Units: bilirubin and creatinine mg/dL, albumin g/L, sodium, lactate and urea mmol/L, blood counts 1e9/L, age
years, pressure mmHg, prothrombin time s; encephalopathy is the West-Haven grade 0-4, ascites 0 none, 1 mild,
2 moderate or refractory. Grades between two integers count as the lower one. NaN in an array is a failed
virtual patient and stays NaN; a lone NaN or a value that no blood sample can have is an `InputError`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.units import factor, parse

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
_YES_NO = ("no", "yes")

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
    "dialysis": ScoreInput("", 0, 1, "dialysis twice in a week, or 24 h of CVVHD", choices=_YES_NO),
    "vasopressors": ScoreInput("", 0, 1, "vasopressors", choices=_YES_NO),
    "renal_insufficiency": ScoreInput("", 0, 1, "creatinine above 1.3 mg/dL", choices=_YES_NO),
    "female": ScoreInput("", 0, 1, "female", choices=_YES_NO),
    "cholestatic_or_alcoholic": ScoreInput("", 0, 1, "cholestatic or alcoholic disease", choices=_YES_NO),
    "cause": ScoreInput("", 0, 0, "cause of acute liver failure", choices=tuple(CAUSES)),
}


def _labs(**given: Lab) -> list[Array]:
    """Floats, in the order given; refuses a lone NaN, a negative number, and a zero that cannot be."""
    arrays = []
    for name, value in given.items():
        array = np.asarray(value, dtype=np.float64)
        zero_can_be = INPUTS[name].low == 0
        if np.any(array < 0 if zero_can_be else array <= 0) or (array.ndim == 0 and np.isnan(array)):
            raise InputError(name, value, f"a number {'>= 0' if zero_can_be else '> 0'}")
        arrays.append(array)
    return arrays


def _flag(value: Lab) -> Flags:
    return np.asarray(value, dtype=bool)


def _done(value: Lab) -> Array:
    """An array; a plain number for a single patient."""
    result: Array = np.asarray(value, dtype=np.float64)[()]
    return result


def _points(value: Array, second: Lab, third: Lab) -> Array:
    """1, 2 or 3 points, the row of a published table; NaN stays NaN."""
    return np.where(np.isnan(value), np.nan, 1.0 + np.asarray(second) + np.asarray(third))


def _bounded(score: Array, rounded: bool) -> Array:
    return _done(np.clip(np.floor(score + 0.5) if rounded else score, 6.0, 40.0))


# MELD


def meld(
    *,
    bilirubin: Lab,
    creatinine: Lab,
    inr: Lab,
    dialysis: Lab = False,
    cholestatic_or_alcoholic: Lab = False,
    rounded: bool = False,
) -> Array:
    """MELD(i), the initial score of OPTN policy, 6-40.

    Parameters
    ----------
    bilirubin, creatinine : mg/dL
        Raised to 1; creatinine is capped at 4.
    inr : unitless
        Raised to 1.
    dialysis : bool
        Two dialyses in the past week or 24 h of CVVHD: creatinine counts as 4.
    cholestatic_or_alcoholic : bool
        The form of 2001, which drops the constant 6.43 for these causes.
    rounded : bool
        Round to the integer that allocation uses.

    Raises
    ------
    InputError
        If a number is negative, zero or a lone NaN.

    References
    ----------
    Kamath2001, Wiesner2003, OPTN2016

    Examples
    --------
    >>> round(float(meld(bilirubin=4.2, creatinine=1.9, inr=1.2)), 4)
    20.0392
    """
    bilirubin, creatinine, inr = _labs(bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    creatinine = np.where(_flag(dialysis), 4.0, np.clip(creatinine, 1.0, 4.0))
    score = 9.57 * np.log(creatinine) + 3.78 * np.log(np.maximum(bilirubin, 1.0))
    score = score + 11.20 * np.log(np.maximum(inr, 1.0))
    return _bounded(score + np.where(_flag(cholestatic_or_alcoholic), 0.0, 6.43), rounded)


def meld_na(
    *, bilirubin: Lab, creatinine: Lab, inr: Lab, sodium: Lab, dialysis: Lab = False, rounded: bool = False
) -> Array:
    """MELD-Na of OPTN 2016: sodium (mmol/L, held in 125-137) counts when MELD(i) is above 11.

    `rounded` rounds twice, as allocation does: MELD(i) first, then the result. Other inputs as in `meld`.

    References
    ----------
    Kim2008, OPTN2016

    Examples
    --------
    >>> int(meld_na(bilirubin=4.2, creatinine=1.9, inr=1.2, sodium=125, rounded=True))
    28
    """
    initial = meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr, dialysis=dialysis, rounded=rounded)
    deficit = 137.0 - np.clip(_labs(sodium=sodium)[0], 125.0, 137.0)
    score = initial + np.where(initial > 11, 1.32 - 0.033 * initial, 0.0) * deficit
    return _bounded(score, rounded)


def meld_na_kim2008(
    *, bilirubin: Lab, creatinine: Lab, inr: Lab, sodium: Lab, dialysis: Lab = False, rounded: bool = False
) -> Array:
    """MELD-Na as first published: sodium (mmol/L) held in 125-140. Inputs as in `meld`.

    References
    ----------
    Kim2008

    Examples
    --------
    >>> round(float(meld_na_kim2008(bilirubin=2, creatinine=2, inr=1.8, sodium=131)), 3)
    26.257
    """
    initial = meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr, dialysis=dialysis)
    deficit = 140.0 - np.clip(_labs(sodium=sodium)[0], 125.0, 140.0)
    return _bounded(initial + (1.0 - 0.025 * initial) * deficit, rounded)


def meld3(
    *,
    bilirubin: Lab,
    creatinine: Lab,
    inr: Lab,
    sodium: Lab,
    albumin: Lab,
    female: Lab,
    dialysis: Lab = False,
    age: Lab = 18.0,
    rounded: bool = False,
) -> Array:
    """MELD 3.0, 6-40.

    Parameters
    ----------
    bilirubin, creatinine : mg/dL
        Bilirubin raised to 1, creatinine held in 1-3.
    inr : unitless
        Raised to 1.
    sodium : mmol/L
        Held in 125-137.
    albumin : g/L
        Held in 15-35.
    female, dialysis : bool
        Dialysis: creatinine counts as 3.
    age : years
        Below 18 the 1.33 points of the female sex go to everyone.
    rounded : bool
        Round to the integer that allocation uses.

    Raises
    ------
    InputError
        If a number is negative or a lone NaN, or a lab is zero.

    References
    ----------
    Kim2021

    Examples
    --------
    >>> labs = dict(bilirubin=4.2, creatinine=1.9, inr=1.2, sodium=140, albumin=35)
    >>> int(meld3(**labs, female=True, rounded=True)), int(meld3(**labs, female=False, rounded=True))
    (23, 21)
    """
    bilirubin, creatinine, inr, sodium, albumin, age = _labs(
        bilirubin=bilirubin, creatinine=creatinine, inr=inr, sodium=sodium, albumin=albumin, age=age
    )
    ln_bilirubin = np.log(np.maximum(bilirubin, 1.0))
    ln_creatinine = np.log(np.where(_flag(dialysis), 3.0, np.clip(creatinine, 1.0, 3.0)))
    no_sodium = 137.0 - np.clip(sodium, 125.0, 137.0)
    no_albumin = 3.5 - np.clip(albumin / 10.0, 1.5, 3.5)  # g/dL
    score = 1.33 * (_flag(female) | (age < 18)) + 6.0
    score = score + 4.56 * ln_bilirubin + (0.82 - 0.24 * ln_bilirubin) * no_sodium
    score = score + 9.09 * np.log(np.maximum(inr, 1.0)) + 11.14 * ln_creatinine
    return _bounded(score + (1.85 - 1.83 * ln_creatinine) * no_albumin, rounded)


def meld_survival_90d(score: Lab) -> Array:
    """Probability of being alive 90 days after a MELD of `score` points.

    References
    ----------
    Wiesner2003, Gibb2022

    Examples
    --------
    >>> round(float(meld_survival_90d(20)), 4)
    0.9237
    """
    return _done(0.98465 ** np.exp(0.1635 * (np.asarray(score, dtype=np.float64) - 10.0)))


_MELD3_DAYS = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
_MELD3_BASELINE = (1.0, 0.991, 0.981, 0.971, 0.963, 0.955, 0.946)


def meld3_survival(score: Lab, *, days: Lab = 90.0) -> Array:
    """Probability of being alive after `days` (0-90), from the points of MELD 3.0.

    The baseline is published every 15 days; between these the hazard is constant.

    Raises
    ------
    InputError
        If `days` lies outside 0-90.

    References
    ----------
    Kim2021

    Examples
    --------
    >>> round(float(meld3_survival(26)), 2)
    0.85
    """
    days = np.asarray(days, dtype=np.float64)
    if not np.all((days >= 0) & (days <= 90)):
        raise InputError("days", days, "between 0 and 90, where the baseline survival is published")
    baseline = np.interp(days, _MELD3_DAYS, -np.log(_MELD3_BASELINE))
    return _done(np.exp(-baseline * np.exp(0.17698 * np.asarray(score, dtype=np.float64) - 3.56)))


def meld_plus7_survival(
    *, bilirubin: Lab, creatinine: Lab, inr: Lab, sodium: Lab, albumin: Lab, wbc: Lab, age: Lab
) -> Array:
    """Probability of being alive 90 days after discharge, MELD-Plus7. Units as in the module's heading.

    References
    ----------
    Kartoun2017

    Examples
    --------
    >>> labs = dict(bilirubin=2.49, creatinine=1.37, inr=1.5, sodium=136.5, albumin=28.9, wbc=6.67)
    >>> round(float(meld_plus7_survival(**labs, age=60)), 2)
    0.84
    """
    bilirubin, creatinine, inr, sodium, albumin, wbc, age = _labs(
        bilirubin=bilirubin, creatinine=creatinine, inr=inr, sodium=sodium, albumin=albumin, wbc=wbc, age=age
    )
    logit = 8.53499496 + 2.59679650 * np.log10(1 + creatinine) + 2.06503238 * np.log10(1 + bilirubin)
    logit = logit + 2.99724802 * np.log10(1 + inr) - 6.47834101 * np.log10(1 + sodium)
    logit = logit - 6.34990436 * np.log10(1 + albumin / 10) + 1.92811726 * np.log10(1 + wbc)
    return _done(1.0 / (1.0 + np.exp(logit + 0.04070442 * age)))


# Child-Pugh and ALBI


def child_pugh(
    *, bilirubin: Lab, albumin: Lab, inr: Lab, ascites: Lab, encephalopathy: Lab, albumin_low: float = 28.0
) -> Array:
    """Child-Pugh points, 5-15.

    Parameters
    ----------
    bilirubin : mg/dL
    albumin : g/L
    inr : unitless
    ascites, encephalopathy : grade
        0-2 and West-Haven 0-4.
    albumin_low : g/L
        Albumin below this scores 3; a second published variant has 30.

    Raises
    ------
    InputError
        If a number is negative or a lone NaN.

    References
    ----------
    Pugh1973

    Examples
    --------
    >>> int(child_pugh(bilirubin=2.5, albumin=30, inr=1.8, ascites=1, encephalopathy=0))
    9
    """
    bilirubin, albumin, inr, ascites, encephalopathy = _labs(
        bilirubin=bilirubin, albumin=albumin, inr=inr, ascites=ascites, encephalopathy=encephalopathy
    )
    return _done(
        _points(bilirubin, bilirubin >= 2, bilirubin > 3)
        + _points(albumin, albumin <= 35, albumin < albumin_low)
        + _points(inr, inr >= 1.7, inr > 2.3)
        + _points(ascites, ascites >= 1, ascites >= 2)
        + _points(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
    )


def child_pugh_class(points: Lab) -> NDArray[np.str_]:
    """Class A (5-6 points), B (7-9) or C (10-15); empty where the points are NaN.

    References
    ----------
    Pugh1973

    Examples
    --------
    >>> child_pugh_class([6, 7, 10]).tolist()
    ['A', 'B', 'C']
    """
    points = np.asarray(points, dtype=np.float64)
    return np.asarray(np.select([points < 7, points < 10, points >= 10], ["A", "B", "C"], ""), dtype=np.str_)


def albi(*, bilirubin: Lab, albumin: Lab) -> Array:
    """ALBI, from bilirubin (mg/dL) and albumin (g/L).

    References
    ----------
    Johnson2015

    Examples
    --------
    >>> round(float(albi(bilirubin=1.2, albumin=35)), 2)
    -2.11
    """
    bilirubin, albumin = _labs(bilirubin=bilirubin, albumin=albumin)
    return _done(0.66 * np.log10(bilirubin * factor("mg/dL", "umol/L", "bilirubin")) - 0.085 * albumin)


def albi_grade(score: Lab) -> Array:
    """ALBI grade 1 (up to -2.60), 2 (up to -1.39) or 3.

    References
    ----------
    Johnson2015

    Examples
    --------
    >>> albi_grade([-2.6, -2.5, -1.3]).tolist()
    [1.0, 2.0, 3.0]
    """
    score = np.asarray(score, dtype=np.float64)
    return _done(_points(score, score > -2.60, score > -1.39))


# EASL-CLIF


def _clif_organs(
    bilirubin: Lab,
    creatinine: Lab,
    encephalopathy: Lab,
    inr: Lab,
    arterial_pressure: Lab,
    dialysis: Lab,
    vasopressors: Lab,
    pao2_fio2: Lab | None,
    spo2_fio2: Lab | None,
) -> tuple[Array, ...]:
    """Subscores 1-3 of liver, kidney, brain, coagulation, circulation and lung."""
    bilirubin, creatinine, encephalopathy, inr, arterial_pressure = _labs(
        bilirubin=bilirubin,
        creatinine=creatinine,
        encephalopathy=encephalopathy,
        inr=inr,
        arterial_pressure=arterial_pressure,
    )
    dialysis, vasopressors = _flag(dialysis), _flag(vasopressors)
    lung = np.asarray(1.0)
    if pao2_fio2 is not None:
        (ratio,) = _labs(pao2_fio2=pao2_fio2)
        lung = _points(ratio, ratio <= 300, ratio <= 200)
    elif spo2_fio2 is not None:
        (ratio,) = _labs(spo2_fio2=spo2_fio2)
        lung = _points(ratio, ratio <= 357, ratio <= 214)
    return (
        _points(bilirubin, bilirubin >= 6, bilirubin >= 12),
        _points(creatinine, (creatinine >= 2) | dialysis, (creatinine >= 3.5) | dialysis),
        _points(encephalopathy, encephalopathy >= 1, encephalopathy >= 3),
        _points(inr, inr >= 2.0, inr >= 2.5),
        _points(arterial_pressure, (arterial_pressure < 70) | vasopressors, vasopressors),
        lung,
    )


def clif_c_of(
    *,
    bilirubin: Lab,
    creatinine: Lab,
    encephalopathy: Lab,
    inr: Lab,
    arterial_pressure: Lab,
    dialysis: Lab = False,
    vasopressors: Lab = False,
    pao2_fio2: Lab | None = None,
    spo2_fio2: Lab | None = None,
) -> Array:
    """CLIF-C organ failure score, 6-18.

    Parameters
    ----------
    bilirubin, creatinine : mg/dL
    encephalopathy : grade
        West-Haven 0-4.
    inr : unitless
    arterial_pressure : mmHg
        Mean.
    dialysis, vasopressors : bool
    pao2_fio2, spo2_fio2 : mmHg, %, optional
        One suffices; with neither the lungs count as normal.

    Raises
    ------
    InputError
        If a number is negative or a lone NaN.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> int(clif_c_of(bilirubin=13, creatinine=2.2, encephalopathy=1, inr=1.8, arterial_pressure=80))
    10
    """
    labs = (bilirubin, creatinine, encephalopathy, inr, arterial_pressure)
    return _done(sum(_clif_organs(*labs, dialysis, vasopressors, pao2_fio2, spo2_fio2)))


def aclf_grade(
    *,
    bilirubin: Lab,
    creatinine: Lab,
    encephalopathy: Lab,
    inr: Lab,
    arterial_pressure: Lab,
    dialysis: Lab = False,
    vasopressors: Lab = False,
    pao2_fio2: Lab | None = None,
    spo2_fio2: Lab | None = None,
) -> Array:
    """EASL-CLIF grade of acute-on-chronic liver failure, 0-3; inputs as in `clif_c_of`.

    One failing organ is grade 1 if it is the kidney, if it is the brain with creatinine >= 1.5 mg/dL, or if
    it is another with creatinine >= 1.5 mg/dL or encephalopathy. Two are grade 2, three or more grade 3.

    References
    ----------
    Moreau2013

    Examples
    --------
    >>> stay = dict(bilirubin=13, inr=1.8, arterial_pressure=80, encephalopathy=0)
    >>> aclf_grade(**stay, creatinine=[1.0, 1.6, 2.2]).tolist()
    [0.0, 1.0, 2.0]
    """
    labs = (bilirubin, creatinine, encephalopathy, inr, arterial_pressure)
    organs = _clif_organs(*labs, dialysis, vasopressors, pao2_fio2, spo2_fio2)
    liver, kidney, brain, coagulation, circulation, lung = organs
    others = 1.0 * (liver > 2) + (coagulation > 2) + (circulation > 2) + (lung > 2)
    failures = others + (kidney > 1) + (brain > 2)
    impaired = np.asarray(creatinine, dtype=np.float64) >= 1.5
    one_counts = (kidney > 1) | impaired | ((others > 0) & (brain > 1))
    grade = np.where(failures == 1, one_counts, np.minimum(failures, 3.0))
    return _done(grade + 0.0 * sum(organs))  # NaN stays NaN


def clif_c_aclf(*, organ_failure: Lab, age: Lab, wbc: Lab) -> Array:
    """CLIF-C ACLF score, from `clif_c_of`, age (years) and white cells (1e9/L).

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> round(float(clif_c_aclf(organ_failure=10, age=56, wbc=9)), 3)
    49.243
    """
    organ_failure, age, wbc = _labs(organ_failure=organ_failure, age=age, wbc=wbc)
    return _done(10.0 * (0.33 * organ_failure + 0.04 * age + 0.63 * np.log(wbc) - 2.0))


_ACLF_RISK = {1: (0.0022, 0.0995), 3: (0.0079, 0.0869), 6: (0.0115, 0.0824), 12: (0.0231, 0.0731)}
_AD_RISK = {1: (0.00012, 0.1083), 3: (0.00056, 0.1007), 6: (0.00173, 0.0889), 12: (0.00879, 0.0698)}


def _clif_mortality(score: Lab, months: int, risk: Mapping[int, tuple[float, float]]) -> Array:
    if months not in risk:
        raise InputError("months", months, f"one of {', '.join(map(str, risk))}")
    baseline, slope = risk[months]
    return _done(-np.expm1(-baseline * np.exp(slope * np.asarray(score, dtype=np.float64))))


def clif_c_aclf_mortality(score: Lab, *, months: int) -> Array:
    """Probability of death within 1, 3, 6 or 12 months of a CLIF-C ACLF score.

    Raises
    ------
    InputError
        If `months` is none of these.

    References
    ----------
    Jalan2014

    Examples
    --------
    >>> round(float(clif_c_aclf_mortality(50, months=1)), 3)
    0.273
    """
    return _clif_mortality(score, months, _ACLF_RISK)


def clif_c_ad(*, age: Lab, creatinine: Lab, inr: Lab, wbc: Lab, sodium: Lab) -> Array:
    """CLIF-C acute decompensation score: years, mg/dL, unitless, 1e9/L, mmol/L.

    References
    ----------
    Jalan2015

    Examples
    --------
    >>> round(float(clif_c_ad(age=57, creatinine=1.0, inr=1.5, wbc=6.5, sodium=135)), 3)
    53.005
    """
    age, creatinine, inr, wbc, sodium = _labs(age=age, creatinine=creatinine, inr=inr, wbc=wbc, sodium=sodium)
    score = 0.03 * age + 0.66 * np.log(creatinine) + 1.71 * np.log(inr) + 0.88 * np.log(wbc)
    return _done(10.0 * (score - 0.05 * sodium + 8.0))


def clif_c_ad_mortality(score: Lab, *, months: int) -> Array:
    """Probability of death within 1, 3, 6 or 12 months of a CLIF-C AD score.

    Raises
    ------
    InputError
        If `months` is none of these.

    References
    ----------
    Jalan2015

    Examples
    --------
    >>> round(float(clif_c_ad_mortality(53.005, months=3)), 2)
    0.11
    """
    return _clif_mortality(score, months, _AD_RISK)


# Asia-Pacific


def aarc(*, bilirubin: Lab, creatinine: Lab, encephalopathy: Lab, inr: Lab, lactate: Lab) -> Array:
    """AARC points, 5-15: mg/dL, mg/dL, West-Haven grade, unitless, mmol/L.

    References
    ----------
    Choudhury2017

    Examples
    --------
    >>> int(aarc(bilirubin=20, creatinine=1.0, encephalopathy=1, inr=2.0, lactate=2.0))
    10
    """
    bilirubin, creatinine, encephalopathy, inr, lactate = _labs(
        bilirubin=bilirubin, creatinine=creatinine, encephalopathy=encephalopathy, inr=inr, lactate=lactate
    )
    return _done(
        _points(bilirubin, bilirubin >= 15, bilirubin > 25)
        + _points(creatinine, creatinine >= 0.7, creatinine > 1.5)
        + _points(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
        + _points(inr, inr >= 1.8, inr > 2.5)
        + _points(lactate, lactate >= 1.5, lactate > 2.5)
    )


def aarc_grade(points: Lab) -> Array:
    """AARC grade 1 (5-7 points), 2 (8-10) or 3 (11-15).

    References
    ----------
    Choudhury2017

    Examples
    --------
    >>> aarc_grade([7, 8, 11]).tolist()
    [1.0, 2.0, 3.0]
    """
    points = np.asarray(points, dtype=np.float64)
    return _done(_points(points, points >= 8, points >= 11))


def cossh_aclf2(
    *, inr: Lab, encephalopathy: Lab, neutrophils: Lab, bilirubin: Lab, urea: Lab, age: Lab
) -> Array:
    """COSSH-ACLF II of hepatitis B: unitless, West-Haven, 1e9/L, mg/dL, mmol/L, years; risky from 7.4, 8.4.

    Encephalopathy enters as 1 (none), 2 (grade 1-2) or 3 (grade 3-4).

    References
    ----------
    Li2021

    Examples
    --------
    >>> labs = dict(inr=2.0, neutrophils=5.0, bilirubin=20.0, urea=5.0)
    >>> round(float(cossh_aclf2(**labs, encephalopathy=0, age=45)), 3)
    7.007
    """
    inr, encephalopathy, neutrophils, bilirubin, urea, age = _labs(
        inr=inr,
        encephalopathy=encephalopathy,
        neutrophils=neutrophils,
        bilirubin=bilirubin,
        urea=urea,
        age=age,
    )
    brain = _points(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
    score = 1.649 * np.log(inr) + 0.457 * brain + 0.425 * np.log(neutrophils) + 0.576 * np.log(urea)
    umol = bilirubin * factor("mg/dL", "umol/L", "bilirubin")
    return _done(score + 0.396 * np.log(umol) + 0.033 * age)


# Acute liver failure


def kings_college(
    *,
    cause: str,
    inr: Lab,
    creatinine: Lab | None = None,
    encephalopathy: Lab | None = None,
    ph: Lab | None = None,
    lactate: Lab | None = None,
    age: Lab | None = None,
    days_to_encephalopathy: Lab | None = None,
    bilirubin: Lab | None = None,
) -> Array:
    """King's College criteria for a poor outlook without transplantation: 1 met, 0 not met.

    Paracetamol: pH < 7.30, lactate > 3.5 (where given), or INR > 6.5 with creatinine > 3.4 and
    encephalopathy 3-4. Other causes: INR > 6.5, or three of age < 10 or > 40, jaundice more than 7 days
    before encephalopathy, INR > 3.5, bilirubin > 17.5 and an unfavourable cause.

    Parameters
    ----------
    cause : str
        One of `CAUSES`.
    inr : unitless
    creatinine, bilirubin : mg/dL, optional
    encephalopathy : grade, optional
    ph : unitless, optional
    lactate : mmol/L, optional
    age : years, optional
    days_to_encephalopathy : days, optional
        What is not given counts as not met.

    Raises
    ------
    InputError
        If the cause is unknown, or a number is negative or a lone NaN.

    References
    ----------
    OGrady1989, Bernal2002

    Examples
    --------
    >>> int(kings_college(cause="paracetamol", inr=7.0, creatinine=3.6, encephalopathy=4, ph=7.2))
    1
    """
    if cause not in CAUSES:
        raise InputError("cause", cause, f"one of {', '.join(CAUSES)}")
    given = {
        "inr": inr,
        "creatinine": creatinine,
        "encephalopathy": encephalopathy,
        "ph": ph,
        "lactate": lactate,
        "age": age,
        "days_to_encephalopathy": days_to_encephalopathy,
        "bilirubin": bilirubin,
    }
    measured = {name: value for name, value in given.items() if value is not None}
    labs = dict(zip(measured, _labs(**measured), strict=True))
    inr, nothing = labs["inr"], np.asarray(np.nan)  # a comparison with NaN is not met
    if cause == "paracetamol":
        kidney = labs.get("creatinine", nothing) > 3.4
        severe = (inr > 6.5) & kidney & (labs.get("encephalopathy", nothing) >= 3)
        met = (labs.get("ph", nothing) < 7.30) | (labs.get("lactate", nothing) > 3.5) | severe
    else:
        years = labs.get("age", nothing)
        minor = 1.0 * ((years < 10) | (years > 40)) + (labs.get("days_to_encephalopathy", nothing) > 7)
        minor = minor + (inr > 3.5) + (labs.get("bilirubin", nothing) > 17.5) + CAUSES[cause]
        met = (inr > 6.5) | (minor >= 3)
    return _done(met + 0.0 * sum(labs.values()))  # NaN stays NaN


# Alcoholic hepatitis


def maddrey_df(*, prothrombin_time: Lab, bilirubin: Lab, control_time: Lab = 12.0) -> Array:
    """Maddrey's discriminant function, modified: s, mg/dL, s; severe from 32.

    References
    ----------
    Maddrey1978, Carithers1989

    Examples
    --------
    >>> round(float(maddrey_df(prothrombin_time=18, bilirubin=12)), 1)
    39.6
    """
    time, bilirubin, control = _labs(
        prothrombin_time=prothrombin_time, bilirubin=bilirubin, control_time=control_time
    )
    return _done(4.6 * (time - control) + bilirubin)


def abic(*, age: Lab, bilirubin: Lab, creatinine: Lab, inr: Lab) -> Array:
    """ABIC: years, mg/dL, mg/dL, unitless; low risk to 6.71, high from 9.

    References
    ----------
    Dominguez2008

    Examples
    --------
    >>> round(float(abic(age=50, bilirubin=10, creatinine=1.0, inr=2.0)), 1)
    7.7
    """
    age, bilirubin, creatinine, inr = _labs(age=age, bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    return _done(0.1 * age + 0.08 * bilirubin + 0.3 * creatinine + 0.8 * inr)


def lille(
    *,
    age: Lab,
    albumin: Lab,
    bilirubin: Lab,
    bilirubin_day7: Lab,
    renal_insufficiency: Lab,
    prothrombin_time: Lab,
) -> Array:
    """Lille model, 0-1, after 7 days of steroids: years, g/L, mg/dL, mg/dL, bool, s; no response from 0.45.

    References
    ----------
    Louvet2007

    Examples
    --------
    >>> stay = dict(age=50, albumin=30, bilirubin=15, renal_insufficiency=False, prothrombin_time=20)
    >>> lille(**stay, bilirubin_day7=[7, 18]).round(2).tolist()
    [0.05, 0.54]
    """
    age, albumin, bilirubin, bilirubin_day7, time = _labs(
        age=age,
        albumin=albumin,
        bilirubin=bilirubin,
        bilirubin_day7=bilirubin_day7,
        prothrombin_time=prothrombin_time,
    )
    umol = factor("mg/dL", "umol/L", "bilirubin")
    response = 3.19 - 0.101 * age + 0.147 * albumin + 0.0165 * umol * (bilirubin - bilirubin_day7)
    response = response - 0.206 * _flag(renal_insufficiency) - 0.0065 * umol * bilirubin - 0.0096 * time
    return _done(1.0 / (1.0 + np.exp(response)))


def alcoholic_hepatitis_mortality_90d(meld: Lab) -> Array:
    """Probability of death within 90 days of alcoholic hepatitis with this MELD.

    References
    ----------
    Dunn2005

    Examples
    --------
    >>> round(float(alcoholic_hepatitis_mortality_90d(21)), 2)
    0.28
    """
    return _done(1.0 / (1.0 + np.exp(4.3 - 0.16 * np.asarray(meld, dtype=np.float64))))


# Prothrombin activity

_PTA_FLOOR = 6.0  # %; the fit diverges near 4 %


def pta_from_inr(inr: Lab) -> Array:
    """Prothrombin activity (%), at least 6, of an INR; fitted under vitamin-K antagonists.

    Raises
    ------
    InputError
        If the INR is negative, zero or a lone NaN.

    References
    ----------
    MedicalAlgorithms

    Examples
    --------
    >>> round(float(pta_from_inr(1.5)))
    40
    """
    (inr,) = _labs(inr=inr)
    return _done(np.maximum(113.2 / inr**3 - 69.9238 / inr**2 + 57.484 / inr - 0.765, _PTA_FLOOR))


def inr_from_pta(pta: Lab) -> Array:
    """INR of a prothrombin activity (%), at least 6; a fit of its own, not the inverse of `pta_from_inr`.

    Raises
    ------
    InputError
        If the activity is negative, above 200 % or a lone NaN.

    References
    ----------
    MedicalAlgorithms

    Examples
    --------
    >>> round(float(inr_from_pta(40)), 2)
    1.49
    """
    activity = np.asarray(pta, dtype=np.float64)
    if np.any((activity < 0) | (activity > 200)) or (activity.ndim == 0 and np.isnan(activity)):
        raise InputError("pta", pta, "a percentage between 0 and 200")
    activity = np.maximum(activity, _PTA_FLOOR)
    return _done(1.0 / (-0.0073 * activity + 0.2093 * np.sqrt(activity) - 0.361))


# The registry


@dataclass(frozen=True)
class Score:
    """A score as the command line knows it.

    Attributes
    ----------
    name, title : str
        Name in code and in words.
    function : callable
        Keyword-only, over arrays in the units of `inputs`.
    inputs : dict
        Name to `ScoreInput`; those in `required` have no default.
    cites : tuple of str
        Bibliography keys.
    result_label : str
        What the number is.
    readings : tuple of (str, callable)
        What else the number says: a grade, a survival, each a function of the score.
    """

    name: str
    title: str
    function: Callable[..., Any]
    inputs: Mapping[str, ScoreInput]
    cites: tuple[str, ...]
    result_label: str
    readings: tuple[tuple[str, Callable[..., Any]], ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Inputs that must be given."""
        parameters = inspect.signature(self.function).parameters
        return tuple(name for name in self.inputs if parameters[name].default is inspect.Parameter.empty)

    def read(self, given: Mapping[str, str | float]) -> dict[str, Any]:
        """Numbers in internal units from texts such as ``"54 umol/L"``, each within its limits.

        Raises
        ------
        InputError
            If an input is missing, unknown, without unit, or impossible.

        Examples
        --------
        >>> SCORES["albi"].read({"bilirubin": "3 mg/dL", "albumin": "2.8 g/dL"})
        {'bilirubin': 3.0, 'albumin': 28.0}
        """
        for name in self.required:
            if name not in given:
                raise InputError(name, None, f"{self.title} needs {', '.join(self.required)}")
        return {name: self._read_one(name, value) for name, value in given.items()}

    def _read_one(self, name: str, value: str | float) -> float | str | bool:
        if name not in self.inputs:
            raise InputError(name, value, f"{self.title} takes {', '.join(self.inputs)}")
        spec = self.inputs[name]
        if spec.choices:
            word = str(value).strip()
            if word not in spec.choices:
                raise InputError(name, value, f"one of {', '.join(spec.choices)}")
            return word == "yes" if spec.choices == _YES_NO else word
        number: float = parse(value, spec.unit, where=name, substance=spec.substance)
        if not spec.low <= number <= spec.high:
            raise InputError(name, value, f"{spec.label} between {spec.low:g} and {spec.high:g} {spec.unit}")
        return number


def _score(
    title: str,
    function: Callable[..., Any],
    result_label: str,
    *cites: str,
    readings: tuple[tuple[str, Callable[..., Any]], ...] = (),
) -> Score:
    name = (function.func if isinstance(function, partial) else function).__name__
    inputs = {key: INPUTS[key] for key in inspect.signature(function).parameters if key in INPUTS}
    return Score(name, title, function, inputs, cites, result_label, readings)


def _deaths(function: Callable[..., Array]) -> tuple[tuple[str, Callable[..., Any]], ...]:
    return tuple((f"death within {m} months", partial(function, months=m)) for m in (1, 3, 6, 12))


_ALIVE = (("alive at 90 days", meld_survival_90d),)
_TABLE = (
    _score("MELD", partial(meld, rounded=True), "points, 6-40", "Kamath2001", "Wiesner2003", readings=_ALIVE),
    _score("MELD-Na (OPTN 2016)", partial(meld_na, rounded=True), "points, 6-40", "Kim2008", "OPTN2016"),
    _score("MELD-Na (Kim 2008)", partial(meld_na_kim2008, rounded=True), "points, 6-40", "Kim2008"),
    _score(
        "MELD 3.0",
        partial(meld3, rounded=True),
        "points, 6-40",
        "Kim2021",
        readings=(("alive at 90 days", meld3_survival),),
    ),
    _score("MELD-Plus7", meld_plus7_survival, "probability of being alive at 90 days", "Kartoun2017"),
    _score("Child-Pugh", child_pugh, "points, 5-15", "Pugh1973", readings=(("class", child_pugh_class),)),
    _score("ALBI", albi, "score; higher is worse", "Johnson2015", readings=(("grade", albi_grade),)),
    _score("CLIF-C OF", clif_c_of, "points, 6-18", "Jalan2014"),
    _score("EASL-CLIF grade of ACLF", aclf_grade, "grade, 0-3", "Moreau2013"),
    _score("CLIF-C ACLF", clif_c_aclf, "score, 0-100", "Jalan2014", readings=_deaths(clif_c_aclf_mortality)),
    _score("CLIF-C AD", clif_c_ad, "score, 0-100", "Jalan2015", readings=_deaths(clif_c_ad_mortality)),
    _score("AARC", aarc, "points, 5-15", "Choudhury2017", readings=(("grade", aarc_grade),)),
    _score("COSSH-ACLF II", cossh_aclf2, "score; high risk from 8.4", "Li2021"),
    _score("King's College criteria", kings_college, "1 met, 0 not met", "OGrady1989", "Bernal2002"),
    _score(
        "Maddrey discriminant function", maddrey_df, "score; severe from 32", "Maddrey1978", "Carithers1989"
    ),
    _score("ABIC", abic, "score; high risk from 9", "Dominguez2008"),
    _score("Lille model", lille, "score, 0-1; no response from 0.45", "Louvet2007"),
)
SCORES: dict[str, Score] = {score.name: score for score in _TABLE}
