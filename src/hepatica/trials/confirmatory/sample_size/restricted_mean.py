"""Sample size for the difference in restricted mean survival time.

The variance of an arm's estimate is the integral of (area of survival from t to the horizon)^2 hazard / at risk
(Royston and Parmar 2013, BMC Med Res Methodol 13:152).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.accrual import Population, at_risk
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive


class RestrictedMean(NamedTuple):
    """Difference in restricted mean survival time, treated minus control, and its standard deviation of one patient."""

    difference: float
    sd: float


def restricted_mean(population: Population, end: float, horizon: float) -> RestrictedMean:
    """Difference in restricted mean survival time, and the standard deviation of its estimate times sqrt(patients).

    Parameters
    ----------
    population : Population
        Two arms, their accrual and drop-out.
    end : float
        Calendar time of the analysis, from the first patient.
    horizon : float
        Time since randomisation, before the longest follow-up.

    Raises
    ------
    InputError
        If nobody is followed to the horizon.
    """
    positive(horizon=horizon)
    if horizon > end:
        raise InputError("horizon", horizon, f"nobody is followed so long; give a time of at most {end:g}")
    risk = at_risk(population, end, horizon)
    areas, variance = [], 0.0
    for hazard, arm in ((population.treated, risk.treated), (population.control, risk.control)):
        survival = hazard.survival(risk.time)
        area = risk.integral(survival)
        left = area - risk.cumulative(survival)
        variance += risk.integral(left**2 * hazard.at(risk.time) / np.where(arm > 0, arm, np.inf))
        areas.append(area)
    return RestrictedMean(areas[0] - areas[1], math.sqrt(variance))


def power_restricted_mean(
    population: Population, end: float, horizon: float, total: float, *, errors: Errors = ERRORS
) -> float:
    """Power to show a longer restricted mean survival time with so many patients."""
    positive(total=total)
    moments = restricted_mean(population, end, horizon)
    return float(ndtr(moments.difference * math.sqrt(total) / moments.sd - errors.z_alpha))


def sample_size_restricted_mean(
    population: Population, end: float, horizon: float, *, errors: Errors = ERRORS
) -> SampleSize:
    """Sample size to show a longer restricted mean survival time.

    Parameters
    ----------
    population, end, horizon :
        As in `restricted_mean`.
    errors : Errors
        Type I and type II error, one- or two-sided.

    Raises
    ------
    InputError
        If treatment does not lengthen it.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard
    >>> arms = Population(Hazard.from_median(6.0), Hazard.from_median(10.0), Accrual(24.0))
    >>> 100 < sample_size_restricted_mean(arms, 36.0, 18.0).total < 200
    True
    """
    moments = restricted_mean(population, end, horizon)
    if not moments.difference > 0:
        raise InputError(
            "population", moments.difference, "treatment does not lengthen the restricted mean; no size shows it"
        )
    total = ((errors.z_alpha + errors.z_beta) * moments.sd / moments.difference) ** 2
    return SampleSize.of(total, population.ratio)
