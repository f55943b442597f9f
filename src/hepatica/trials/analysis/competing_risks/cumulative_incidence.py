"""Cumulative incidence of competing events (Aalen-Johansen) with its variance and interval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.outcomes.event_history import aalen_johansen, checked_history, kaplan_meier, numbers_at_risk

Array = NDArray[np.float64]


class Variance(StrEnum):
    """Variance of the increments at tied events: of a binomial (Greenwood), or hypergeometric (Aalen, Gray)."""

    GREENWOOD = "greenwood"
    AALEN = "aalen"


@dataclass(frozen=True, kw_only=True)
class CumulativeIncidence:
    """Cumulative incidence of one cause.

    Attributes
    ----------
    cause : int
    times : (time,)
        Distinct times, from 0.
    incidence, std_error : (time,)
        From each time on.
    """

    cause: int
    times: Array
    incidence: Array
    std_error: Array

    def at(self, times: ArrayLike) -> Array:
        """Incidence and standard error at given times, (2, time); NaN beyond the last time.

        Parameters
        ----------
        times : (time,)
            In the unit of the times.
        """
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        index = np.searchsorted(self.times, when, side="right") - 1
        values = np.stack([self.incidence[index], self.std_error[index]])
        values[:, (when > self.times[-1]) | (when < 0)] = np.nan
        return values

    def interval(self, confidence: float = 0.95) -> Array:
        """Pointwise interval on the scale log(-log(1 - incidence)), (2, time).

        Parameters
        ----------
        confidence : float
            Coverage, two-sided.
        """
        z, left = norm.ppf(0.5 + confidence / 2), 1.0 - self.incidence
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = z * self.std_error / np.abs(left * np.log(left))
            low, high = 1 - left ** np.exp(-reach), 1 - left ** np.exp(reach)
        flat = (self.incidence <= 0) | (self.incidence >= 1)
        return np.stack([np.where(flat, self.incidence, low), np.where(flat, self.incidence, high)])


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, of: int, variance: Variance = Variance.AALEN
) -> CumulativeIncidence:
    """Cumulative incidence of one cause among competing ones, with its variance by the delta method.

    Parameters
    ----------
    time : (patient,)
        Of the event or of censoring.
    cause : (patient,) int
        0 censored, otherwise the cause of the event.
    of : int
        The cause wanted, not 0.
    variance : Variance
        Of the increments at tied events; without ties both agree but for n - 1 in place of n.

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    InputError
        If the shapes differ, a time is negative or NaN, or the cause is 0.

    References
    ----------
    Aalen1978, Gray1988, Marubini1995

    Examples
    --------
    >>> found = cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 0], of=1)
    >>> found.incidence.tolist(), found.std_error.round(3).tolist()
    ([0.0, 0.25, 0.25, 0.5, 0.5], [0.0, 0.25, 0.25, 0.325, 0.325])
    """
    if of == 0:
        raise InputError("of", of, "a cause of events; 0 means censored")
    time, causes = checked_history(time, cause)
    times, incidence = aalen_johansen(time, causes, of=of)
    survival = kaplan_meier(time, causes != 0).survival
    where = np.searchsorted(times, time)
    own = np.bincount(where, weights=causes == of, minlength=times.size).astype(np.float64)
    other = np.bincount(where, weights=(causes != 0) & (causes != of), minlength=times.size).astype(np.float64)
    n = numbers_at_risk(time, times).astype(float)
    spread = _variance(survival, incidence, (n, own, other), variance)
    return CumulativeIncidence(cause=of, times=times, incidence=incidence, std_error=np.sqrt(np.maximum(spread, 0.0)))


def _variance(survival: Array, incidence: Array, counts: tuple[Array, Array, Array], kind: Variance) -> Array:
    """Variance of the incidence F at each time t, by the delta method over earlier times u.

    F(t) moves by S(u-) - D with the hazard of the cause at u and by -D with that of the others, where
    D = (F(t) - F(u)) / (1 - dA(u)); sums of powers of F(u) give all t at once.
    """
    n, own, other = counts
    loss = n if kind is Variance.GREENWOOD else np.maximum(n - 1.0, 1.0)
    before = np.concatenate(([1.0], survival[:-1]))
    left = np.where(own + other < n, 1.0 - (own + other) / n, 1.0)
    of_own, of_other = own * (n - own) / (n**2 * loss), other * (n - other) / (n**2 * loss)
    both = own * other / (n**2 * loss) if kind is Variance.GREENWOOD else np.zeros_like(n)
    square, cross = (of_own + of_other - 2 * both) / left**2, before * (of_own - both) / left
    squares = np.cumsum(before**2 * of_own)
    ahead = (
        incidence**2 * np.cumsum(square)
        - 2 * incidence * np.cumsum(square * incidence)
        + np.cumsum(square * incidence**2)
    )
    return np.asarray(squares - 2 * (incidence * np.cumsum(cross) - np.cumsum(cross * incidence)) + ahead)
