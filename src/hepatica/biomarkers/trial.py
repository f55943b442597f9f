"""From marker to trial: sizes and costs of the trials that would validate it, and gain per 100 screened."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.confirmatory.sample_size.size import Errors

Floats = NDArray[np.float64]
ALPHA, POWER = 0.05, 0.8
"""Two-sided type I error and power of every design."""
PATIENT_COST, SCREEN_COST = 30_000.0, 500.0
"""Cost of a randomised patient with cells, and of one measurement at screening, in one currency; assumed."""
MOST = 10**7
"""Patients from which on a trial is called impossible."""


@dataclass(frozen=True)
class Stratum:
    """Patients on one side of a cut: their share, and probabilities of death or transplant."""

    share: float
    control: float
    treated: float

    @property
    def difference(self) -> float:
        """Absolute reduction by treatment."""
        return self.control - self.treated


@dataclass(frozen=True)
class TrialDesign:
    """A design with its size.

    Attributes
    ----------
    name : str
        ``unselected``, ``enriched`` or ``stratified``.
    patients : float
        Randomised, in both arms; infinite where there is no effect to see.
    screened : float
        Measured with the marker.
    cost : float
        In the currency of `PATIENT_COST`.
    gain_per_100 : float
        Quality-adjusted life days gained per 100 screened, if the design's answer is acted upon.
    """

    name: str
    patients: float
    screened: float
    cost: float
    gain_per_100: float


def strata(treat: NDArray[np.bool_], responders: Floats) -> tuple[Stratum, Stratum]:
    """Strata of those whom the marker would have treated and of the others.

    Parameters
    ----------
    treat : (n,) of bool
        Choice by the marker.
    responders : (2, n)
        Probability of death or transplant without and with cells.

    Raises
    ------
    InputError
        If one side is empty.
    """
    if treat.all() or not treat.any():
        raise InputError("marker", "everybody on one side", "a cut with patients on both sides")
    sides = [Stratum(float(s.mean()), *(float(r[s].mean()) for r in responders)) for s in (treat, ~treat)]
    return sides[0], sides[1]


def size_of_comparison(stratum: Stratum) -> float:
    """Patients in both arms that show the reduction in one stratum; infinite without one.

    Examples
    --------
    >>> round(size_of_comparison(Stratum(1.0, 0.5, 0.3)))
    186
    """
    if stratum.difference <= 0:
        return math.inf
    p1, p2 = (min(max(1 - p, 1e-6), 1 - 1e-6) for p in (stratum.treated, stratum.control))
    errors = Errors(alpha=ALPHA, beta=1 - POWER, two_sided=True)
    result = float(sample_size_proportions(p1, p2, errors=errors).total)
    return result if result < MOST else math.inf


def size_of_interaction(positive: Stratum, negative: Stratum) -> float:
    """Patients of both strata and arms that show a difference of reductions, by the normal approximation."""
    contrast = positive.difference - negative.difference
    if abs(contrast) < 1e-9:
        return math.inf
    variance = sum(2 * p * (1 - p) / max(s.share, 1e-9) for s in (positive, negative) for p in (s.control, s.treated))
    result = float((ndtri(1 - ALPHA / 2) + ndtri(POWER)) ** 2 * variance / contrast**2)
    return math.ceil(result) if result < MOST else math.inf


def designs(treat: NDArray[np.bool_], responders: Floats, gain: Floats) -> tuple[TrialDesign, ...]:
    """Unselected, enriched and stratified designs for a marker.

    Parameters
    ----------
    treat : (n,) of bool
        Choice by the marker.
    responders : (2, n)
        Probability of death or transplant without and with cells.
    gain : (n,)
        Of treatment, day.
    """
    positive, negative = strata(treat, responders)
    everybody = Stratum(1.0, *(float(r.mean()) for r in responders))
    n_all, n_rich = size_of_comparison(everybody), size_of_comparison(positive)
    n_both = size_of_interaction(positive, negative)
    screened = n_rich / positive.share
    by_marker, by_all = 100 * float((gain * treat).mean()), 100 * max(float(gain.mean()), 0.0)
    return (
        TrialDesign("unselected", n_all, 0.0, n_all * PATIENT_COST, by_all),
        TrialDesign("enriched", n_rich, screened, n_rich * PATIENT_COST + screened * SCREEN_COST, by_marker),
        TrialDesign("stratified", n_both, n_both, n_both * (PATIENT_COST + SCREEN_COST), by_marker),
    )
