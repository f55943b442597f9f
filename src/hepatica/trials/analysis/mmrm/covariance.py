"""Covariance of repeated measures with its derivatives by natural parameters, and the unstructured one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Covariance(ABC):
    """Covariance of the visits of a patient as a function of parameters.

    A structure names its parameters, gives a starting value from variances and a mean correlation, and its matrix with
    all derivatives.
    """

    @abstractmethod
    def names(self, visits: int) -> tuple[str, ...]:
        """Names of the parameters.

        Parameters
        ----------
        visits : int
            Number of visits.
        """

    @abstractmethod
    def start(self, variances: Array, correlation: float) -> Array:
        """Starting values, (parameter,).

        Parameters
        ----------
        variances : (visit,)
            Of the residuals of an unweighted fit.
        correlation : float
            Mean correlation of two visits.
        """

    @abstractmethod
    def matrix(self, parameters: Array, visits: int) -> Array:
        """Covariance, (visit, visit).

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """

    @abstractmethod
    def derivatives(self, parameters: Array, visits: int) -> tuple[Array, Array]:
        """First (parameter, visit, visit) and second (parameter, parameter, visit, visit) derivatives.

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """


@dataclass(frozen=True)
class Unstructured(Covariance):
    """A variance for each visit and a covariance for each pair."""

    def names(self, visits: int) -> tuple[str, ...]:
        """Names of the parameters.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return tuple(f"covariance[{i + 1},{j + 1}]" for i in range(visits) for j in range(i + 1))

    def start(self, variances: Array, correlation: float) -> Array:
        """Starting values, (parameter,).

        Parameters
        ----------
        variances : (visit,)
            Of the residuals of an unweighted fit.
        correlation : float
            Mean correlation of two visits.
        """
        n, sd = variances.size, np.sqrt(variances)
        matrix = np.outer(sd, sd) * (correlation + (1 - correlation) * np.eye(n))
        return np.asarray(matrix[np.tril_indices(n)])

    def matrix(self, parameters: Array, visits: int) -> Array:
        """Covariance, (visit, visit).

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """
        matrix = np.zeros((visits, visits))
        matrix[np.tril_indices(visits)] = parameters
        return matrix + np.tril(matrix, -1).T

    def derivatives(self, parameters: Array, visits: int) -> tuple[Array, Array]:
        """First (parameter, visit, visit) and second (parameter, parameter, visit, visit) derivatives.

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """
        n = parameters.size
        first = np.stack([self.matrix(row, visits) for row in np.eye(n)])
        return first, np.zeros((n, n, visits, visits))
