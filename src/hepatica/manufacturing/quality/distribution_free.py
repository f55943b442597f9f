"""Distribution-free tolerance intervals between order statistics (Wilks 1941, Ann Math Stat 12:91)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import finite, probability, whole
from hepatica.manufacturing.quality.tolerance import LARGEST_SAMPLE, Side, ToleranceInterval, check_side


def free_confidence(n: int, content: float, *, dropped: int = 0, side: Side = "two") -> float:
    """Confidence of the interval between order statistics.

    The share between the r-th lowest and the s-th highest is beta distributed, whatever the distribution; confidence is
    P(Binomial(n, content) <= n - m), where m = r + s (two sides) or r (one side).

    Parameters
    ----------
    n : int
        Observations.
    content : float
        Share of the population to be held.
    dropped : int
        Observations left out of the interval beyond the extremes, over both sides.
    side : {"two", "lower", "upper"}
        One side, or two.

    Examples
    --------
    >>> round(free_confidence(93, 0.95), 4), round(free_confidence(59, 0.95, side="lower"), 4)
    (0.95, 0.9515)
    """
    m = (2 if check_side(side) == "two" else 1) + dropped
    return float(binom.cdf(n - m, n, content)) if n >= m else 0.0


def free_sample_size(content: float, confidence: float, *, side: Side = "two", dropped: int = 0) -> int:
    """Fewest observations of a distribution-free tolerance interval between the extremes.

    Raises
    ------
    InputError
        If more than `LARGEST_SAMPLE` were needed.

    Examples
    --------
    >>> free_sample_size(0.95, 0.95), free_sample_size(0.95, 0.95, side="lower"), free_sample_size(0.9, 0.95)
    (93, 59, 46)
    """
    probability(content, "content")
    probability(confidence, "confidence")
    low, high = whole(dropped, "dropped", least=0), 1
    while free_confidence(high, content, dropped=dropped, side=side) < confidence:
        low, high = high, 2 * high
        if high > LARGEST_SAMPLE:
            raise InputError("content", content, f"a share that {LARGEST_SAMPLE:,} observations can show")
    while high - low > 1:
        middle = (low + high) // 2
        if free_confidence(middle, content, dropped=dropped, side=side) < confidence:
            low = middle
        else:
            high = middle
    return high


def free_interval(
    values: ArrayLike, content: float = 0.95, confidence: float = 0.95, *, side: Side = "two"
) -> ToleranceInterval:
    """Distribution-free tolerance interval between order statistics, as narrow as the confidence allows.

    Of two sides, the same number of observations is left out at each, and one more below if their number is odd.

    Raises
    ------
    InputError
        If the extremes themselves do not reach the confidence; the message says how many observations would.

    Examples
    --------
    >>> free_interval(range(100), 0.95, 0.95).lower
    0.0
    """
    x = np.sort(finite(values, "values", least=2))
    probability(confidence, "confidence")
    if free_confidence(x.size, content, side=side) < confidence:
        need = free_sample_size(content, confidence, side=side)
        raise InputError(
            "values", f"{x.size} observations", f"at least {need}, or a normal interval, or less confidence"
        )
    out = 0
    while free_confidence(x.size, content, dropped=out + 1, side=side) >= confidence:
        out += 1
    below = (out + 1) // 2 if side == "two" else out
    above = out // 2 if side == "two" else out
    low = float(x[below]) if side != "upper" else -np.inf
    high = float(x[x.size - 1 - above]) if side != "lower" else np.inf
    reached = free_confidence(x.size, content, dropped=out, side=side)
    return ToleranceInterval(low, high, content, confidence, reached, float("nan"), "distribution-free", x.size)
