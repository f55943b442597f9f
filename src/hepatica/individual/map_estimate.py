"""Maximum a posteriori (empirical Bayes) estimate of one person's random effects, with censored measurements.

The objective is minus twice the log posterior without constants, with the residual variance at the individual
prediction (interaction), as Sheiner & Beal 1982 (J Pharm Sci 71:1344) have it for the posthoc step of NONMEM:

    O(eta) = sum_j [log v_j + (y_j - f_j)^2 / v_j] + eta' Omega^-1 eta,    v_j = v(f_j)

A measurement beyond a limit enters by the probability of being there, -2 log Phi((limit - f)/sqrt v) below it and
-2 log Phi((f - limit)/sqrt v) above (method M3 of Beal 2001, J Pharmacokinet Pharmacodyn 28:481).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from hepatica.errors import InputError
from hepatica.laboratory_units import Bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Predict = Callable[[Floats], Floats]
STEP = 1e-5
"""Step of central differences, in random effects of size one."""
MAX_NEWTON = 30
_SIGNS = {Bound.EXACT: 0, Bound.BELOW: -1, Bound.ABOVE: 1}


class ResidualError(ABC):
    """Variance of a measurement about its individual prediction, and its derivative by the prediction."""

    @abstractmethod
    def variance(self, prediction: Floats) -> Floats:
        """Variance, (m,)."""

    @abstractmethod
    def slope(self, prediction: Floats) -> Floats:
        """Derivative of the variance by the prediction, (m,)."""


@dataclass(frozen=True, kw_only=True)
class CombinedError(ResidualError):
    """Variance ``additive + proportional f^2``; either alone where the other is 0.

    Attributes
    ----------
    additive, proportional : float
        Variances.

    Examples
    --------
    >>> CombinedError(proportional=0.05).variance(np.array([10.0])).tolist()
    [5.0]
    """

    additive: float = 0.0
    proportional: float = 0.0

    def variance(self, prediction: Floats) -> Floats:
        """Variance, (m,)."""
        return np.asarray(self.additive + self.proportional * prediction**2)

    def slope(self, prediction: Floats) -> Floats:
        """Derivative of the variance by the prediction, (m,)."""
        return np.asarray(2 * self.proportional * prediction)


@dataclass(frozen=True, kw_only=True)
class MapEstimate:
    """Maximum a posteriori estimate.

    Attributes
    ----------
    eta : (p,)
        Random effects.
    prediction : (m,)
        Individual prediction of each measurement.
    objective : float
        Minus twice the log posterior at `eta`, without constants.
    laplace : float
        Individual contribution to the conditional objective with interaction (FOCE-I): `objective` plus
        ``log |Omega| + log |H|``, H the expected Hessian of half the objective.
    covariance : (p, p)
        H^-1, the conditional variance of the random effects (ETC of NONMEM).
    minima : int
        Number of distinct minima to which the starts led; more than one asks for caution.
    """

    eta: Floats
    prediction: Floats
    objective: float
    laplace: float
    covariance: Floats
    minima: int


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Objective of one person with its gradient."""

    predict: Predict
    values: Floats
    signs: Ints
    precision: Floats
    error: ResidualError

    def jacobian(self, eta: Floats) -> Floats:
        """Derivative of the prediction, (m, p), by central differences."""
        steps = STEP * np.eye(len(eta))
        columns = [(self.predict(eta + step) - self.predict(eta - step)) / (2 * STEP) for step in steps]
        return np.stack(columns, axis=1) if columns else np.empty((len(self.values), 0))

    def terms(self, prediction: Floats) -> tuple[Floats, Floats]:
        """Each measurement's term of the objective, and its derivative by the prediction, both (m,)."""
        v, dv = self.error.variance(prediction), self.error.slope(prediction)
        residual = self.values - prediction
        term = np.log(v) + residual**2 / v
        slope = dv / v - 2 * residual / v - residual**2 * dv / v**2
        outside = self.signs != 0
        if outside.any():
            z = self.signs * -residual / np.sqrt(v)
            dz = self.signs * (1 / np.sqrt(v) + 0.5 * residual * dv / v**1.5)
            log_p = log_ndtr(z)
            density = np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_p)
            term = np.where(outside, -2 * log_p, term)
            slope = np.where(outside, -2 * density * dz, slope)
        return term, slope

    def objective(self, eta: Floats) -> float:
        """Minus twice the log posterior."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            term, _ = self.terms(self.predict(eta))
            total = float(term.sum() + eta @ self.precision @ eta)
        return total if np.isfinite(total) else np.inf

    def gradient(self, eta: Floats) -> Floats:
        """Derivative of the objective, (p,)."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            _, slope = self.terms(self.predict(eta))
            result = self.jacobian(eta).T @ slope + 2 * self.precision @ eta
        return np.asarray(np.where(np.isfinite(result), result, 0.0))

    def hessian(self, eta: Floats) -> Floats:
        """Second derivative of the objective, (p, p), by central differences of the gradient."""
        step = 1e-4
        rows = [
            (self.gradient(eta + step * unit) - self.gradient(eta - step * unit)) / (2 * step)
            for unit in np.eye(len(eta))
        ]
        result = np.array(rows).reshape(len(eta), len(eta))
        return np.asarray((result + result.T) / 2)

    def expected_hessian(self, eta: Floats) -> Floats:
        """Hessian of half the objective, (p, p): expected data term, or the observed one where data are censored."""
        if (self.signs != 0).any():
            return np.asarray(self.hessian(eta) / 2)
        prediction, slope = self.predict(eta), self.jacobian(eta)
        v, dv = self.error.variance(prediction), self.error.slope(prediction)
        weight = 1 / v + 0.5 * (dv / v) ** 2
        return np.asarray(self.precision + slope.T @ (weight[:, None] * slope))


def map_estimate(
    predict: Predict,
    values: ArrayLike,
    omega: ArrayLike,
    error: ResidualError,
    *,
    bounds: Sequence[Bound] | None = None,
    starts: ArrayLike | None = None,
) -> MapEstimate:
    """Maximum a posteriori estimate of one person's random effects.

    Parameters
    ----------
    predict : callable
        From random effects, (p,), to the prediction of each measurement, (m,).
    values : (m,) array_like
        Measurements; the limit where `bounds` says that the true value lies beyond. May be empty.
    omega : (p, p) array_like
        Covariance of the random effects, or (p,) variances.
    error : ResidualError
        Residual error.
    bounds : sequence of Bound, optional
        Of each measurement; all exact unless given.
    starts : (s, p) array_like, optional
        Where the search begins; 0 and one SD to either side of each effect unless given.

    Returns
    -------
    MapEstimate
        The lowest minimum.

    Raises
    ------
    InputError
        If shapes differ, a value is not finite, `omega` is no covariance, or no start has a finite objective.

    Examples
    --------
    The mean of a normal with variance 1 measured twice at 2, with a normal prior of variance 1, is 4/3.

    >>> result = map_estimate(lambda eta: np.repeat(eta, 2), [2.0, 2.0], [1.0], CombinedError(additive=1.0))
    >>> round(float(result.eta[0]), 6), round(float(result.covariance[0, 0]), 6)
    (1.333333, 0.333333)
    """
    problem, covariance = _checked(predict, values, omega, error, bounds)
    p = len(covariance)
    sd = np.sqrt(np.diag(covariance))
    usual = np.concatenate([np.zeros((1, p)), np.diag(sd), -np.diag(sd)])
    begin = usual if starts is None else np.atleast_2d(np.asarray(starts, float))
    result = [_search(problem, start) for start in begin if np.isfinite(problem.objective(start))]
    if not result:
        raise InputError("starts", len(begin), "at least one at which prediction and variance are finite and positive")
    best = _polish(problem, min(result, key=problem.objective))
    expected = problem.expected_hessian(best)
    objective = problem.objective(best)
    return MapEstimate(
        eta=best,
        prediction=problem.predict(best),
        objective=objective,
        laplace=objective + float(np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(expected)[1]),
        covariance=np.asarray(np.linalg.inv(expected), float),
        minima=_distinct([best, *result], sd),
    )


def _checked(
    predict: Predict, values: ArrayLike, omega: ArrayLike, error: ResidualError, bounds: Sequence[Bound] | None
) -> tuple[_Problem, Floats]:
    """Problem with every shape verified, and the covariance (p, p)."""
    y, cov = np.asarray(values, float), np.asarray(omega, float)
    cov = np.diag(cov) if cov.ndim == 1 else cov
    if y.ndim != 1 or not np.isfinite(y).all():
        raise InputError("values", y.shape, "finite numbers in one dimension")
    if cov.ndim != 2 or cov.shape[0] != cov.shape[1] or not np.allclose(cov, cov.T):
        raise InputError("omega", cov.shape, "a symmetric matrix, or variances")
    if not np.isfinite(cov).all() or np.linalg.eigvalsh(cov).min(initial=np.inf) <= 0:
        raise InputError("omega", cov.shape, "a covariance that is positive definite")
    sides = [Bound.EXACT] * len(y) if bounds is None else list(bounds)
    if len(sides) != len(y):
        raise InputError("bounds", len(sides), f"one for each of the {len(y)} values")
    shape = np.shape(predict(np.zeros(len(cov))))
    if shape != y.shape:
        raise InputError("predict", shape, f"a prediction of each of the {len(y)} values")
    signs = np.array([_SIGNS[side] for side in sides], int)
    return _Problem(predict=predict, values=y, signs=signs, precision=np.linalg.inv(cov), error=error), cov


def _search(problem: _Problem, start: Floats) -> Floats:
    """Minimum by BFGS."""
    result: Any = minimize(problem.objective, start, jac=problem.gradient, method="BFGS", options={"gtol": 1e-5})
    return np.asarray(result.x, float)


def _polish(problem: _Problem, eta: Floats) -> Floats:
    """Minimum by Newton's method until the step is below 1e-12."""
    for _ in range(MAX_NEWTON):
        curvature = problem.hessian(eta)
        if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).min(initial=np.inf) <= 0:
            break
        step = np.linalg.solve(curvature, problem.gradient(eta))
        if problem.objective(eta - step) > problem.objective(eta) + 1e-9:
            break
        eta = eta - step
        if np.abs(step).max(initial=0.0) < 1e-12:
            break
    return eta


def _distinct(minima: Sequence[Floats], sd: Floats) -> int:
    """Number of minima that differ by more than a hundredth of an SD in any effect."""
    kept: list[Floats] = []
    for eta in minima:
        if all(np.abs((eta - other) / sd).max(initial=0.0) > 0.01 for other in kept):
            kept.append(eta)
    return len(kept)
