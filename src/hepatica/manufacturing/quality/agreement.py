"""Agreement of two methods: bias and limits of agreement with their intervals (Bland and Altman 1986, Lancet 1:307).

Intervals of the limits: approximate, with variance 3 s^2 / n (1986), and exact by the non-central t distribution
(Carkeet 2015, Optom Vis Sci 92:e71).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive, probability
from hepatica.manufacturing.quality.tolerance import one_sided_factor

NORMAL_MULTIPLIER = 1.96
"""Standard deviations that hold 95 % of a normal distribution, as the field rounds it."""


class Agreement(NamedTuple):
    """Limits of agreement of two methods.

    Attributes
    ----------
    n : int
    bias, sd : float
        Of the differences, first less second (of their logarithms if asked).
    limits : tuple of float
        bias +- multiplier sd.
    se_bias, se_limit : float
    bias_interval, lower_interval, upper_interval : tuple of float
        Approximate confidence intervals of the bias and of each limit.
    exact_lower_interval, exact_upper_interval : tuple of float
        By the non-central t distribution.
    trend : tuple of float
        Slope of the difference on the mean of both methods, its standard error, and the p-value.
    is_ratio : bool
        Differences of logarithms: all but `trend` are ratios, except `sd` and the standard errors.
    """

    n: int
    bias: float
    sd: float
    limits: tuple[float, float]
    se_bias: float
    se_limit: float
    bias_interval: tuple[float, float]
    lower_interval: tuple[float, float]
    upper_interval: tuple[float, float]
    exact_lower_interval: tuple[float, float]
    exact_upper_interval: tuple[float, float]
    trend: tuple[float, float, float]
    is_ratio: bool


def agree(
    first: ArrayLike,
    second: ArrayLike,
    *,
    multiplier: float = NORMAL_MULTIPLIER,
    confidence: float = 0.95,
    log: bool = False,
) -> Agreement:
    """Bland-Altman analysis of pairs.

    Parameters
    ----------
    first, second : array_like, (n,)
        One value of each method on the same lots; at least three.
    multiplier : float
        Of the standard deviation; the paper of 1986 rounds 1.96 to 2.
    confidence : float
        Of the intervals.
    log : bool
        Analyse logarithms and report ratios.

    Raises
    ------
    InputError
        If the numbers differ, or a value has no logarithm.

    Examples
    --------
    >>> found = agree([494, 395, 516, 434], [512, 430, 520, 428])
    >>> round(found.bias, 2)
    -12.75
    """
    x, y = finite(first, "first method", least=3), finite(second, "second method", least=3)
    if x.size != y.size:
        raise InputError("pairs", (x.size, y.size), "as many values of each method")
    if log:
        if min(x.min(), y.min()) <= 0.0:
            raise InputError("values", float(min(x.min(), y.min())), "positive values, whose logarithm exists")
        x, y = np.log(x), np.log(y)
    d, n = x - y, x.size
    bias, sd = float(d.mean()), positive(float(d.std(ddof=1)), "standard deviation of the differences")
    k = positive(multiplier, "multiplier")
    crit = float(student.ppf(0.5 + 0.5 * probability(confidence, "confidence"), n - 1))
    se_bias, se_limit = sd / np.sqrt(n), sd * np.sqrt(3.0 / n)
    low, high = bias - k * sd, bias + k * sd
    near, far = _exact(n, k, confidence)

    def made(*ends: float) -> tuple[float, float]:
        first_end, second_end = np.exp(ends) if log else ends
        return float(first_end), float(second_end)

    return Agreement(
        n=n,
        bias=float(np.exp(bias)) if log else bias,
        sd=sd,
        limits=made(low, high),
        se_bias=float(se_bias),
        se_limit=float(se_limit),
        bias_interval=made(bias - crit * se_bias, bias + crit * se_bias),
        lower_interval=made(low - crit * se_limit, low + crit * se_limit),
        upper_interval=made(high - crit * se_limit, high + crit * se_limit),
        exact_lower_interval=made(bias - far * sd, bias - near * sd),
        exact_upper_interval=made(bias + near * sd, bias + far * sd),
        trend=_trend(d, 0.5 * (x + y)),
        is_ratio=log,
    )


def _exact(n: int, k: float, confidence: float) -> tuple[float, float]:
    """Factors of the sample SD between which the population limit mean + k sigma lies."""
    content, tail = float(ndtr(k)), 0.5 * (1.0 - confidence)
    return one_sided_factor(n, content, tail), one_sided_factor(n, content, 1.0 - tail)


def _trend(d: Floats, level: Floats) -> tuple[float, float, float]:
    centred = level - level.mean()
    room = float(centred @ centred)
    if room <= 0.0:
        return float("nan"), float("nan"), float("nan")
    slope = float(centred @ d) / room
    left = d - d.mean() - slope * centred
    se = float(np.sqrt(left @ left / (d.size - 2) / room))
    return slope, se, float(2.0 * student.sf(abs(slope) / se, d.size - 2)) if se > 0.0 else 0.0
