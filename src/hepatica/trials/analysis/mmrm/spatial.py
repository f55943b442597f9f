"""Spatial covariance: correlation that falls with the distance of two measurements in time or space.

Measurements need not be at common times: each row has coordinates of its own, and all points that occur are the visits.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.mmrm.covariance import Correlated

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spatial(Correlated):
    """Correlation by the distance of two points over a range, the one parameter beside the variance.

    Attributes
    ----------
    coordinates : tuple of str
        Variables of the data: the time of the measurement, or several.
    points : tuple of tuple of float
        Points that occur, filled in by the fit.
    """

    coordinates: tuple[str, ...] = ()
    points: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a structure without coordinates, and a variance for each point."""
        if not self.coordinates or isinstance(self.coordinates, str) or self.heterogeneous:
            raise InputError("coordinates", self.coordinates, "one variable or more, and one variance for all points")

    def located(self, points: ArrayLike) -> Spatial:
        """This structure at points (point, coordinate)."""
        return replace(self, points=tuple(map(tuple, np.asarray(points, float).tolist())))

    def names(self, visits: int) -> tuple[str, ...]:
        """Names of the parameters.

        Parameters
        ----------
        visits : int
            Number of points.
        """
        return ("variance", "range")

    def start(self, variances: Array, correlation: float) -> Array:
        """Starting values, (parameter,).

        Parameters
        ----------
        variances : (visit,)
            Of the residuals of an unweighted fit.
        correlation : float
            Mean correlation of two measurements; not used, a tenth of the extent of the points is.
        """
        at = np.asarray(self.points)
        return np.array([variances.mean(), 0.1 * max(float(np.linalg.norm(np.ptp(at, axis=0))), 1e-6)])

    def correlation_matrix(self, parameters: Array, visits: int) -> tuple[Array, Array, Array]:
        """Correlation matrix with its first and second derivatives.

        Parameters
        ----------
        parameters : (1,)
            Range.
        visits : int
            Number of points.
        """
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            value, first, second = self.decay(self._distances, float(parameters[0]))
        return value, first[None], second[None, None]

    def is_covariance(self, parameters: Array, visits: int) -> bool:
        """Positive variance and range; points of different patients may be as close as they like.

        Parameters
        ----------
        parameters : (variance, range)
            Both.
        visits : int
            Number of points.
        """
        return bool(np.isfinite(parameters).all() and (parameters > 0).all())

    @cached_property
    def _distances(self) -> Array:
        """Distance of each pair of points, (point, point)."""
        at = np.asarray(self.points)
        return np.asarray(np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=-1)))

    @abstractmethod
    def decay(self, distance: Array, reach: float) -> tuple[Array, Array, Array]:
        """Correlation at distances, with its first and second derivative by the range.

        Parameters
        ----------
        distance : (...)
            Of two points.
        reach : float
            Range, positive where the correlation is one.
        """


@dataclass(frozen=True)
class SpatialExponential(Spatial):
    """Exponential decay exp(-d / range)."""

    def decay(self, distance: Array, reach: float) -> tuple[Array, Array, Array]:
        """Correlation at distances, with its derivatives.

        Parameters
        ----------
        distance : (...)
            Of two points.
        reach : float
            Range.
        """
        value = np.exp(-distance / reach)
        scaled = distance / reach
        return value, value * scaled / reach, value * (scaled**2 - 2 * scaled) / reach**2


@dataclass(frozen=True)
class SpatialGaussian(Spatial):
    """Gaussian decay exp(-(d / range)^2)."""

    def decay(self, distance: Array, reach: float) -> tuple[Array, Array, Array]:
        """Correlation at distances, with its derivatives.

        Parameters
        ----------
        distance : (...)
            Of two points.
        reach : float
            Range.
        """
        square = (distance / reach) ** 2
        value = np.exp(-square)
        return value, value * 2 * square / reach, value * (4 * square**2 - 6 * square) / reach**2
