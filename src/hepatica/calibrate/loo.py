"""Leaving a publication out of what was learnt, by weighing the draws anew (Vehtari, Gelman & Gabry 2017).

Pareto-smoothed importance sampling: the largest weights are replaced by quantiles of a generalised Pareto distribution
fitted to them (Zhang & Stephens 2009); its shape k says whether the answer can be trusted, below 0.7 it can.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Floats = NDArray[np.float64]
TRUSTED = 0.7


def smoothed(log_ratios: Floats) -> tuple[Floats, float]:
    """Weights that sum to 1, their tail smoothed, and the shape k of that tail.

    Examples
    --------
    >>> w, k = smoothed(np.zeros(100))
    >>> bool(np.allclose(w, 0.01)), k
    (True, 0.0)
    """
    x = log_ratios - log_ratios.max()
    n = len(x)
    tail = int(min(0.2 * n, 3 * np.sqrt(n)))
    order = np.argsort(x, kind="stable")
    cut = x[order[-tail - 1]] if tail >= 5 else 0.0
    over = np.exp(x[order[-tail:]]) - np.exp(cut)
    shape = 0.0
    if tail >= 5 and over[-1] - over[0] > 1e-12 and over[0] >= 0:
        shape, scale = fit(np.maximum(over, 1e-300))
        p = (np.arange(tail) + 0.5) / tail
        quantile = scale * (np.expm1(-shape * np.log1p(-p)) / shape if abs(shape) > 1e-12 else -np.log1p(-p))
        x = x.copy()
        x[order[-tail:]] = np.minimum(np.log(quantile + np.exp(cut)), 0.0)
    w = np.exp(x - x.max())
    return w / w.sum(), float(shape)


def fit(over: Floats) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution of exceedances, by the profile posterior of Zhang & Stephens.

    The shape is drawn a little towards 0.5, as few exceedances ask for.
    """
    x, n = np.sort(over), len(over)
    m = 30 + int(np.sqrt(n))
    theta = 1 / x[-1] + (1 - np.sqrt(m / (np.arange(1, m + 1) - 0.5))) / (3 * x[int(n / 4 + 0.5) - 1])
    k = np.log1p(-theta[:, None] * x).mean(axis=1)
    best = float((theta * softmax(n * (np.log(-theta / k) - k - 1))).sum())
    shape = float(np.log1p(-best * x).mean())
    return (shape * n + 0.5 * 10) / (n + 10), -shape / best


def resampled(weights: Floats, u: float) -> NDArray[np.int64]:
    """Rows, as many as there are, in proportion to their weights (systematic resampling)."""
    n = len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), (u + np.arange(n)) / n), n - 1)
