"""Cross-fitted smooth regressions: every patient is predicted by a fit on the draws that the patient does not carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FOLDS = 5
PENALTY = 2.0
"""Ridge penalty on standardised basis functions."""
KNOTS = (-0.7, 0.7)
MOST = 3.0
"""Standardised values are held within this."""


def basis(values: Floats, centre: Floats, scale: Floats) -> Floats:
    """Smooth basis of columns: linear, square, and hinges at two knots, (n, 4 k) of (n, k).

    Parameters
    ----------
    values : (n, k)
        Columns.
    centre, scale : (k,)
        Of the training rows.
    """
    z = np.clip((values - centre) / scale, -MOST, MOST)
    return np.concatenate([z, z**2, *(np.maximum(z - knot, 0.0) for knot in KNOTS)], axis=1)


def folds(draw: Ints) -> Ints:
    """Fold of each patient, the same for all of a draw, (n,)."""
    _, where = np.unique(draw, return_inverse=True)
    return np.asarray(where % FOLDS)


def cross_predict(values: Floats, target: Floats, draw: Ints, weight: Floats | None = None) -> Floats:
    """Cross-fitted prediction of a target by columns, (n,).

    Parameters
    ----------
    values : (n, k)
        Columns.
    target : (n,)
        Values of the response.
    draw : (n,)
        Parameter draw of each patient: nobody is predicted by patients of the same draw.
    weight : (n,), optional
        Of each row.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 200)[:, None]
    >>> predicted = cross_predict(x, x[:, 0] ** 2, np.arange(200) % 20)
    >>> bool(np.abs(predicted - x[:, 0] ** 2).max() < 0.1)
    True
    """
    fold, predicted = folds(draw), np.empty(len(target))
    w = np.ones(len(target)) if weight is None else weight
    for f in range(FOLDS):
        rest, mine = fold != f, fold == f
        if not mine.any():
            continue
        predicted[mine] = fit_predict(values[rest], target[rest], values[mine], w[rest])
    return predicted


def fit_predict(values: Floats, target: Floats, new: Floats, weight: Floats) -> Floats:
    """Prediction at new rows by ridge regression on the basis of other rows, (m,)."""
    total = weight.sum()
    centre = weight @ values / total
    scale = np.sqrt(weight @ (values - centre) ** 2 / total) + 1e-9
    x, z = basis(values, centre, scale), basis(new, centre, scale)
    mean, middle = weight @ x / total, float(weight @ target / total)
    spread = np.sqrt(weight @ (x - mean) ** 2 / total) + 1e-9
    x, z = (x - mean) / spread, (z - mean) / spread
    gram = x.T @ (weight[:, None] * x) + PENALTY * np.eye(x.shape[1])
    return np.asarray(middle + z @ np.linalg.solve(gram, x.T @ (weight * (target - middle))))


def explained(target: Floats, predicted: Floats) -> float:
    """Share of the variance that predictions explain; negative where they are worse than the mean."""
    total = float(((target - target.mean()) ** 2).mean())
    return 0.0 if total < 1e-18 else 1.0 - float(((target - predicted) ** 2).mean()) / total
