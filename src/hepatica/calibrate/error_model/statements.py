"""Likelihood of a statement on a number: the probability that it lies in a range, or the density of what it may be.

A direction says that a difference lies above or below 0, a bound of a p value that the size of its test statistic lies
beyond one; an exact p value without a direction has two numbers that it may mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp
from scipy.stats import norm

from hepatica.evidence.findings import Finding

Floats = NDArray[np.float64]
Convert = Callable[[float], float | None]
"""Converter of a printed number to the scale of a likelihood; None where that takes what is not printed."""
WIDTH_95 = 2 * float(norm.ppf(0.975))  # of a 95 % interval, in standard errors


@dataclass(frozen=True)
class Statement:
    """Ranges in one of which a number lies, or numbers of which it is one, on one scale.

    Attributes
    ----------
    ranges : tuple of (low, high)
        Without overlap; ends may be infinite.
    points : tuple of float
    """

    ranges: tuple[tuple[float, float], ...] = ()
    points: tuple[float, ...] = ()

    @classmethod
    def of_sign(cls, sign: int) -> Statement:
        """Statement that a number is positive (1) or negative (-1)."""
        return cls(ranges=((0.0, np.inf) if sign > 0 else (-np.inf, 0.0),))

    @classmethod
    def of_p_value(
        cls, error: float, *, exact: float | None, low: float | None, high: float | None, sign: int = 0
    ) -> Statement:
        """Statement of a two-sided p value of a difference with this standard error.

        Parameters
        ----------
        error : float
            Standard error of the difference.
        exact, low, high : float or None
            The p value, or its bounds.
        sign : int
            Of the difference; 0 where no direction is printed.

        Examples
        --------
        >>> made = Statement.of_p_value(2.0, exact=None, low=None, high=0.05)
        >>> [tuple(round(end, 2) for end in ends) for ends in made.ranges]
        [(3.92, inf), (-inf, -3.92)]
        """
        if exact is not None:
            size = error * float(norm.isf(exact / 2))
            return cls(points=(sign * size,) if sign else (size, -size))
        least = 0.0 if high is None else error * float(norm.isf(high / 2))
        most = np.inf if low is None else error * float(norm.isf(low / 2))
        sides = {1: ((least, most),), -1: ((-most, -least),), 0: ((least, most), (-most, -least))}
        return cls(ranges=sides[sign])

    def log_likelihood(self, mean: Floats, sd: Floats) -> Floats:
        """Log likelihood of normal numbers with these means and SDs.

        Examples
        --------
        >>> Statement.of_sign(1).log_likelihood(np.array([0.0, 2.0]), np.array([1.0, 1.0])).round(3).tolist()
        [-0.693, -0.023]
        """
        parts = [log_probability(low, high, mean, sd) for low, high in self.ranges]
        parts += [norm.logpdf(point, mean, sd) for point in self.points]
        return np.asarray(logsumexp(np.stack(parts), axis=0))


def log_probability(low: float, high: float, mean: Floats, sd: Floats) -> Floats:
    """Logarithm of the probability that a normal number lies between two ends, exact in either tail."""
    with np.errstate(invalid="ignore"):
        a, b = (low - mean) / sd, (high - mean) / sd
    a, b = np.where(a > 0, -b, a), np.where(a > 0, -a, b)  # the lower tail, where logarithms are known
    upper, lower = log_ndtr(b), log_ndtr(a)
    with np.errstate(divide="ignore"):
        return np.asarray(upper + np.log1p(-np.exp(np.minimum(lower - upper, 0.0))))


def stated(f: Finding, convert: Convert, sampling: float, flip: int) -> tuple[float, float, Statement | None]:
    """Value and error of a number, or a statement with its sampling error, on the scale of the contrast."""
    nothing = float("nan")
    if f.kind == "difference":
        assert f.value is not None  # as its kind needs
        value = convert(f.value)
        if value is None:
            return nothing, sampling, None
        error = sampling
        if f.low is not None and f.high is not None:
            low, high = convert(f.low), convert(f.high)
            error = sampling if low is None or high is None else abs(high - low) / WIDTH_95
        elif f.p is not None and value != 0:
            error = abs(value) / float(norm.isf(f.p / 2))
        return flip * value, error, None
    if f.kind == "sign":
        return nothing, sampling, Statement.of_sign(flip * f.sign)
    if f.kind == "p_value":
        sign = flip * f.sign
        return nothing, sampling, Statement.of_p_value(sampling, exact=f.p, low=f.p_low, high=f.p_high, sign=sign)
    ends = [edge if x is None else convert(x) for x, edge in ((f.low, -np.inf), (f.high, np.inf))]
    if ends[0] is None or ends[1] is None:
        return nothing, sampling, None
    low, high = sorted(flip * e for e in ends if e is not None)
    return nothing, sampling, Statement(ranges=((low, high),))
