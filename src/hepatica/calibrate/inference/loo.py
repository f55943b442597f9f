"""Leaving a publication out by importance sampling: Pareto-smoothed weights (Vehtari, Gelman & Gabry 2017)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Floats = NDArray[np.float64]
MAX_PARETO_K = 0.7  # shape of the tail of the weights below which they can be trusted


def pareto_smoothed_weights(log_ratios: Floats) -> tuple[Floats, float]:
    """Importance weights that sum to 1, their tail smoothed, and the Pareto k of that tail; 0 where it is flat.

    Examples
    --------
    >>> w, k = pareto_smoothed_weights(np.zeros(100))
    >>> bool(np.allclose(w, 0.01)), k
    (True, 0.0)
    """
    from arviz_stats.base.array import array_stats

    try:
        log_weights, shape = array_stats.psislw(-log_ratios)
    except ValueError:  # all values of the tail are the same
        return np.asarray(softmax(log_ratios)), 0.0
    return np.exp(log_weights), float(shape)


def resample_systematically(weights: Floats, u: float) -> NDArray[np.int64]:
    """Rows, as many as there are weights, in proportion to these, from one uniform number."""
    n = len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), (u + np.arange(n)) / n), n - 1)
