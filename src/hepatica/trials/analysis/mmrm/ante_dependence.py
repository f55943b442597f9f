"""First-order ante-dependence: correlations of neighbouring visits, each with a value of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.mmrm.covariance import Correlated

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AnteDependence(Correlated):
    """Product of the correlations of the steps between two visits (Gabriel 1962, Ann Math Stat 33:201)."""

    def correlations(self, visits: int) -> int:
        """Number of parameters of the correlation, one for each step.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return visits - 1

    def correlation_matrix(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation matrix with its first and second derivatives.

        Parameters
        ----------
        parameters : (visits - 1,)
            Correlation of each visit with the next.
        visits : int
            Number of visits.
        """
        step, at = np.arange(visits - 1), np.arange(visits)
        low, high = np.minimum.outer(at, at), np.maximum.outer(at, at)
        inside = (low[..., None] <= step) & (step < high[..., None])  # (visit, visit, step): steps between two visits
        factors = np.where(inside, parameters, 1.0)

        def product(without: NDArray[np.bool_]) -> Array:
            """Product over the steps but those left out, 0 where one of these is not between the visits."""
            return np.asarray(np.where(without, 1.0, factors).prod(axis=-1) * inside[..., without].all(axis=-1))

        one = np.eye(visits - 1, dtype=bool)
        second = np.zeros((visits - 1, visits - 1, visits, visits))
        for i in range(visits - 1):
            for j in range(i):
                second[i, j] = second[j, i] = product(one[i] | one[j])
        first = np.array([product(row) for row in one]).reshape(visits - 1, visits, visits)
        return factors.prod(axis=-1), first, second
