"""Alcoholic hepatitis: Maddrey, ABIC, Lille, mortality by MELD."""

from __future__ import annotations

import numpy as np

from hepatica.outcomes.scores.labs import Array, Lab, done, flag, labs, numbers, over_patients
from hepatica.units import factor


@over_patients
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
    time, bilirubin, control = labs(prothrombin_time=prothrombin_time, bilirubin=bilirubin, control_time=control_time)
    return done(4.6 * (time - control) + bilirubin)


@over_patients
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
    age, bilirubin, creatinine, inr = labs(age=age, bilirubin=bilirubin, creatinine=creatinine, inr=inr)
    return done(0.1 * age + 0.08 * bilirubin + 0.3 * creatinine + 0.8 * inr)


@over_patients
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
    age, albumin, time = labs(age=age, albumin=albumin, prothrombin_time=prothrombin_time)
    bilirubin, bilirubin_day7 = labs(bilirubin=bilirubin, bilirubin_day7=bilirubin_day7)
    umol = factor("mg/dL", "umol/L", "bilirubin")
    response = 3.19 - 0.101 * age + 0.147 * albumin + 0.0165 * umol * (bilirubin - bilirubin_day7)
    response = response - 0.206 * flag(renal_insufficiency) - 0.0065 * umol * bilirubin - 0.0096 * time
    return done(1.0 / (1.0 + np.exp(response)))


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
    return done(1.0 / (1.0 + np.exp(4.3 - 0.16 * numbers("meld", meld))))
