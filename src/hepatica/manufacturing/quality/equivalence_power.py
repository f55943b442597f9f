"""Power of two one-sided tests, exact, and what few lots can show."""

from __future__ import annotations

import bisect

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi2
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import positive, probability

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(120)
MAX_LOTS = 2_000


def power(se: float, df: float, bounds: tuple[float, float], *, difference: float = 0.0, alpha: float = 0.05) -> float:
    """Exact power of two one-sided tests, by integration over the sample standard deviation.

    Parameters
    ----------
    se : float
        True standard error of the difference.
    df : float
        Degrees of freedom of the standard error.
    bounds : tuple of float
        Lower and upper margin.
    difference : float
        True one.
    alpha : float
        Significance level of each one-sided test.

    Examples
    --------
    >>> round(power(0.2, 18.0, (-1.0, 1.0)), 3)
    0.998
    """
    low, high = bounds
    crit = float(student.isf(alpha, df))
    largest = (high - low) / (2.0 * crit * se)  # a larger sample standard error leaves no room in the margin
    top = min(largest, float(np.sqrt(chi2.isf(1e-16, df) / df)))
    s, weight = 0.5 * top * (_NODES + 1.0), 0.5 * top * _WEIGHTS
    weight = weight * chi2.pdf(s * s * df, df) * 2.0 * s * df
    inside = ndtr((high - difference) / se - crit * s) - ndtr((low - difference) / se + crit * s)
    return float(np.clip(weight @ np.maximum(inside, 0.0), 0.0, 1.0))


def fewest_lots(
    sd: float,
    margin: float,
    *,
    difference: float = 0.0,
    power_asked: float = 0.8,
    alpha: float = 0.05,
    paired: bool = False,
) -> int:
    """Fewest lots before and as many after a change, or fewest pairs, for a power; equal variances.

    Parameters
    ----------
    sd : float
        Of lots; of pairs the standard deviation of their differences.
    margin : float
        Half-width, about no difference.
    difference : float
        True one.
    power_asked, alpha : float
        Power, and significance level of each one-sided test.
    paired : bool
        True for pairs.

    Raises
    ------
    InputError
        If the difference lies outside the margin, or more than `MAX_LOTS` were needed.

    Examples
    --------
    >>> fewest_lots(0.2, 0.3)
    9
    """
    probability(power_asked, "power")
    positive(sd, "standard deviation")
    if not abs(difference) < positive(margin, "margin"):
        raise InputError("difference", difference, "less than the margin, or no number of lots shows equivalence")

    def reached(n: int) -> bool:
        se, df = (sd / np.sqrt(n), n - 1.0) if paired else (sd * np.sqrt(2.0 / n), 2.0 * n - 2.0)
        return power(float(se), df, (-margin, margin), difference=difference, alpha=alpha) >= power_asked

    if reached(MAX_LOTS):  # power rises with the number of lots
        return 2 + bisect.bisect_left(range(2, MAX_LOTS), True, key=reached)
    raise InputError("margin", margin, f"a margin that {MAX_LOTS:,} lots can show")


def narrowest_margin(se: float, df: float, *, power_asked: float = 0.8, alpha: float = 0.05) -> float:
    """Half-width of the margin that so precise a comparison shows with a power, if nothing has changed.

    Examples
    --------
    >>> round(narrowest_margin(0.1, 4.0), 3)
    0.358
    """
    probability(power_asked, "power")
    error = positive(se, "standard error")
    positive(df, "degrees of freedom")
    return float(brentq(lambda m: power(error, df, (-m, m), alpha=alpha) - power_asked, 1e-9 * error, 1e6 * error))
