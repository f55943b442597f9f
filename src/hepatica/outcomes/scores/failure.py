"""Acute-on-chronic and acute liver failure: AARC, COSSH-ACLF II, King's College."""

from __future__ import annotations

import numpy as np

from hepatica.errors import InputError
from hepatica.outcomes.scores.labs import CAUSES, Array, Lab, done, labs, numbers, over_patients, points_of
from hepatica.units import factor


@over_patients
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
    bilirubin, creatinine, encephalopathy, inr, lactate = labs(
        bilirubin=bilirubin, creatinine=creatinine, encephalopathy=encephalopathy, inr=inr, lactate=lactate
    )
    return done(
        points_of(bilirubin, bilirubin >= 15, bilirubin > 25)
        + points_of(creatinine, creatinine >= 0.7, creatinine > 1.5)
        + points_of(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
        + points_of(inr, inr >= 1.8, inr > 2.5)
        + points_of(lactate, lactate >= 1.5, lactate > 2.5)
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
    points = numbers("points", points)
    return done(points_of(points, points >= 8, points >= 11))


@over_patients
def cossh_aclf2(*, inr: Lab, encephalopathy: Lab, neutrophils: Lab, bilirubin: Lab, urea: Lab, age: Lab) -> Array:
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
    inr, encephalopathy, neutrophils = labs(inr=inr, encephalopathy=encephalopathy, neutrophils=neutrophils)
    bilirubin, urea, age = labs(bilirubin=bilirubin, urea=urea, age=age)
    brain = points_of(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
    score = 1.649 * np.log(inr) + 0.457 * brain + 0.425 * np.log(neutrophils) + 0.576 * np.log(urea)
    umol = bilirubin * factor("mg/dL", "umol/L", "bilirubin")
    return done(score + 0.396 * np.log(umol) + 0.033 * age)


@over_patients
def kings_college(  # noqa: PLR0913 - as many inputs as the published score
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
        Of prothrombin time.
    creatinine, bilirubin : mg/dL, optional
        Serum; what is not given counts as not met, here and below.
    encephalopathy : grade, optional
        West-Haven 0-4.
    ph : unitless, optional
        Arterial.
    lactate : mmol/L, optional
        Arterial.
    age : years, optional
        At admission.
    days_to_encephalopathy : days, optional
        From jaundice.

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
    known = dict(zip(measured, labs(**measured), strict=True))
    inr, missing = known["inr"], np.asarray(np.nan)  # a comparison with NaN is not met
    if cause == "paracetamol":
        kidney = known.get("creatinine", missing) > 3.4
        severe = (inr > 6.5) & kidney & (known.get("encephalopathy", missing) >= 3)
        met = (known.get("ph", missing) < 7.30) | (known.get("lactate", missing) > 3.5) | severe
    else:
        years = known.get("age", missing)
        minor = 1.0 * ((years < 10) | (years > 40)) + (known.get("days_to_encephalopathy", missing) > 7)
        minor = minor + (inr > 3.5) + (known.get("bilirubin", missing) > 17.5) + CAUSES[cause]
        met = (inr > 6.5) | (minor >= 3)
    return done(met + 0.0 * sum(known.values()))  # NaN stays NaN
