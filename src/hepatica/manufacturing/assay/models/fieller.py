"""Fieller limits of a ratio of two estimates that are jointly normal (Fieller 1954)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Ratio(NamedTuple):
    """Ratio of two estimates with its limits.

    Attributes
    ----------
    estimate, low, high : ndarray
        NaN limits where the denominator is not told from zero.
    g : ndarray
        Squared standard error of the denominator, times t squared, over its square; limits exist below 1. The C of
        the pharmacopoeia is 1 / (1 - g).
    """

    estimate: Floats
    low: Floats
    high: Floats
    g: Floats


def fieller(numerator: Floats, denominator: Floats, covariance: tuple[Floats, Floats, Floats], t: Floats) -> Ratio:
    r"""Fieller limits of numerator / denominator.

    The limits solve :math:`(a - \theta b)^2 = t^2 (v_{aa} - 2\theta v_{ab} + \theta^2 v_{bb})`. Where the covariance is
    zero, the half width is :math:`\sqrt{(C-1)(C M^2 + v_{aa}/v_{bb})}` with :math:`C = 1/(1-g)`: C multiplies the
    squared ratio once, before the second factor.

    Parameters
    ----------
    numerator, denominator : ndarray
        Any shapes that broadcast.
    covariance : tuple of ndarray
        Variance of the numerator, covariance, variance of the denominator.
    t : ndarray
        Quantile of Student's distribution.

    Returns
    -------
    Ratio

    References
    ----------
    Fieller EC, J R Stat Soc B 1954;16:175. Finney DJ, Statistical Method in Biological Assay, 3rd ed., London 1978.

    Examples
    --------
    >>> one = np.array(1.0)
    >>> r = fieller(2 * one, 4 * one, (0.04 * one, 0.0 * one, 0.04 * one), 2.0 * one)
    >>> round(float(r.low), 4), round(float(r.high), 4), round(float(r.g), 4)
    (0.3926, 0.6175, 0.01)
    """
    a, b, vaa, vab, vbb, t2 = np.broadcast_arrays(numerator, denominator, *covariance, np.square(t))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b
        g = t2 * vbb / b**2
        under = vaa - 2 * ratio * vab + ratio**2 * vbb - g * (vaa - np.where(vbb > 0, vab**2 / vbb, 0.0))
        centre = (ratio - np.where(vbb > 0, g * vab / vbb, 0.0)) / (1 - g)
        half = np.sqrt(t2 * np.maximum(under, 0.0)) / np.abs(b * (1 - g))
        exists = g < 1
        low, high = np.where(exists, centre - half, np.nan), np.where(exists, centre + half, np.nan)
    return Ratio(ratio, low, high, g)
