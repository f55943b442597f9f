"""Sample size for two proportions: difference, risk ratio or odds ratio, with or without a margin.

The variance under the null hypothesis is that of the constrained maximum likelihood estimates (Farrington and Manning
1990, Stat Med 9:1447; Miettinen and Nurminen 1985, Stat Med 4:213), which without a margin is the pooled one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from scipy.optimize import brentq
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.size import ERRORS, Errors, SampleSize, positive


class Scale(Enum):
    """Scale of the comparison of two proportions."""

    DIFFERENCE = "difference"
    RISK_RATIO = "risk ratio"
    ODDS_RATIO = "odds ratio"

    @property
    def neutral(self) -> float:
        """Value without effect."""
        return 0.0 if self is Scale.DIFFERENCE else 1.0


@dataclass(frozen=True)
class Comparison:
    """Hypothesis about two proportions.

    Attributes
    ----------
    scale : Scale
    margin : float, or None
        Value on the boundary of the null hypothesis; None: no effect.
    pooled : bool
        True for the variance under the null hypothesis in the critical value, False for that under the alternative.
    """

    scale: Scale = Scale.DIFFERENCE
    margin: float | None = None
    pooled: bool = True

    @property
    def null(self) -> float:
        """Value on the boundary of the null hypothesis."""
        return self.scale.neutral if self.margin is None else self.margin

    def effect(self, p1: float, p2: float) -> float:
        """Distance of the proportions from the null hypothesis, on the scale of the test."""
        if self.scale is Scale.DIFFERENCE:
            return p1 - p2 - self.null
        if self.scale is Scale.RISK_RATIO:
            return p1 - self.null * p2
        return math.log(p1 / (1 - p1) / (p2 / (1 - p2))) - math.log(self.null)

    def variance(self, p1: float, p2: float, ratio: float) -> float:
        """Variance of the estimated distance, times the number of control patients."""
        v1, v2 = p1 * (1 - p1), p2 * (1 - p2)
        if self.scale is Scale.ODDS_RATIO:
            return 1 / (ratio * v1) + 1 / v2
        return v1 / ratio + (v2 if self.scale is Scale.DIFFERENCE else self.null**2 * v2)


NO_MARGIN = Comparison()
"""Difference of proportions against none, pooled variance."""


def constrained(p1: float, p2: float, ratio: float, margin: float, scale: Scale) -> tuple[float, float]:
    """Maximum likelihood proportions on the boundary of the null hypothesis.

    Parameters
    ----------
    p1, p2 : float
        Proportions of treated and control, strictly between 0 and 1.
    ratio : float
        Treated patients for one control.
    margin : float
        Difference, risk ratio or odds ratio on the boundary.
    scale : Scale
        Scale of the comparison.

    Returns
    -------
    tuple of float
        Treated and control.

    Examples
    --------
    >>> [round(p, 6) for p in constrained(0.75, 0.55, 1.0, 0.0, Scale.DIFFERENCE)]
    [0.65, 0.65]
    """
    if margin == scale.neutral:
        pooled = (ratio * p1 + p2) / (1 + ratio)
        return pooled, pooled

    def partner(p: float) -> tuple[float, float]:
        """Proportion of treated, and its slope."""
        if scale is Scale.DIFFERENCE:
            return p + margin, 1.0
        if scale is Scale.RISK_RATIO:
            return margin * p, margin
        return margin * p / (1 - p + margin * p), margin / (1 - p + margin * p) ** 2

    def score(p: float) -> float:
        q, slope = partner(p)
        return ratio * slope * (p1 - q) / (q * (1 - q)) + (p2 - p) / (p * (1 - p))

    low, high = 0.0, 1.0
    if scale is Scale.DIFFERENCE:
        low, high = max(0.0, -margin), min(1.0, 1 - margin)
    elif scale is Scale.RISK_RATIO:
        high = min(1.0, 1 / margin)
    edge = 1e-12 * (high - low)
    control = float(brentq(score, low + edge, high - edge, xtol=1e-15))
    return partner(control)[0], control


def _checked(p1: float, p2: float, ratio: float, comparison: Comparison) -> None:
    positive(ratio=ratio)
    for name, p in (("p1", p1), ("p2", p2)):
        if not 0 < p < 1:
            raise InputError(name, p, "give a proportion strictly between 0 and 1")
    allowed = "strictly between -1 and 1" if comparison.scale is Scale.DIFFERENCE else "positive"
    if not (abs(comparison.null) < 1 if comparison.scale is Scale.DIFFERENCE else 0 < comparison.null < math.inf):
        raise InputError("margin", comparison.null, f"give a number that is {allowed}")


def _spreads(p1: float, p2: float, ratio: float, comparison: Comparison) -> tuple[float, float]:
    """Standard deviations under null hypothesis and alternative, of one control patient."""
    alternative = comparison.variance(p1, p2, ratio)
    if not comparison.pooled:
        return math.sqrt(alternative), math.sqrt(alternative)
    null = comparison.variance(*constrained(p1, p2, ratio, comparison.null, comparison.scale), ratio)
    return math.sqrt(null), math.sqrt(alternative)


def power_proportions(
    p1: float, p2: float, treated: float, control: float, *, errors: Errors = ERRORS,
    comparison: Comparison = NO_MARGIN,
) -> float:  # fmt: skip
    """Power for two proportions by the normal approximation, in the direction of the effect.

    Parameters
    ----------
    p1, p2 : float
        Proportions of treated and control.
    treated, control : float
        Patients.
    errors : Errors
        Beta is not used.
    comparison : Comparison
        Scale, margin and variance of the test.

    Returns
    -------
    float
    """
    ratio = treated / control
    _checked(p1, p2, ratio, comparison)
    null, alternative = _spreads(p1, p2, ratio, comparison)
    distance = abs(comparison.effect(p1, p2)) * math.sqrt(control)
    return float(ndtr((distance - errors.z_alpha * null) / alternative))


def sample_size_proportions(
    p1: float, p2: float, *, errors: Errors = ERRORS, ratio: float = 1.0, comparison: Comparison = NO_MARGIN
) -> SampleSize:
    """Sample size for two proportions.

    Parameters
    ----------
    p1, p2 : float
        Proportions of treated and control.
    errors : Errors
        Type I and type II error, one- or two-sided.
    ratio : float
        Treated patients for one control.
    comparison : Comparison
        Scale, margin and variance of the test.

    Returns
    -------
    SampleSize

    Raises
    ------
    InputError
        If a proportion or margin is impossible, or the proportions are on the boundary of the null hypothesis.

    Examples
    --------
    >>> round(sample_size_proportions(0.75, 0.55).total, 3)
    176.186
    """
    _checked(p1, p2, ratio, comparison)
    distance = comparison.effect(p1, p2)
    if abs(distance) < 1e-12:
        raise InputError("p1", p1, f"with p2 = {p2:g} it lies on the boundary of the null hypothesis; no size shows it")
    null, alternative = _spreads(p1, p2, ratio, comparison)
    control = ((errors.z_alpha * null + errors.z_beta * alternative) / distance) ** 2
    return SampleSize.of(control * (1 + ratio), ratio)
