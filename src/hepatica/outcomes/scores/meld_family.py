"""MELD and its relatives, with the survival they stand for."""

from __future__ import annotations

import numpy as np

from hepatica.errors import InputError
from hepatica.outcomes.scores.labs import Array, Lab, bounded, done, flag, labs, numbers, over_patients


@over_patients
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
    bilirubin, creatinine, inr = labs(bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    creatinine = np.where(flag(dialysis), 4.0, np.clip(creatinine, 1.0, 4.0))
    score = 9.57 * np.log(creatinine) + 3.78 * np.log(np.maximum(bilirubin, 1.0))
    score = score + 11.20 * np.log(np.maximum(inr, 1.0))
    return bounded(score + np.where(flag(cholestatic_or_alcoholic), 0.0, 6.43), rounded)


@over_patients
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
    deficit = 137.0 - np.clip(labs(sodium=sodium)[0], 125.0, 137.0)
    score = initial + np.where(initial > 11, 1.32 - 0.033 * initial, 0.0) * deficit
    return bounded(score, rounded)


@over_patients
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
    deficit = 140.0 - np.clip(labs(sodium=sodium)[0], 125.0, 140.0)
    return bounded(initial + (1.0 - 0.025 * initial) * deficit, rounded)


@over_patients
def meld3(  # noqa: PLR0913 - as many inputs as the published score
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
    bilirubin, creatinine, inr, sodium, albumin, age = labs(
        bilirubin=bilirubin, creatinine=creatinine, inr=inr, sodium=sodium, albumin=albumin, age=age
    )
    ln_bilirubin = np.log(np.maximum(bilirubin, 1.0))
    ln_creatinine = np.log(np.where(flag(dialysis), 3.0, np.clip(creatinine, 1.0, 3.0)))
    no_sodium = 137.0 - np.clip(sodium, 125.0, 137.0)
    no_albumin = 3.5 - np.clip(albumin / 10.0, 1.5, 3.5)  # g/dL
    score = 1.33 * (flag(female) | (age < 18)) + 6.0
    score = score + 4.56 * ln_bilirubin + (0.82 - 0.24 * ln_bilirubin) * no_sodium
    score = score + 9.09 * np.log(np.maximum(inr, 1.0)) + 11.14 * ln_creatinine
    return bounded(score + (1.85 - 1.83 * ln_creatinine) * no_albumin, rounded)


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
    return done(0.98465 ** np.exp(0.1635 * (numbers("score", score) - 10.0)))


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
    days = numbers("days", days)
    if not np.all((days >= 0) & (days <= 90)):
        raise InputError("days", days, "between 0 and 90, where the baseline survival is published")
    baseline = np.interp(days, _MELD3_DAYS, -np.log(_MELD3_BASELINE))
    return done(np.exp(-baseline * np.exp(0.17698 * numbers("score", score) - 3.56)))


@over_patients
def meld_plus7_survival(
    *, bilirubin: Lab, creatinine: Lab, inr: Lab, sodium: Lab, albumin: Lab, white_cells: Lab, age: Lab
) -> Array:
    """Probability of being alive 90 days after discharge, MELD-Plus7. Units as in the module's heading.

    References
    ----------
    Kartoun2017

    Examples
    --------
    >>> labs = dict(bilirubin=2.49, creatinine=1.37, inr=1.5, sodium=136.5, albumin=28.9, white_cells=6.67)
    >>> round(float(meld_plus7_survival(**labs, age=60)), 2)
    0.84
    """
    bilirubin, creatinine, inr, sodium = labs(bilirubin=bilirubin, creatinine=creatinine, inr=inr, sodium=sodium)
    albumin, white_cells, age = labs(albumin=albumin, white_cells=white_cells, age=age)
    logit = 8.53499496 + 2.59679650 * np.log10(1 + creatinine) + 2.06503238 * np.log10(1 + bilirubin)
    logit = logit + 2.99724802 * np.log10(1 + inr) - 6.47834101 * np.log10(1 + sodium)
    logit = logit - 6.34990436 * np.log10(1 + albumin / 10) + 1.92811726 * np.log10(1 + white_cells)
    return done(1.0 / (1.0 + np.exp(logit + 0.04070442 * age)))
