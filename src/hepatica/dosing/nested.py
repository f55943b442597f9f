"""Spread between patients and ignorance, taken apart: patients are nested in draws from the priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """A mean with its two kinds of spread.

    Attributes
    ----------
    mean : float
    between : float
        SD between patients who share a draw.
    ignorance : float
        SD of the population mean over draws, the noise of few patients per draw removed.
    low, high : float
        5 and 95 % points of the population mean under ignorance.
    above_zero : float
        Share of that distribution above zero.
    """

    mean: float
    between: float
    ignorance: float
    low: float
    high: float
    above_zero: float


def split(values: Floats, draw: NDArray[np.int64], *, level: float = 0.9) -> Split:
    """Nested estimator (one-way random effects, Searle's unbalanced moments).

    The means of draws scatter by ignorance and by having few patients each. Their scatter is shrunk to the
    part that is ignorance, keeping their shape, before its percentiles are taken.

    Parameters
    ----------
    values : (n,)
        One value a patient; NaN (failed) are left out.
    draw : (n,)
        Draw that each carries.

    Examples
    --------
    >>> split(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1])).between
    0.0
    """
    kept = np.isfinite(values)
    values, draw = values[kept], draw[kept]
    if len(values) == 0:
        return Split(*[float("nan")] * 6)
    _, where, count = np.unique(draw, return_inverse=True, return_counts=True)
    means = np.bincount(where, values) / count
    n, k = len(values), len(count)
    within = float(((values - means[where]) ** 2).sum() / max(n - k, 1))
    total = float((count * (means - values.mean()) ** 2).sum() / max(k - 1, 1))
    size = (n - (count**2).sum() / n) / max(k - 1, 1)
    ignorance = max(0.0, (total - within) / size) if k > 1 else 0.0
    centre = float(means.mean())
    seen = float(means.var(ddof=1)) if k > 1 else 0.0
    shrink = np.sqrt(ignorance / seen) if seen > 0 else 0.0
    shaped = centre + min(shrink, 1.0) * (means - centre)
    low, high = np.quantile(shaped, [(1 - level) / 2, (1 + level) / 2])
    # the centre itself is known only to its Monte Carlo error
    noise = 1.645 * np.sqrt(within / n)
    return Split(centre, float(np.sqrt(within)), float(np.sqrt(ignorance)), float(min(low, centre - noise)),
                 float(max(high, centre + noise)), float((shaped > 0).mean()))
