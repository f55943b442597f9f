"""Log-rank test under any hazards: mean, exact asymptotic variance, average hazard ratio, power and size.

The score U = sum of w (Z - pi) over events is a sum of independent terms, one for a patient, so that its mean and
variance under any hazards are integrals over time (Lin and Wei 1989, J Am Stat Assoc 84:1074; Yung and Liu 2020,
Biometrics 76:939). pi is the treated share of those at risk. Weights are functions of time, among them Fleming and
Harrington's S^rho (1 - S)^gamma of the pooled survival (1991, Counting Processes and Survival Analysis, chapter 7),
and the modest weights 1 / max(S(t), S(delay)) (Magirr and Burman 2019, Stat Med 38:3782). A late effect asks for
them, or for restricted mean survival.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.accrual import AtRisk, Population, at_risk
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive

Floats = NDArray[np.float64]


class Weight(ABC):
    """Weight of the log-rank test over time."""

    @abstractmethod
    def of(self, time: Floats, survival: Floats) -> Floats:
        """Weights (nodes,) at times with this pooled survival."""


@final
@dataclass(frozen=True)
class FlemingHarrington(Weight):
    """Fleming-Harrington weight S^rho (1 - S)^gamma; (0, 0) is the log-rank test, (0, 1) looks late.

    Attributes
    ----------
    rho, gamma : float
    """

    rho: float = 0.0
    gamma: float = 0.0

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not (0 <= self.rho < np.inf and 0 <= self.gamma < np.inf):
            raise InputError("rho, gamma", (self.rho, self.gamma), "give two numbers of at least 0")

    def of(self, time: Floats, survival: Floats) -> Floats:
        """Weights; see `Weight`."""
        return survival**self.rho * (1 - survival) ** self.gamma


LOG_RANK = FlemingHarrington()
"""Equal weights."""


@final
@dataclass(frozen=True)
class ModestWeight(Weight):
    """Modest weight 1 / max(S(t), S(delay)): rises up to the delay, then is constant.

    Attributes
    ----------
    delay : float
    """

    delay: float

    def of(self, time: Floats, survival: Floats) -> Floats:
        """Weights; see `Weight`."""
        return 1 / np.maximum(survival, np.interp(self.delay, time, survival))


class LogRank(NamedTuple):
    """Asymptotic distribution of a weighted log-rank test, of one patient; positive means favour treatment.

    Attributes
    ----------
    mean : float
        Of the score.
    sd_null, sd : float
        Standard deviation that the test estimates, and that which the score has.
    events : float
        Per patient.
    average_hazard_ratio : float
        Geometric mean over events, weighted as the log-rank test weighs them.
    """

    mean: float
    sd_null: float
    sd: float
    events: float
    average_hazard_ratio: float


def _variance(risk: AtRisk, arm: tuple[float, Floats, Floats], contrast: Floats, pooled: Floats) -> float:
    """Contribution of an arm (share of patients, at risk, hazard) to the variance of the score.

    A patient's term is c(X) delta - C(X), with C the integral of c times the pooled hazard; its second moment is, by
    parts, the integral of c^2 hazard + 2 c C (pooled - hazard) over those at risk.
    """
    share, risk_of, hazard = arm
    cumulative = risk.cumulative(contrast * pooled)
    first = risk.integral(contrast * (hazard - pooled) * risk_of)
    second = risk.integral((contrast**2 * hazard + 2 * contrast * cumulative * (pooled - hazard)) * risk_of)
    return second - first**2 / share


def logrank(population: Population, end: float, weight: Weight = LOG_RANK) -> LogRank:
    """Distribution of a weighted log-rank test at a calendar time, under any piecewise constant hazards.

    Parameters
    ----------
    population : Population
        Two arms, their accrual and drop-out.
    end : float
        Calendar time of the analysis, from the first patient.
    weight : Weight
        Weight over time.

    Returns
    -------
    LogRank

    Raises
    ------
    InputError
        If no event is expected by then.
    """
    risk = at_risk(population, end)
    both = risk.treated + risk.control
    rate = risk.treated * risk.hazard_treated + risk.control * risk.hazard_control
    events = risk.integral(rate)
    if not events > 0:
        raise InputError("end", end, "no event is expected by then; give a later time or hazards above 0")
    seen = both > 0
    share, pooled = (np.divide(a, both, out=np.zeros_like(both), where=seen) for a in (risk.treated, rate))
    w = weight.of(risk.time, np.exp(-risk.cumulative(pooled)))
    information = share * (1 - share)
    mean = -risk.integral(w * information * both * (risk.hazard_treated - risk.hazard_control))
    null = risk.integral(w**2 * information * rate)
    part = population.ratio / (1 + population.ratio)
    variance = _variance(risk, (part, risk.treated, risk.hazard_treated), w * (1 - share), pooled)
    variance += _variance(risk, (1 - part, risk.control, risk.hazard_control), -w * share, pooled)
    return LogRank(mean, math.sqrt(null), math.sqrt(variance), events, _average(risk, information * rate))


def _average(risk: AtRisk, weight: Floats) -> float:
    """Geometric mean hazard ratio; 1 where both hazards are 0."""
    both = (risk.hazard_treated > 0) & (risk.hazard_control > 0)
    ratio = np.where(both, risk.hazard_treated, 1.0) / np.where(both, risk.hazard_control, 1.0)
    weight = weight * both
    total = risk.integral(weight)
    return math.exp(risk.integral(weight * np.log(ratio)) / total) if total > 0 else math.nan


def power_logrank(
    population: Population, end: float, total: float, *, errors: Errors = ERRORS,
    weight: Weight = LOG_RANK,
) -> float:  # fmt: skip
    """Power of a weighted log-rank test to show that treatment is better, under any hazards.

    Parameters
    ----------
    population, end, weight :
        As in `logrank`.
    total : float
        Patients.
    errors : Errors
        Beta is not used.
    """
    positive(total=total)
    moments = logrank(population, end, weight)
    return float(ndtr((moments.mean * math.sqrt(total) - errors.z_alpha * moments.sd_null) / moments.sd))


class LogRankSize(NamedTuple):
    """Size of a trial analysed by a weighted log-rank test.

    Attributes
    ----------
    patients : SampleSize
    events : float
        Expected at the end.
    average_hazard_ratio : float
    """

    patients: SampleSize
    events: float
    average_hazard_ratio: float


def sample_size_logrank(
    population: Population, end: float, *, errors: Errors = ERRORS, weight: Weight = LOG_RANK
) -> LogRankSize:
    """Sample size of a weighted log-rank test under any hazards, for example an effect that starts late.

    Parameters
    ----------
    population, end, weight :
        As in `logrank`.
    errors : Errors
        Type I and type II error, one- or two-sided.

    Returns
    -------
    LogRankSize

    Raises
    ------
    InputError
        If treatment is not better on this test.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard
    >>> control = Hazard.from_median(12.0)
    >>> late = Population(control, control.times_ratio(0.65, delay=4.0), Accrual(24.0))
    >>> sample_size_logrank(late, 48.0, errors=Errors(beta=0.1)).events > 260
    True
    """
    moments = logrank(population, end, weight)
    if not moments.mean > 0:
        raise InputError(
            "population", moments.average_hazard_ratio, "treatment is not better on this test; no size shows it"
        )
    total = ((errors.z_alpha * moments.sd_null + errors.z_beta * moments.sd) / moments.mean) ** 2
    return LogRankSize(SampleSize.of(total, population.ratio), total * moments.events, moments.average_hazard_ratio)
