"""Covariance structures of a correlation by distance: compound symmetry, AR(1), Toeplitz."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.mmrm.covariance import Correlated

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Banded(Correlated):
    """Correlation that depends on the distance of two visits.

    Where variances are equal and the covariances may be any, these are the parameters, in which the matrix is linear.
    """

    @abstractmethod
    def correlation(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation at each distance 0, 1, ..., with its first and second derivatives.

        Parameters
        ----------
        parameters : (k,)
            Of the correlation.
        visits : int
            Number of visits.

        Returns
        -------
        value : (distance,)
        first : (k, distance)
        second : (k, k, distance)
        """

    def correlation_matrix(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation matrix with its first and second derivatives.

        Parameters
        ----------
        parameters : (k,)
            Of the correlation.
        visits : int
            Number of visits.
        """
        value, first, second = self.correlation(parameters, visits)
        distance = _distances(visits)
        return value[distance], first[:, distance], second[:, :, distance]

    def bands(self, visits: int) -> Array | None:
        """Distances that share a covariance, (parameter, distance) of 0 and 1; None if covariances are not free.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return None

    def _linear(self, visits: int) -> Array | None:
        """Derivatives of the matrix, (parameter, visit, visit), where it is linear."""
        bands = None if self.heterogeneous else self.bands(visits)
        return None if bands is None else np.asarray(bands[:, _distances(visits)])


@dataclass(frozen=True)
class CompoundSymmetry(Banded):
    """Exchangeable correlation: one value for any two visits."""

    def bands(self, visits: int) -> Array | None:
        """Distances that share a covariance, (parameter, distance).

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return np.stack([np.arange(visits) == 0, np.arange(visits) > 0]).astype(float)

    def correlation(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation at each distance, with its first and second derivatives.

        Parameters
        ----------
        parameters : (1,)
            Of the correlation.
        visits : int
            Number of visits.
        """
        apart = (np.arange(visits) > 0).astype(float)
        return np.where(apart > 0, parameters[0], 1.0), apart[None], np.zeros((1, 1, visits))


@dataclass(frozen=True)
class Autoregressive(Banded):
    """Correlation to the power of the distance in visits, AR(1)."""

    def correlation(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation at each distance, with its first and second derivatives.

        Parameters
        ----------
        parameters : (1,)
            Of the correlation.
        visits : int
            Number of visits.
        """
        d, r = np.arange(visits), parameters[0]
        first = d * r ** np.maximum(d - 1, 0)
        second = d * (d - 1) * r ** np.maximum(d - 2, 0)
        return r**d, first[None], second[None, None]


@dataclass(frozen=True)
class Toeplitz(Banded):
    """A correlation of its own for each distance in visits."""

    def bands(self, visits: int) -> Array | None:
        """Distances that share a covariance, (parameter, distance).

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return np.eye(visits)

    def correlations(self, visits: int) -> int:
        """Number of parameters of the correlation.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return visits - 1

    def correlation(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation at each distance, with its first and second derivatives.

        Parameters
        ----------
        parameters : (distance - 1,)
            Of the correlation.
        visits : int
            Number of visits.
        """
        k = visits - 1
        first = np.concatenate((np.zeros((k, 1)), np.eye(k)), axis=1)
        return np.concatenate(([1.0], parameters)), first, np.zeros((k, k, visits))


def _distances(visits: int) -> NDArray[np.intp]:
    """Distance of each pair of visits, (visit, visit)."""
    return np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
