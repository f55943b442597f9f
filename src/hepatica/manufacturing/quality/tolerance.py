"""Tolerance intervals: limits that hold a stated share of lots with a stated confidence.

Normal: exact factors, one-sided by the non-central t distribution (Owen 1968, Technometrics 10:445) and two-sided by
integration over the sample mean (Wald and Wolfowitz 1946, Ann Math Stat 17:208, in exact form); Howe's approximation
(1969, J Am Stat Assoc 64:610) stands beside them, never in their place. `distribution_free` assumes no normal law.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import chi2, ncx2, norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import finite, probability

Side = Literal["two", "lower", "upper"]
SIDES: tuple[Side, ...] = ("two", "lower", "upper")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
LARGEST_SAMPLE = 1_000_000
LEAST_FACTOR, LARGEST_FACTOR = 1e-15, 1e15


def _chi_grid(df: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of s = sqrt(chi2_df / df) and their probabilities, for integrals over the sample standard deviation."""
    low, high = np.sqrt(chi2.ppf(1e-17, df) / df), np.sqrt(chi2.isf(1e-17, df) / df)
    s = 0.5 * (high - low) * _NODES + 0.5 * (high + low)
    return s, 0.5 * (high - low) * _WEIGHTS * chi2.pdf(s * s * df, df) * 2.0 * s * df


def one_sided_factor(n: float, content: float, confidence: float, *, df: float | None = None) -> float:
    """Exact one-sided normal tolerance factor.

    k solves P(T <= k sqrt(n)) = confidence, T non-central t with `df` degrees of freedom and non-centrality
    z_content sqrt(n); the probability is integrated over the sample standard deviation.

    Parameters
    ----------
    n : float
        Observations behind the mean (effective number where they are correlated).
    content : float
        Share of the population to be held.
    confidence : float
        Confidence level.
    df : float, optional
        Degrees of freedom of the standard deviation; ``n - 1`` unless given.

    Raises
    ------
    InputError
        If a share is not inside (0, 1), or there are fewer than two observations.

    Examples
    --------
    >>> round(one_sided_factor(10, 0.95, 0.95), 6)
    2.910963
    """
    f = _check(n, content, confidence, df)
    s, weight = _chi_grid(f)
    z = ndtri(content)

    def miss(k: float) -> float:
        return float(weight @ norm.cdf(np.sqrt(n) * (k * s - z))) - confidence

    return _root(miss)


def two_sided_factor(n: float, content: float, confidence: float, *, df: float | None = None) -> float:
    """Exact two-sided normal tolerance factor, mean +- k s.

    k solves 2 integral over x > 0 of P(chi2_f > f r(x)^2 / k^2) phi(x sqrt n) sqrt n dx = confidence, where
    Phi(x + r) - Phi(x - r) = content.

    Parameters
    ----------
    n, content, confidence, df
        As `one_sided_factor`.

    Raises
    ------
    InputError
        As `one_sided_factor`.

    Examples
    --------
    >>> round(two_sided_factor(10, 0.95, 0.95), 4)
    3.3934
    """
    f = _check(n, content, confidence, df)
    x = 0.5 * (_NODES + 1.0) * 9.0 / np.sqrt(n)
    weight = 4.5 * _WEIGHTS * norm.pdf(x * np.sqrt(n)) * 2.0
    radius2 = ncx2.ppf(content, 1.0, x * x)

    def miss(k: float) -> float:
        return float(weight @ chi2.sf(f * radius2 / (k * k), f)) - confidence

    return _root(miss, positive=True)


def howe_factor(n: float, content: float, confidence: float, *, df: float | None = None) -> float:
    """Howe's approximate two-sided factor; above or below the exact one, which `two_sided_factor` gives.

    Examples
    --------
    >>> round(howe_factor(43, 0.90, 0.99), 7)
    2.2173159
    """
    f = _check(n, content, confidence, df)
    return float(ndtri(0.5 + 0.5 * content) * np.sqrt(f * (1.0 + 1.0 / n) / chi2.ppf(1.0 - confidence, f)))


def natrella_factor(n: float, content: float, confidence: float) -> float:
    """Approximate one-sided factor of the NIST handbook (Natrella 1963); `one_sided_factor` is exact.

    Raises
    ------
    InputError
        Where the approximation has no value: too few observations for this confidence.

    Examples
    --------
    >>> round(natrella_factor(43, 0.90, 0.99), 7)
    1.8751896
    """
    _check(n, content, confidence, None)
    z_p, z_g = ndtri(content), ndtri(confidence)
    a, b = 1.0 - z_g**2 / (2.0 * (n - 1.0)), z_p**2 - z_g**2 / n
    if a <= 0.0 or z_p**2 < a * b:
        raise InputError("observations", n, "more of them, or the exact factor")
    return float((z_p + np.sqrt(z_p**2 - a * b)) / a)


def _check(n: float, content: float, confidence: float, df: float | None) -> float:
    probability(content, "content")
    probability(confidence, "confidence")
    f = n - 1.0 if df is None else df
    if not (1.0 < n <= LARGEST_SAMPLE and 0.0 < f <= LARGEST_SAMPLE):
        raise InputError("observations", n, f"from 2 to {LARGEST_SAMPLE:,}")
    return float(f)


def _root(miss: Callable[[float], float], *, positive: bool = False) -> float:
    """Factor at which a rising function is 0: of either sign, or above 0 where both signs mean the same interval."""
    low, high = 1.0 if positive else -1.0, 1.0
    while miss(low) > 0.0 and LEAST_FACTOR < abs(low) < LARGEST_FACTOR:
        low *= 0.25 if positive else 4.0
    while miss(high) < 0.0 and high < LARGEST_FACTOR:
        high *= 4.0
    if miss(low) > 0.0 or miss(high) < 0.0:
        raise InputError(
            "content, confidence", "shares that no factor tells from 0 or 1", "shares further from 0 and 1"
        )
    return float(brentq(miss, low, high, xtol=1e-12, rtol=1e-13))


class ToleranceInterval(NamedTuple):
    """Tolerance interval of one attribute.

    Attributes
    ----------
    lower, upper : float
        Infinite on the side that is not asked.
    content, confidence : float
        As asked.
    achieved : float
        Confidence that is reached: as asked for the normal interval, at least that for the distribution-free one.
    factor : float
        k of mean +- k s; NaN where the interval is distribution-free.
    method : {"normal", "lognormal", "distribution-free"}
    n : int
    """

    lower: float
    upper: float
    content: float
    confidence: float
    achieved: float
    factor: float
    method: Literal["normal", "lognormal", "distribution-free"]
    n: int


def normal_interval(
    values: ArrayLike,
    content: float = 0.95,
    confidence: float = 0.95,
    *,
    side: Side = "two",
    log: bool = False,
) -> ToleranceInterval:
    """Exact normal tolerance interval, on the logarithm if asked.

    Parameters
    ----------
    values : array_like, (n,)
        One attribute, one value a lot.
    content, confidence : float
        Share of the population to be held. Confidence level.
    side : {"two", "lower", "upper"}
        One side, or two.
    log : bool
        The logarithm is normal; all values must be positive.

    Raises
    ------
    InputError
        If there are fewer than two values, or one of them has no logarithm.

    Examples
    --------
    >>> found = normal_interval([97, 97, 96, 98, 98, 98, 97, 89], 0.9, 0.95, side="lower")
    >>> round(found.lower, 1)
    88.5
    """
    x = finite(values, "values", least=2)
    if log and (x <= 0.0).any():
        raise InputError("values", float(x.min()), "positive values, whose logarithm exists")
    x = np.log(x) if log else x
    make = two_sided_factor if check_side(side) == "two" else one_sided_factor
    k = make(x.size, content, confidence)
    mean, sd = float(x.mean()), float(x.std(ddof=1))
    low = mean - k * sd if side != "upper" else -np.inf
    high = mean + k * sd if side != "lower" else np.inf
    if log:
        low, high = float(np.exp(low)), float(np.exp(high))
    kind: Literal["normal", "lognormal"] = "lognormal" if log else "normal"
    return ToleranceInterval(low, high, content, confidence, confidence, k, kind, x.size)


def check_side(side: str) -> Side:
    """Side that an interval can have; otherwise an InputError."""
    if side not in SIDES:
        raise InputError("side", side, f"one of {', '.join(SIDES)}")
    return side
