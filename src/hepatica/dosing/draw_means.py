"""Means of parameter draws for several arms at once, the noise of few patients per draw shrunk away jointly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.variance_components import variance_ratio

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RANK = 1e-9  # eigenvalues of the within-draw covariance below this share of the largest are none


@dataclass(frozen=True)
class DrawMeans:
    """Population means of each draw.

    Attributes
    ----------
    draw : (draw,) int
        Draws that have patients.
    count : (draw,) int
        Patients of each.
    raw : (draw, arm)
        Means over the patients of a draw.
    shrunk : (draw, arm)
        The same with the scatter that parameter uncertainty alone has.
    """

    draw: Ints
    count: Ints
    raw: Floats
    shrunk: Floats


def shrink_draw_means(values: Floats, draw: Ints) -> DrawMeans:
    """Constrained empirical-Bayes means of draws (multivariate one-way random effects).

    With W the covariance within draws and B that between them, deviations of a draw's means from the centre are turned
    to the axes in which W is the unit matrix and B is diagonal, and each is multiplied by sqrt(b / (b + 1 / n)): their
    scatter is then B, not B + W / n. Arms keep their correlation, so that a largest of several is not made larger by
    noise. The variance b of each axis is that of `variance_components.variance_ratio`.

    Parameters
    ----------
    values : (arm, patient)
        Patients with a NaN in any arm are left out.
    draw : (patient,)
        Draw that each carries.

    Examples
    --------
    >>> means = shrink_draw_means(np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 3.0, 3.0]]), np.array([0, 0, 1, 1]))
    >>> means.raw.tolist(), means.shrunk.tolist()
    ([[0.0, 1.0], [0.0, 3.0]], [[0.0, 1.0], [0.0, 3.0]])

    References
    ----------
    Ghosh M, 1992, J Am Stat Assoc 87:533 (constrained Bayes estimation).
    """
    kept = np.isfinite(values).all(axis=0)
    values, (draws, where, count) = values[:, kept], np.unique(draw[kept], return_inverse=True, return_counts=True)
    raw = np.stack([np.bincount(where, row, minlength=len(draws)) for row in values], axis=1) / count[:, None]
    n, k = values.shape[1], len(draws)
    if k < 2 or n - k < 1:
        return DrawMeans(draws, count, raw, raw)
    residual = values.T - raw[where]
    within = residual.T @ residual / (n - k)
    few = min(1.0, len(values) / (n - k))  # too few degrees of freedom for correlations: towards the diagonal
    within = (1 - few) * within + few * np.diag(np.diag(within))
    size = (n - (count**2).sum() / n) / (k - 1)
    centre = raw.mean(axis=0)
    deviation = raw - centre
    spread, axes = np.linalg.eigh(within)
    axes = axes[:, spread > RANK * max(float(spread[-1]), 1e-300)]
    spread = spread[spread > RANK * max(float(spread[-1]), 1e-300)]
    if not len(spread):
        return DrawMeans(draws, count, raw, raw)
    whiten, colour = axes / np.sqrt(spread), axes * np.sqrt(spread)
    y = deviation @ whiten
    between = (y * count[:, None]).T @ (y - y.mean(axis=0)) / (k - 1)
    ratio, turn = np.linalg.eigh((between + between.T) / 2)
    excess = (variance_ratio(np.maximum(ratio, 0.0), k) - 1) / size
    factor = np.sqrt(excess / (excess + 1 / count[:, None]))
    exact = deviation - (y @ colour.T)  # directions in which the patients of a draw do not differ
    return DrawMeans(draws, count, raw, centre + exact + ((y @ turn) * factor) @ turn.T @ colour.T)
