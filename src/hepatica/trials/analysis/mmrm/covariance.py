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

    def is_covariance(self, parameters: Array, visits: int) -> bool:
        """Positive definiteness of the matrix of these parameters.

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """
        v = self.matrix(parameters, visits)
        return bool(np.all(np.isfinite(v)) and np.linalg.eigvalsh(v)[0] > 1e-10 * np.abs(v).max())


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


@dataclass(frozen=True)
class Correlated(Covariance):
    """Covariance of standard deviations times a correlation of parameters of its own.

    Attributes
    ----------
    heterogeneous : bool
        A variance for each visit.
    """

    heterogeneous: bool = False

    def correlations(self, visits: int) -> int:
        """Number of parameters of the correlation, one unless a structure has more.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        return 1

    @abstractmethod
    def correlation_matrix(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation matrix with its first and second derivatives.

        Parameters
        ----------
        parameters : (k,)
            Of the correlation.
        visits : int
            Number of visits.

        Returns
        -------
        value : (visit, visit)
        first : (k, visit, visit)
        second : (k, k, visit, visit)
        """

    def _linear(self, visits: int) -> Array | None:
        """Derivatives of the matrix, (parameter, visit, visit), where it is linear in the parameters."""
        return None

    def _variances(self, visits: int) -> int:
        return visits if self.heterogeneous else 1

    def names(self, visits: int) -> tuple[str, ...]:
        """Names of the parameters.

        Parameters
        ----------
        visits : int
            Number of visits.
        """
        k, m = self._variances(visits), self.correlations(visits)
        if self._linear(visits) is not None:
            return ("variance", *(("covariance",) if m == 1 else tuple(f"covariance[{i + 1}]" for i in range(m))))
        spreads = tuple(f"variance[{i + 1}]" for i in range(k)) if self.heterogeneous else ("variance",)
        return spreads + (("correlation",) if m == 1 else tuple(f"correlation[{i + 1}]" for i in range(m)))

    def start(self, variances: Array, correlation: float) -> Array:
        """Starting values, (parameter,).

        Parameters
        ----------
        variances : (visit,)
            Of the residuals of an unweighted fit.
        correlation : float
            Mean correlation of two visits.
        """
        if self._linear(variances.size) is not None:
            return np.asarray(
                variances.mean() * np.append(1.0, np.full(self.correlations(variances.size), correlation))
            )
        spreads = variances if self.heterogeneous else np.array([variances.mean()])
        return np.concatenate([spreads, np.full(self.correlations(variances.size), correlation)])

    def _parts(self, parameters: Array, visits: int) -> tuple[Array, Array, Array, Array]:
        """Standard deviations by visit; correlation matrix with its derivatives."""
        k = self._variances(visits)
        with np.errstate(invalid="ignore"):
            sd = np.sqrt(np.broadcast_to(parameters[:k], visits) if k == 1 else parameters[:k])
        return (sd, *self.correlation_matrix(parameters[k:], visits))

    def matrix(self, parameters: Array, visits: int) -> Array:
        """Covariance, (visit, visit).

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """
        linear = self._linear(visits)
        if linear is not None:
            return np.asarray(np.tensordot(parameters, linear, 1))
        sd, value, _, _ = self._parts(parameters, visits)
        return np.asarray(np.outer(sd, sd) * value)

    def derivatives(self, parameters: Array, visits: int) -> tuple[Array, Array]:
        """First (parameter, visit, visit) and second (parameter, parameter, visit, visit) derivatives.

        Parameters
        ----------
        parameters : (parameter,)
            In the order of the names.
        visits : int
            Number of visits.
        """
        k, n = self._variances(visits), parameters.size
        linear = self._linear(visits)
        if linear is not None:
            return linear, np.zeros((n, n, visits, visits))
        sd, value, first, second = self._parts(parameters, visits)
        outer = np.outer(sd, sd)
        of_outer, of_outer2 = np.zeros((k, visits, visits)), np.zeros((k, k, visits, visits))
        if k == 1:
            of_outer[0] = 1.0
        else:
            one = np.eye(visits) / (2 * sd)  # derivative of each standard deviation by its variance
            of_outer = one[:, :, None] * sd[None, None, :] + sd[None, :, None] * one[:, None, :]
            of_outer2 = one[:, None, :, None] * one[None, :, None, :] + one[None, :, :, None] * one[:, None, None, :]
            for i in range(visits):
                two = np.zeros(visits)
                two[i] = -0.25 / sd[i] ** 3
                of_outer2[i, i] += np.outer(two, sd) + np.outer(sd, two)
        matrix, whole2 = np.zeros((n, visits, visits)), np.zeros((n, n, visits, visits))
        matrix[:k], matrix[k:] = of_outer * value, outer * first
        whole2[:k, :k], whole2[k:, k:] = of_outer2 * value, outer * second
        cross = of_outer[:, None] * first[None]
        whole2[:k, k:], whole2[k:, :k] = cross, cross.transpose(1, 0, 2, 3)
        return matrix, whole2
