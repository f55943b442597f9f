"""Means of parameter draws for several arms at once, the noise of few patients per draw shrunk away jointly."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    scatter : (draw, arm, arm)
        Sums of squares and products of the patients of a draw about its mean.
    shrunk : (draw, arm)
        The means with the scatter that parameter uncertainty alone has.
    """

    draw: Ints
    count: Ints
    raw: Floats
    scatter: Floats
    shrunk: Floats

    @classmethod
    def exact(cls, values: Floats) -> DrawMeans:
        """Means that are known without the noise of few patients, (draw, arm).

        Examples
        --------
        >>> DrawMeans.exact(np.array([[0.0, 1.0], [0.0, 3.0]])).shrunk.tolist()
        [[0.0, 1.0], [0.0, 3.0]]
        """
        k, arms = values.shape
        return cls(np.arange(k), np.ones(k, np.int64), values, np.zeros((k, arms, arms)), values)

    def resampled(self, times: Ints) -> DrawMeans:
        """Means as they are shrunk in a bootstrap sample of draws, each with its patients.

        Variances between and within draws are estimated anew in the sample, so that replicates differ by all that a
        new sample of draws and patients changes: centre, scatter and shape. Draws that are not in the sample are
        placed as those that are.

        Parameters
        ----------
        times : (draw,) int
            Each draw's number of times in the sample.
        """
        return replace(self, shrunk=_shrink(self.raw, self.count, self.scatter, np.asarray(times, float)))


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
    residual = values.T - raw[where]
    scatter = np.zeros((len(draws), len(values), len(values)))
    np.add.at(scatter, where, residual[:, :, None] * residual[:, None, :])
    return DrawMeans(draws, count, raw, scatter, _shrink(raw, count, scatter, np.ones(len(draws))))


def _shrink(raw: Floats, count: Ints, scatter: Floats, times: Floats) -> Floats:
    """Shrunken means, each draw weighted by its number of times in the sample."""
    k, n = times.sum(), times @ count
    if k < 2 or n - k < 1:
        return raw
    within = np.tensordot(times, scatter, axes=1) / (n - k)
    few = min(1.0, raw.shape[1] / (n - k))  # too few degrees of freedom for correlations: towards the diagonal
    within = (1 - few) * within + few * np.diag(np.diag(within))
    size = (n - times @ count**2 / n) / (k - 1)
    centre = times @ raw / k
    deviation = raw - centre
    spread, axes = np.linalg.eigh(within)
    real = spread > RANK * max(float(spread[-1]), 1e-300)
    axes, spread = axes[:, real], spread[real]
    if not len(spread):
        return raw
    whiten, colour = axes / np.sqrt(spread), axes * np.sqrt(spread)
    y = deviation @ whiten
    between = (y * (times * count)[:, None]).T @ (y - times @ y / k) / (k - 1)
    ratio, turn = np.linalg.eigh((between + between.T) / 2)
    excess = (variance_ratio(np.maximum(ratio, 0.0), int(k)) - 1) / size
    factor = np.sqrt(excess / (excess + 1 / count[:, None]))
    exact = deviation - (y @ colour.T)  # directions in which the patients of a draw do not differ
    return np.asarray(centre + exact + ((y @ turn) * factor) @ turn.T @ colour.T)
