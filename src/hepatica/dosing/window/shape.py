"""Smooth regression of an outcome over the dose, monotone or unimodal; many replicates at once.

First a smoother of second differences (Whittaker1923), then the least-squares projection to the shape, in the order
for which Mammen1991 shows that the error is that of the smoother, and between the doses a monotone cubic
(Fritsch1980). Nothing is given (gain 0) one step below the lowest dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from hepatica.errors import InputError

Floats = NDArray[np.float64]
PENALTIES = tuple(10.0 ** np.arange(-3.0, 2.01, 0.5))
FINE = 40  # points between two doses of the fine grid


class Shape(Enum):
    """Shape that a curve over the dose is held to."""

    MONOTONE = "monotone"  # never falls
    UNIMODAL = "unimodal"  # rises, then may fall


def isotonic(values: Floats, weights: Floats | None = None) -> Floats:
    """Least-squares regression that never falls along the last axis.

    f_i = max_{j<=i} min_{k>=i} mean(y_j ... y_k), the max-min formula (Barlow1972).

    Parameters
    ----------
    values : (..., n)
        Replicates of a curve.
    weights : (n,), optional
        Positive; equal unless given.

    Examples
    --------
    >>> isotonic(np.array([1.0, 3.0, 2.0, 4.0])).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    n = values.shape[-1]
    w = np.ones(n) if weights is None else weights
    none = np.zeros((*values.shape[:-1], 1))
    total = np.concatenate([none, np.cumsum(w * values, axis=-1)], axis=-1)
    weight = np.concatenate([[0.0], np.cumsum(w)])
    first, last = np.arange(n)[:, None], np.arange(n)[None, :]
    size = np.where(last >= first, weight[last + 1] - weight[first], 1.0)
    mean = np.where(last >= first, (total[..., last + 1] - total[..., first]) / size, np.inf)  # of y_first .. y_last
    least = np.minimum.accumulate(mean[..., ::-1], axis=-1)[..., ::-1]  # over last >= i
    least = np.where(last >= first, least, -np.inf)  # only first <= i
    return np.asarray(least.max(axis=-2))


def unimodal(values: Floats, weights: Floats | None = None) -> Floats:
    """Least-squares regression that rises and then may fall along the last axis; the mode of least error.

    Parameters
    ----------
    values : (..., n)
        Replicates of a curve.
    weights : (n,), optional
        Positive; equal unless given.

    Examples
    --------
    >>> unimodal(np.array([0.0, 2.0, 1.0, 3.0, 1.0, 0.0])).tolist()
    [0.0, 1.5, 1.5, 3.0, 1.0, 0.0]
    """
    n = values.shape[-1]
    w = np.ones(n) if weights is None else weights
    best, least = np.zeros_like(values), np.full(values.shape[:-1], np.inf)
    for mode in range(n, 0, -1):  # of equal errors the one that falls last
        up = isotonic(values[..., :mode], w[:mode])
        down = isotonic(values[..., : mode - 1 : -1], w[: mode - 1 : -1])[..., ::-1] if mode < n else values[..., :0]
        fitted = np.concatenate([up, down], axis=-1)
        error = (w * (fitted - values) ** 2).sum(axis=-1)
        better = error < least * (1 - 1e-12)
        best, least = np.where(better[..., None], fitted, best), np.where(better, error, least)
    return best


def smoother(n: int, penalty: float) -> Floats:
    """Matrix (n, n) that smooths n equally spaced values: (I + penalty D'D)^-1, D second differences."""
    if n < 3:
        return np.eye(n)
    d = np.diff(np.eye(n), 2, axis=0)
    return np.asarray(np.linalg.inv(np.eye(n) + penalty * d.T @ d))


def choose_penalty(values: Floats) -> float:
    """Penalty of least generalised cross-validation (Craven1979), for one curve (n,).

    Examples
    --------
    >>> choose_penalty(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])) >= 1.0
    True
    """
    n, scores = len(values), []
    for penalty in PENALTIES:
        matrix = smoother(n, penalty)
        left = float(((values - matrix @ values) ** 2).sum())
        scores.append(n * (left + 1e-12 * float((values**2).sum())) / (n - float(np.trace(matrix))) ** 2)
    return float(PENALTIES[int(np.argmin(scores))])


@dataclass(frozen=True)
class Curve:
    """Curves over the logarithm of the dose.

    Attributes
    ----------
    log_doses : (dose,)
        Decimal logarithms of the doses that were simulated, equally spaced.
    nodes : (..., dose)
        Fitted values at these.
    log_fine : (fine,)
        Fine grid from one step below the lowest dose, where nothing is given, to the highest.
    fine : (..., fine)
        Curve between the nodes.
    penalty : float
        Of the smoother.
    """

    log_doses: Floats
    nodes: Floats
    log_fine: Floats
    fine: Floats
    penalty: float


def fit_curve(log_doses: Floats, values: Floats, shape: Shape, *, penalty: float | None = None) -> Curve:
    """Smooth curves of a shape through values at doses, from 0 where nothing is given.

    Parameters
    ----------
    log_doses : (dose,)
        Decimal logarithms, equally spaced, ascending.
    values : (..., dose)
        Differences from standard care; finite.
    shape : Shape
        Monotone or unimodal.
    penalty : float, optional
        Of the smoother; chosen by cross-validation from the mean of all curves unless given.

    Examples
    --------
    >>> curve = fit_curve(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0, 1.5]), Shape.UNIMODAL, penalty=0.0)
    >>> curve.nodes.tolist(), float(curve.fine[0])
    ([1.0, 2.0, 1.5], 0.0)
    """
    steps = np.diff(log_doses)
    if len(log_doses) < 3 or not np.allclose(steps, steps[0], rtol=1e-6) or steps[0] <= 0:
        raise InputError(
            "doses", (10.0**log_doses).tolist(), "at least three doses, each the same factor above the last"
        )
    if penalty is None:
        penalty = choose_penalty(values.reshape(-1, values.shape[-1]).mean(axis=0))
    smooth = values @ smoother(values.shape[-1], penalty).T
    fitted = unimodal(smooth) if shape is Shape.UNIMODAL else np.maximum(isotonic(smooth), 0.0)
    x = np.concatenate([[log_doses[0] - steps[0]], log_doses])
    y = np.concatenate([np.zeros((*values.shape[:-1], 1)), fitted], axis=-1)
    log_fine = np.linspace(x[0], x[-1], FINE * (len(x) - 1) + 1)
    return Curve(log_doses, fitted, log_fine, np.asarray(PchipInterpolator(x, y, axis=-1)(log_fine)), penalty)
