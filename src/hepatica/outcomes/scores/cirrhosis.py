"""Child-Pugh and ALBI: how much liver is left in cirrhosis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.outcomes.scores.labs import Array, Lab, done, labs, numbers, over_patients, points_of
from hepatica.units import factor


@over_patients
def child_pugh(
    *, bilirubin: Lab, albumin: Lab, inr: Lab, ascites: Lab, encephalopathy: Lab, albumin_low: float = 28.0
) -> Array:
    """Child-Pugh points, 5-15.

    Parameters
    ----------
    bilirubin : mg/dL
        Total, serum.
    albumin : g/L
        Serum.
    inr : unitless
        Of prothrombin time.
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
    bilirubin, albumin, inr, ascites, encephalopathy = labs(
        bilirubin=bilirubin, albumin=albumin, inr=inr, ascites=ascites, encephalopathy=encephalopathy
    )
    return done(
        points_of(bilirubin, bilirubin >= 2, bilirubin > 3)
        + points_of(albumin, albumin <= 35, albumin < albumin_low)
        + points_of(inr, inr >= 1.7, inr > 2.3)
        + points_of(ascites, ascites >= 1, ascites >= 2)
        + points_of(encephalopathy, encephalopathy >= 1, encephalopathy >= 3)
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
    points = numbers("points", points)
    return np.asarray(np.select([points < 7, points < 10, points >= 10], ["A", "B", "C"], ""), dtype=np.str_)


@over_patients
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
    bilirubin, albumin = labs(bilirubin=bilirubin, albumin=albumin)
    return done(0.66 * np.log10(bilirubin * factor("mg/dL", "umol/L", "bilirubin")) - 0.085 * albumin)


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
    score = numbers("score", score)
    return done(points_of(score, score > -2.60, score > -1.39))
