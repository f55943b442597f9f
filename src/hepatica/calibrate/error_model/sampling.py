"""Sampling error of published numbers, and its covariance between numbers of the same people.

Visits of a lab are exchangeable (correlation `WITHIN_PERSON_CORRELATION`), a change since day 0 carries the error of
day 0, cumulative proportions are correlated as counts are, and death and infection of the same people as 2 x 2 tables
are (`DEATH_INFECTION_CORRELATION`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.endpoints import DIRECTION

Floats = NDArray[np.float64]
WITHIN_PERSON_CORRELATION = 0.5  # of a person's values at two visits: assumed
DEATH_INFECTION_CORRELATION = 0.25  # phi of having died and having been infected, in one group of people: assumed


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Sampling error of one published number of one arm, on the scale on which it is compared.

    Attributes
    ----------
    arm, variable : str
    time : float
        Day.
    now : float
        Standard error of the number.
    start : float
        Standard error of that at day 0 of which it is the change; 0 where it is none.
    share : float
        Of a proportion, the share with the event; NaN for a mean.
    people : float
        Behind a proportion.
    """

    arm: str
    variable: str
    time: float
    now: float = 0.0
    start: float = 0.0
    share: float = float("nan")
    people: float = 0.0

    def covariance(self, other: Sample) -> float:
        """Sampling covariance with another number; 0 of other people, and of other labs of the same.

        Examples
        --------
        >>> a = Sample(arm="a", variable="inr", time=7.0, now=0.2, start=0.1)
        >>> round(a.covariance(a), 3), a.covariance(Sample(arm="b", variable="inr", time=7.0, now=0.2))
        (0.03, 0.0)
        """
        if self.arm != other.arm or np.isnan(self.share) != np.isnan(other.share):
            return 0.0
        if not np.isnan(self.share):
            return self._of_counts(other)
        if self.variable != other.variable:
            return 0.0
        r = WITHIN_PERSON_CORRELATION
        visits = self.now * other.now * (1.0 if self.time == other.time else r)
        return visits - r * (self.now * other.start + self.start * other.now) + self.start * other.start

    def _of_counts(self, other: Sample) -> float:
        """Covariance of two logarithms of odds: nested events of one kind, or two kinds in a table."""
        sign = DIRECTION[self.variable].value * DIRECTION[other.variable].value
        infection = [x.variable in ("severe_infection", "thrombosis") for x in (self, other)]
        if infection[0] == infection[1]:
            first, last = sorted((self, other), key=lambda x: x.share)
            return sign / (max(first.people, last.people) * (1 - first.share) * last.share)
        return sign * DEATH_INFECTION_CORRELATION * float(np.sqrt(self._variance * other._variance))

    @property
    def _variance(self) -> float:
        return 1.0 / (self.people * self.share * (1 - self.share))
