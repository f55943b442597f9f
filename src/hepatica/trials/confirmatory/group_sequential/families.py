"""Spending functions of two parameters, by distribution, and spending kept to a part of the trial.

Anderson and Clark 2010, Stat Med 29:321: the share spent is F(a + b F^-1(t)) for a distribution function F, so that two
points may be asked for. The beta distribution's own function, and exponential spending alpha^(t^-nu), complete them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import root

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.spending import Spending

Floats = NDArray[np.float64]


class Family(Enum):
    """Distribution of a two-parameter spending function."""

    LOGISTIC = "logistic"
    NORMAL = "normal"
    CAUCHY = "Cauchy"
    EXTREME_VALUE = "extreme value, exp(-exp(-x))"
    EXTREME_VALUE_2 = "extreme value, 1 - exp(-exp(x))"

    @property
    def distribution(self) -> stats.rv_continuous:
        """Of the family, in its standard form."""
        return {
            Family.LOGISTIC: stats.logistic,
            Family.NORMAL: stats.norm,
            Family.CAUCHY: stats.cauchy,
            Family.EXTREME_VALUE: stats.gumbel_r,
            Family.EXTREME_VALUE_2: stats.gumbel_l,
        }[self]


def _checked_points(fractions: tuple[float, float], shares: tuple[float, float]) -> None:
    x, y = fractions, shares
    if not (len(x) == len(y) == 2 and 0 < x[0] < x[1] < 1 and 0 < y[0] < y[1] < 1):
        raise InputError("fractions, shares", (x, y), "give two of each, rising, strictly between 0 and 1")


@final
@dataclass(frozen=True)
class FamilySpending(Spending):
    """Two-parameter spending a F(intercept + slope F^-1(t)).

    Attributes
    ----------
    family : Family
    intercept, slope : float
        The slope is positive.

    Examples
    --------
    >>> late = FamilySpending.through(Family.LOGISTIC, (0.25, 0.5), (0.1, 0.3))
    >>> late([0.25, 0.5, 1.0], 0.025).round(6).tolist()
    [0.0025, 0.0075, 0.025]
    """

    family: Family
    intercept: float
    slope: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not (np.isfinite(self.intercept) and 0 < self.slope < np.inf):
            raise InputError(
                "intercept, slope", (self.intercept, self.slope), "give a finite number and a positive one"
            )

    @classmethod
    def through(cls, family: Family, fractions: tuple[float, float], shares: tuple[float, float]) -> FamilySpending:
        """The function through two points: shares of the error spent by two information fractions."""
        _checked_points(fractions, shares)
        x, y = (family.distribution.ppf(np.asarray(v, float)) for v in (fractions, shares))
        slope = float((y[1] - y[0]) / (x[1] - x[0]))
        return cls(family, float(y[0] - slope * x[0]), slope)

    def _spent(self, t: Floats, total: float) -> Floats:
        f = self.family.distribution
        inside = np.clip(t, 1e-300, 1 - 1e-16)
        return np.asarray(np.where(t > 0, total * f.cdf(self.intercept + self.slope * f.ppf(inside)), 0.0))


@final
@dataclass(frozen=True)
class BetaDistributionSpending(Spending):
    """Distribution function of a beta distribution.

    Attributes
    ----------
    a, b : float
        Positive; (1, 1) is linear.

    Examples
    --------
    >>> BetaDistributionSpending(2.0, 1.0)([0.5, 1.0], 0.02).round(4).tolist()
    [0.005, 0.02]
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not (0 < self.a < np.inf and 0 < self.b < np.inf):
            raise InputError("a, b", (self.a, self.b), "give two positive numbers")

    @classmethod
    def through(cls, fractions: tuple[float, float], shares: tuple[float, float]) -> BetaDistributionSpending:
        """The function through two points: shares of the error spent by two information fractions."""
        _checked_points(fractions, shares)
        at, want = np.asarray(fractions, float), stats.logistic.ppf(np.asarray(shares, float))

        def gap(logs: Floats) -> Floats:
            share = np.clip(stats.beta.cdf(at, *np.exp(logs)), 1e-300, 1 - 1e-16)
            return np.asarray(stats.logistic.ppf(share) - want)

        solved = root(gap, np.zeros(2), tol=1e-13)
        if not np.abs(gap(solved.x)).max() < 1e-6:
            raise InputError("fractions, shares", (fractions, shares), "no beta distribution was found through them")
        return cls(*map(float, np.exp(solved.x)))

    def _spent(self, t: Floats, total: float) -> Floats:
        return np.asarray(total * stats.beta.cdf(t, self.a, self.b))


@final
@dataclass(frozen=True)
class ExponentialSpending(Spending):
    """Exponential spending alpha^(t^-nu), which depends on the error spent; Anderson and Clark 2010.

    Attributes
    ----------
    nu : float
        Positive; about 0.8 is near O'Brien-Fleming.

    Examples
    --------
    >>> ExponentialSpending(0.8)([0.5, 1.0], 0.025).round(6).tolist()
    [0.001624, 0.025]
    """

    nu: float

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 < self.nu < np.inf:
            raise InputError("nu", self.nu, "give a positive number, for example 0.8")

    def _spent(self, t: Floats, total: float) -> Floats:
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(np.where(t > 0, total ** (t**-self.nu), 0.0))


@final
@dataclass(frozen=True)
class WindowSpending(Spending):
    """Spending only between two information fractions, by the course of another function.

    Attributes
    ----------
    course : Spending
        Of the error within the window.
    begin, end : float
        Nothing is spent up to the first; the last whole share at the second, and by it all.
    compressed : bool
        True: the whole course takes place within the window. False: it stays where it is, cut off outside.

    Examples
    --------
    >>> from hepatica.trials.confirmatory.group_sequential.spending import KimDeMets
    >>> WindowSpending(KimDeMets(1.0), 0.2, 0.8)([0.2, 0.5, 0.8], 0.02).round(4).tolist()
    [0.0, 0.01, 0.02]
    >>> WindowSpending(KimDeMets(1.0), 0.2, 0.8, compressed=False)([0.1, 0.5, 0.8], 0.02).round(4).tolist()
    [0.0, 0.01, 0.02]
    """

    course: Spending
    begin: float
    end: float = 1.0
    compressed: bool = True

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 <= self.begin < self.end <= 1:
            raise InputError("begin, end", (self.begin, self.end), "give two fractions from 0 to 1, rising")

    def _spent(self, t: Floats, total: float) -> Floats:
        scaled = np.clip((t - self.begin) / (self.end - self.begin), 0.0, 1.0) if self.compressed else t
        inside = np.where(t > self.begin if not self.compressed else scaled > 0, self.course(scaled, total), 0.0)
        return np.asarray(np.where(t >= self.end, total, inside))


FAMILIES = (FamilySpending, BetaDistributionSpending, ExponentialSpending, WindowSpending)
