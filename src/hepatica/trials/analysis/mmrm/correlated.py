"""Covariance structures of a correlation by distance: compound symmetry, AR(1), Toeplitz."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.mmrm.covariance import Covariance

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Correlated(Covariance):
    """Covariance of standard deviations times a correlation that depends on the distance of two visits.

    Where variances are equal and the covariances may be any, these are the parameters, in which the matrix is linear.

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
        value, first, second = self.correlation(parameters[k:], visits)
        distance = _distances(visits)
        return sd, value[distance], first[:, distance], second[:, :, distance]

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


@dataclass(frozen=True)
class CompoundSymmetry(Correlated):
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
class Autoregressive(Correlated):
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
class Toeplitz(Correlated):
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
