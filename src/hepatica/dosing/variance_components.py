"""Variance components of an outcome: between patients, and by parameter uncertainty; patients are nested in draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceComponents:
    """Mean of an outcome with its variance components.

    Attributes
    ----------
    mean : float
    between_patients_sd : float
        SD between patients who share a draw.
    parameter_uncertainty_sd : float
        SD of the population mean over draws, the noise of few patients per draw removed.
    low, high : float
        5 and 95 % points of the population mean under parameter uncertainty.
    above_zero : float
        Share of that distribution above zero.
    """

    mean: float
    between_patients_sd: float
    parameter_uncertainty_sd: float
    low: float
    high: float
    above_zero: float


def decompose_variance(values: Floats, draw: NDArray[np.int64], *, level: float = 0.9) -> VarianceComponents:
    """Variance components of an outcome by one-way random effects (Searle's unbalanced moments).

    The means of draws scatter by ignorance and by having few patients each. Before percentiles are taken,
    each draw's mean is shrunk towards the centre as far as its own standard error says (on the log scale,
    moderated by that of all draws); a draw under which cells do nothing has none, and stays at zero.

    Parameters
    ----------
    values : (n,)
        One value a patient; NaN (failed) are left out.
    draw : (n,)
        Draw that each carries.
    level : float
        Probability of the intervals.

    Examples
    --------
    >>> decompose_variance(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1])).between_patients_sd
    0.0
    """
    kept = np.isfinite(values)
    values, draw = values[kept], draw[kept]
    if len(values) == 0:
        return VarianceComponents(*[float("nan")] * 6)
    _, where, count = np.unique(draw, return_inverse=True, return_counts=True)
    means = np.bincount(where, values) / count
    n, k = len(values), len(count)
    within = float(((values - means[where]) ** 2).sum() / max(n - k, 1))
    total = float((count * (means - values.mean()) ** 2).sum() / max(k - 1, 1))
    size = (n - (count**2).sum() / n) / max(k - 1, 1)
    uncertainty = max(0.0, (total - within) / size) if k > 1 else 0.0
    centre = float(means.mean())
    own = np.bincount(where, (values - means[where]) ** 2) / np.maximum(count - 1, 1)
    trust = (count - 1) / (count + 1)
    error = (
        np.where(own > 0, np.maximum(own, 1e-300) ** trust * max(within, 1e-300) ** (1 - trust), within * (count < 2))
        / count
    )
    shrink = np.sqrt(uncertainty / np.maximum(uncertainty + error, 1e-300))
    shaped = centre + shrink * (means - centre)
    low, high = np.quantile(shaped, [(1 - level) / 2, (1 + level) / 2])
    # the centre itself is known only to its Monte Carlo error
    noise = 1.645 * np.sqrt(within / n)
    return VarianceComponents(
        mean=centre,
        between_patients_sd=float(np.sqrt(within)),
        parameter_uncertainty_sd=float(np.sqrt(uncertainty)),
        low=float(min(low, centre - noise)),
        high=float(max(high, centre + noise)),
        above_zero=float((shaped > 0).mean()),
    )
