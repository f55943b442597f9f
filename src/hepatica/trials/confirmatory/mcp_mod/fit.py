"""Least-squares fit of dose-response models.

e0 and e1 are linear given the nonlinear parameters, which are sought from a grid within their bounds and then all
together. With normal residuals the fit, its standard errors and its likelihood depend on patients through the arms'
means, numbers and pooled variance alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod.contrasts import checked_doses
from hepatica.trials.confirmatory.mcp_mod.models import (
    BetaMod,
    DoseResponse,
    Emax,
    Exponential,
    Linear,
    LinLog,
    Logistic,
    Quadratic,
    SigEmax,
)

Floats = NDArray[np.float64]
Maker = Callable[[float, Floats], DoseResponse]


@dataclass(frozen=True)
class _Family:
    """Nonlinear parameters of a model: how it is made of them, and their bounds in units of the largest dose."""

    make: Maker
    low: tuple[float, ...]
    high: tuple[float, ...]
    in_doses: tuple[bool, ...]

    def bounds(self, max_dose: float) -> tuple[Floats, Floats]:
        scale = np.where(self.in_doses, max_dose, 1.0)
        return np.array(self.low) * scale, np.array(self.high) * scale


# bounds in the manner of Bornkamp, Pinheiro and Bretz 2009
FAMILIES: dict[type[DoseResponse], _Family] = {
    Emax: _Family(lambda m, x: Emax(float(x[0])), (0.001,), (1.5,), (True,)),
    SigEmax: _Family(lambda m, x: SigEmax(float(x[0]), float(x[1])), (0.001, 0.5), (1.5, 10.0), (True, False)),
    Logistic: _Family(lambda m, x: Logistic(float(x[0]), float(x[1])), (0.001, 0.01), (1.5, 0.5), (True, True)),
    Exponential: _Family(lambda m, x: Exponential(float(x[0])), (0.1,), (2.0,), (True,)),
}


def _beta(scale: float) -> _Family:
    def make(max_dose: float, x: Floats) -> DoseResponse:
        return BetaMod(float(x[0]), float(x[1]), scale)

    return _Family(make, (0.05, 0.05), (4.0, 4.0), (False, False))


FITTED: tuple[type[DoseResponse], ...] = (Linear, LinLog, Quadratic, *FAMILIES, BetaMod)
"""Models that can be fitted."""


@dataclass(frozen=True)
class GroupData:
    """Arms' sufficient statistics.

    Attributes
    ----------
    doses, means, patients : (arms,)
    within : float
        Sum of squares within the arms.
    """

    doses: Floats
    means: Floats
    patients: Floats
    within: float

    @classmethod
    def of_groups(cls, doses: ArrayLike, means: ArrayLike, patients: ArrayLike, sd: float) -> GroupData:
        """From means (arms,), patients (arms,) and the standard deviation pooled within the arms."""
        d = checked_doses(doses)
        n = np.broadcast_to(np.asarray(patients, float), d.shape).copy()
        if np.shape(means) != d.shape or not (n > 0).all() or sd < 0:
            raise InputError("means", np.shape(means), f"give {len(d)} means, patients above 0 in each arm, and an sd")
        return cls(d, np.asarray(means, float), n, float(sd**2 * (n.sum() - len(d))))

    @classmethod
    def of_data(cls, dose: ArrayLike, response: ArrayLike) -> GroupData:
        """From patients' doses (n,) and responses (n,)."""
        d, y = np.asarray(dose, float), np.asarray(response, float)
        if d.shape != y.shape or d.ndim != 1 or not (np.isfinite(d).all() and np.isfinite(y).all()):
            raise InputError("response", y.shape, f"give one finite response for each of {d.shape} doses")
        levels, arm, n = np.unique(d, return_inverse=True, return_counts=True)
        means = np.bincount(arm, y) / n
        return cls(checked_doses(levels), means, n.astype(float), float(((y - means[arm]) ** 2).sum()))


@dataclass(frozen=True)
class FittedModel:
    """Fitted dose response e0 + e1 f(dose).

    Attributes
    ----------
    shape : DoseResponse
        With the fitted nonlinear parameters.
    coefficients : (p,)
        e0, e1 and the nonlinear parameters; of a quadratic e0 and the coefficients of dose and dose squared.
    standard_errors : (p,)
        NaN where a parameter lies on its bound, or is not determined.
    residual_sd : float
    log_likelihood, aic, bic : float
        The residual variance counts as a parameter.
    max_dose : float
    at_bound : bool
        True if a nonlinear parameter lies on its bound.
    """

    shape: DoseResponse
    coefficients: Floats
    standard_errors: Floats
    residual_sd: float
    log_likelihood: float
    aic: float
    bic: float
    max_dose: float
    at_bound: bool

    def predict(self, dose: ArrayLike) -> Floats:
        """Mean response (...) at doses (...)."""
        d = np.asarray(dose, float)
        if isinstance(self.shape, Quadratic):
            return np.asarray(self.coefficients[0] + self.coefficients[1] * d + self.coefficients[2] * d**2)
        return np.asarray(self.coefficients[0] + self.coefficients[1] * self.shape.shape(d))


def _linear(columns: Floats, data: GroupData) -> tuple[Floats, float]:
    """Coefficients, and the sum of squares between means and fit."""
    root = np.sqrt(data.patients)
    coefficients = np.linalg.lstsq(columns * root[:, None], data.means * root, rcond=None)[0]
    return np.asarray(coefficients, float), float((data.patients * (data.means - columns @ coefficients) ** 2).sum())


def _columns(shape: DoseResponse, doses: Floats) -> Floats:
    return np.stack([np.ones(len(doses)), shape.shape(doses)], axis=1)


def _start(family: _Family, data: GroupData) -> Floats:
    """Best nonlinear parameters of a grid, logarithmic where the bounds span decades."""
    low, high = family.bounds(data.doses[-1])
    axes = [np.geomspace(a, b, 60 if len(low) == 1 else 25) for a, b in zip(low, high, strict=True)]
    grid = [np.array(x) for x in product(*axes)]
    misfit = [_linear(_columns(family.make(data.doses[-1], x), data.doses), data)[1] for x in grid]
    return grid[int(np.argmin(misfit))]


def fit_model(
    kind: type[DoseResponse], data: GroupData, *, offset: float | None = None, scale: float | None = None
) -> FittedModel:
    """Fit a dose-response model by least squares.

    Parameters
    ----------
    kind : type of DoseResponse
        One of `FITTED`.
    data : GroupData
        Arms' estimates.
    offset : float, or None
        Of LinLog; None: a hundredth of the largest dose.
    scale : float, or None
        Of BetaMod; None: 1.2 times the largest dose.

    Returns
    -------
    FittedModel

    Raises
    ------
    InputError
        If there are fewer doses than parameters, or the model has no fit.

    Examples
    --------
    >>> data = GroupData.of_groups([0, 1, 2], [1.0, 2.0, 3.0], 10, 1.0)
    >>> fit_model(Linear, data).coefficients.round(6).tolist()
    [1.0, 1.0]
    """
    d, max_dose = data.doses, float(data.doses[-1])
    if kind not in FITTED:
        raise InputError("model", kind.__name__, f"give one of {[k.__name__ for k in FITTED]}")
    if kind is Quadratic:
        columns = np.stack([np.ones(len(d)), d, d**2], axis=1)
        _enough(3, data)
        coefficients, between = _linear(columns, data)
        delta = coefficients[2] / coefficients[1] if coefficients[1] != 0 else np.inf
        return _fitted(Quadratic(float(delta)), coefficients, columns, between, data, False)
    if kind in (Linear, LinLog):
        _enough(2, data)
        shape: DoseResponse = Linear() if kind is Linear else LinLog(0.01 * max_dose if offset is None else offset)
        coefficients, between = _linear(_columns(shape, d), data)
        return _fitted(shape, coefficients, _columns(shape, d), between, data, False)
    if scale is not None and scale <= max_dose:
        raise InputError("scale", scale, f"it must exceed the largest dose, {max_dose:g}")
    family = _beta(1.2 * max_dose if scale is None else scale) if kind is BetaMod else FAMILIES[kind]
    _enough(2 + len(family.low), data)
    return _nonlinear(family, data)


def _nonlinear(family: _Family, data: GroupData) -> FittedModel:
    d, max_dose, root = data.doses, float(data.doses[-1]), np.sqrt(data.patients)
    low, high = family.bounds(max_dose)
    start = np.clip(_start(family, data), low * (1 + 1e-9), high * (1 - 1e-9))

    def residuals(x: Floats) -> Floats:  # the linear parameters are at their best for x (variable projection)
        columns = _columns(family.make(max_dose, x), d)
        return np.asarray(root * (data.means - columns @ _linear(columns, data)[0]))

    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "max_nfev": 2000}
    x = least_squares(residuals, start, jac="3-point", bounds=(low, high), x_scale=np.maximum(start, 1e-6), **tight).x
    at_bound = bool((np.minimum(x - low, high - x) < 1e-6 * (high - low)).any())
    shape = family.make(max_dose, x)
    coefficients, between = _linear(_columns(shape, d), data)
    step = 1e-6 * np.maximum(np.abs(x), 1e-8)
    slopes = [
        coefficients[1]
        * (family.make(max_dose, x + s).shape(d) - family.make(max_dose, x - s).shape(d))
        / (2 * s.sum())
        for s in np.diag(step)
    ]
    jacobian = np.column_stack([_columns(shape, d), *slopes])
    return _fitted(shape, np.concatenate([coefficients, x]), jacobian, between, data, at_bound)


def _enough(parameters: int, data: GroupData) -> None:
    if len(data.doses) < parameters or data.patients.sum() <= parameters:
        raise InputError(
            "doses",
            data.doses.tolist(),
            f"the model has {parameters} parameters; give as many doses, and more patients",
        )


def _fitted(
    shape: DoseResponse, coefficients: Floats, jacobian: Floats, between: float, data: GroupData, at_bound: bool
) -> FittedModel:
    n, p, rss = float(data.patients.sum()), len(coefficients), between + data.within
    sigma = np.sqrt(rss / (n - p))
    information = jacobian.T @ (jacobian * data.patients[:, None])
    errors = np.full(p, np.nan)
    if not at_bound and np.linalg.cond(information) < 1e14:
        errors = sigma * np.sqrt(np.diag(np.linalg.inv(information)))
    likelihood = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1) if rss > 0 else np.inf
    return FittedModel(
        shape=shape,
        coefficients=coefficients,
        standard_errors=errors,
        residual_sd=float(sigma),
        log_likelihood=float(likelihood),
        aic=float(-2 * likelihood + 2 * (p + 1)),
        bic=float(-2 * likelihood + np.log(n) * (p + 1)),
        max_dose=float(data.doses[-1]),
        at_bound=at_bound,
    )
