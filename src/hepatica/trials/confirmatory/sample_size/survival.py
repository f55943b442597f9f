"""Sample size of the log-rank test under proportional hazards, by five published formulas.

Schoenfeld (1981, Biometrika 68:316), Freedman (1982, Stat Med 1:121) and Hsieh (1992, Stat Med 11:1, Freedman's at
equal allocation, stretched as Schoenfeld's) give events, which divided by the probability
of an event give patients. Lachin and Foulkes (1986, Biometrics 42:507) and Bernstein and Lagakos (1978, J Stat Comput
Simul 8:65) give patients from the variance of the log hazard ratio under null hypothesis and alternative; the null
hypothesis has the mean of the two hazards (Lachin and Foulkes) or the control hazard (Bernstein and Lagakos) in both
arms.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Dropout, Hazard, Population, expected_events
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive


class Method(Enum):
    """Formula of the size of a log-rank test."""

    SCHOENFELD = "Schoenfeld"
    FREEDMAN = "Freedman"
    HSIEH_FREEDMAN = "Hsieh-Freedman"
    LACHIN_FOULKES = "Lachin-Foulkes"
    BERNSTEIN_LAGAKOS = "Bernstein-Lagakos"


EVENT_FORMULAS = (Method.SCHOENFELD, Method.FREEDMAN, Method.HSIEH_FREEDMAN)
"""Those that give events, to be divided by the probability of an event."""


class SurvivalSize(NamedTuple):
    """Size of a survival trial, not rounded.

    Attributes
    ----------
    patients : SampleSize
    events : float
        Expected at the end.
    event_probability : float
        Of a patient of the trial, by the end.
    """

    patients: SampleSize
    events: float
    event_probability: float


def _effect(hazard_ratio: float, margin: float) -> float:
    positive(hazard_ratio=hazard_ratio, margin=margin)
    if hazard_ratio == margin:
        raise InputError("hazard_ratio", hazard_ratio, "it equals the margin; no size shows a difference")
    return math.log(hazard_ratio / margin)


def events_needed(
    hazard_ratio: float, *, errors: Errors = ERRORS, ratio: float = 1.0, method: Method = Method.SCHOENFELD,
    margin: float = 1.0,
) -> float:  # fmt: skip
    """Events that a log-rank test needs.

    Parameters
    ----------
    hazard_ratio : float
        Treated to control.
    errors : Errors
        Type I and type II error, one- or two-sided.
    ratio : float
        Treated patients for one control.
    method : Method
        Schoenfeld, Freedman or Hsieh-Freedman.
    margin : float
        Hazard ratio on the boundary of the null hypothesis (Schoenfeld).

    Returns
    -------
    float

    Raises
    ------
    InputError
        If the method needs accrual, or the hazard ratio is the margin.

    Examples
    --------
    >>> round(events_needed(0.7), 4)
    246.7871
    """
    positive(ratio=ratio)
    effect, z = _effect(hazard_ratio, margin), errors.z_alpha + errors.z_beta
    if method is Method.SCHOENFELD:
        return float((z / effect) ** 2 * (1 + ratio) ** 2 / ratio)
    if method not in EVENT_FORMULAS:
        raise InputError(
            "method",
            method.value,
            "events alone are given by Schoenfeld, Freedman or Hsieh-Freedman; use sample_size_survival",
        )
    if margin != 1:
        raise InputError("margin", margin, "Freedman's formula has none; use Schoenfeld's")
    if method is Method.HSIEH_FREEDMAN:
        return float((z * (1 + hazard_ratio) / (1 - hazard_ratio)) ** 2 * (1 + ratio) ** 2 / (4 * ratio))
    return float((z / (1 - hazard_ratio)) ** 2 * (1 + ratio * hazard_ratio) ** 2 / ratio)


def power_of_events(
    hazard_ratio: float, events: float, *, errors: Errors = ERRORS, ratio: float = 1.0, margin: float = 1.0
) -> float:
    """Power of a log-rank test with so many events, by Schoenfeld's formula, in the direction of the effect.

    Examples
    --------
    >>> round(power_of_events(0.7, 246.7871), 5)
    0.8
    """
    positive(events=events, ratio=ratio)
    drift = abs(_effect(hazard_ratio, margin)) * math.sqrt(events * ratio) / (1 + ratio)
    return float(ndtr(drift - errors.z_alpha))


def drift_of_events(hazard_ratio: float, events: float, ratio: float = 1.0) -> float:
    """Drift of a log-rank test, positive if treatment is better: for the power of a group sequential design."""
    positive(hazard_ratio=hazard_ratio, events=events, ratio=ratio)
    return -math.log(hazard_ratio) * math.sqrt(events * ratio) / (1 + ratio)


def sample_size_survival(
    control: Hazard, hazard_ratio: float, accrual: Accrual, end: float, *, dropout: Dropout = None,
    ratio: float = 1.0, errors: Errors = ERRORS, method: Method = Method.LACHIN_FOULKES,
) -> SurvivalSize:  # fmt: skip
    """Sample size of a survival trial with proportional hazards.

    Parameters
    ----------
    control : Hazard
        Hazard of the control arm.
    hazard_ratio : float
        Treated to control.
    accrual : Accrual
        Accrual of both arms.
    end : float
        Calendar time of the analysis, from the first patient.
    dropout : Hazard, tuple of treated and control, or None
        Of both arms, or of each.
    ratio : float
        Treated patients for one control.
    errors : Errors
        Type I and type II error, one- or two-sided.
    method : Method
        Formula to use.

    Returns
    -------
    SurvivalSize

    Examples
    --------
    >>> control, accrual = Hazard.from_median(6.0), Accrual(24.0)
    >>> round(sample_size_survival(control, 0.6, accrual, 36.0, method=Method.SCHOENFELD).events, 3)
    120.316
    """
    effect = _effect(hazard_ratio, 1.0)
    arms = Population(control, control.times_ratio(hazard_ratio), accrual, dropout, ratio)
    events = expected_events(arms, end)
    if not min(events.treated, events.control) > 0:
        raise InputError(
            "control", control.rates, f"no event is expected by {end:g}; give a later end or a hazard above 0"
        )
    if method in EVENT_FORMULAS:
        total = events_needed(hazard_ratio, errors=errors, ratio=ratio, method=method) / events.total
    else:
        mean = (1 + ratio * hazard_ratio) / (1 + ratio) if method is Method.LACHIN_FOULKES else 1.0
        common = control.times_ratio(mean)
        null = expected_events(replace(arms, control=common, treated=common), end)
        # variance of the log hazard ratio, of one patient: one over the events of either arm
        v0, v1 = (1 / e.treated + 1 / e.control for e in (null, events))
        total = ((errors.z_alpha * math.sqrt(v0) + errors.z_beta * math.sqrt(v1)) / effect) ** 2
    return SurvivalSize(SampleSize.of(total, ratio), total * events.total, events.total)
