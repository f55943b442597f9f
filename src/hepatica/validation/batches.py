"""Monte Carlo error of scores by batches of the draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BATCHES = 10  # of draws, for Monte Carlo errors


class Scored(Protocol):
    """Prediction that is scored: of a number, or of a statement."""

    @property
    def median(self) -> float:
        """Predictive median of the number."""

    def quantiles(self) -> Floats:
        """Quantiles of the number at `QUANTILES`."""

    def crps(self, observed: float) -> float:
        """Continuous ranked probability score."""

    def log_score(self, observed: float) -> float:
        """Logarithmic score."""

    def batches(self, observed: float) -> Floats:
        """Scores of batches of the components, (2, batches)."""

    def monte_carlo_errors(self, observed: float) -> tuple[float, float]:
        """Monte Carlo standard errors of both scores."""


def batch_scores(size: int, part: Callable[[slice], Scored], observed: float) -> Floats:
    """CRPS and logarithmic score of `BATCHES` batches of `size` components, (2, batches); NaN of a single one."""
    batches = min(BATCHES, size)
    if batches < 2:
        return np.full((2, 1), np.nan)
    parts = [part(slice(k, None, batches)) for k in range(batches)]
    return np.array([[p.crps(observed) for p in parts], [p.log_score(observed) for p in parts]])


def batch_errors(batches: Floats) -> tuple[float, float]:
    """Standard errors of the means of both scores over batches; NaN of a single one.

    Examples
    --------
    >>> batch_errors(np.array([[1.0, 3.0], [0.0, 0.0]]))
    (1.0, 0.0)
    """
    if batches.shape[1] < 2:
        return float("nan"), float("nan")
    errors = batches.std(axis=1, ddof=1) / np.sqrt(batches.shape[1])
    return float(errors[0]), float(errors[1])
