"""T test and interval of a linear combination of the coefficients of a linear model."""

from __future__ import annotations

from typing import NamedTuple

from scipy.stats import t as t_distribution


class Contrast(NamedTuple):
    """Estimate of a linear combination of coefficients with its t test and interval."""

    estimate: float
    std_error: float
    df: float
    t: float
    p: float
    lower: float
    upper: float


class FTest(NamedTuple):
    """F test of several contrasts: statistic, degrees of freedom and p value."""

    f: float
    numerator: int
    denominator: float
    p: float


def t_test(estimate: float, std_error: float, df: float, *, null: float = 0.0, confidence: float = 0.95) -> Contrast:
    """Two-sided t test and interval of an estimate.

    Parameters
    ----------
    estimate, std_error, df : float
        Of the linear combination.
    null : float
        Value under the hypothesis.
    confidence : float
        Coverage of the interval, two-sided.

    Examples
    --------
    >>> found = t_test(2.0, 1.0, 10.0)
    >>> round(found.p, 4), round(found.lower, 3), round(found.upper, 3)
    (0.0734, -0.228, 4.228)
    """
    t = (estimate - null) / std_error
    reach = float(t_distribution.ppf(0.5 + confidence / 2, df)) * std_error
    return Contrast(
        estimate, std_error, df, t, float(2 * t_distribution.sf(abs(t), df)), estimate - reach, estimate + reach
    )
