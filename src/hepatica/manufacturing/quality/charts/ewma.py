"""EWMA chart: exponentially weighted moving average (Roberts 1959, Technometrics 1:239), and its exact run length.

Average run length by the integral equation of Crowder (1987, Technometrics 29:401), solved by Gauss-Legendre nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import finite, positive
from hepatica.manufacturing.quality.charts.chart import Chart

LEAST_NODES = 81
MIN_WEIGHT = 0.001  # of the newest point, for a run length


def ewma_chart(
    values: ArrayLike,
    centre: float,
    sigma: float,
    *,
    weight: float = 0.2,
    width: float = 3.0,
    size: int = 1,
    start: float | None = None,
    phase_1: int = 0,
) -> Chart:
    """EWMA chart with exact, time-varying limits.

    z_i = weight x_i + (1 - weight) z_{i-1}; Var z_i = sigma^2 / size weight / (2 - weight) (1 - (1 - weight)^{2 i}).

    Parameters
    ----------
    values : array_like, (n,)
        Lots, or means of groups of `size`.
    centre, sigma : float
        Of phase I; sigma within groups.
    size : int
        Values behind each point.
    weight : float
        Of the newest point, above 0 and at most 1; 1 is a Shewhart chart.
    width : float
        Limits in standard errors.
    start : float, optional
        z_0; the centre unless given.
    phase_1 : int
        Leading points of which centre and sigma were estimated, for the record.

    Raises
    ------
    InputError
        If the weight is not in (0, 1].

    Examples
    --------
    >>> ewma_chart([1.0, 2.0], 0.0, 1.0).points.round(2).tolist()
    [0.2, 0.56]
    """
    x, lam = finite(values, "values"), _weight(weight)
    z = np.empty_like(x)
    last = centre if start is None else start
    for i, value in enumerate(x):
        last = lam * value + (1.0 - lam) * last
        z[i] = last
    age = np.arange(1, x.size + 1)
    error = positive(sigma, "sigma") / np.sqrt(size) * np.sqrt(lam / (2.0 - lam) * (1.0 - (1.0 - lam) ** (2 * age)))
    half, middle = positive(width, "width") * error, np.full_like(x, float(centre))
    return Chart("ewma", z, middle, middle - half, middle + half, error, sigma, phase_1)


def ewma_run_length(shift: float, *, weight: float = 0.2, width: float = 3.0, start: float = 0.0) -> float:
    """Average run length of the two-sided EWMA chart with its final limits, known centre and sigma.

    L(u) = 1 + 1/weight integral over (-h, h) of L(y) phi((y - (1 - weight) u) / weight - shift) dy, at u = start.

    Parameters
    ----------
    shift : float
        Of the mean, in standard errors of a point.
    weight, width : float
        As `ewma_chart`.
    start : float
        Average at the start, in standard errors of a point, such as a head start; inside the limits.

    Raises
    ------
    InputError
        If the weight is too small, or the start lies outside the limits.

    Examples
    --------
    >>> round(ewma_run_length(0.0, weight=0.1, width=2.814)), round(ewma_run_length(1.0, weight=0.1, width=2.814), 1)
    (500, 10.3)
    """
    lam = _weight(weight)
    h = positive(width, "width") * np.sqrt(lam / (2.0 - lam))
    if lam < MIN_WEIGHT:
        raise InputError("weight", weight, f"at least {MIN_WEIGHT} for a run length")
    if not abs(start) < h:
        raise InputError("start", start, f"inside the limits, {h:.3g} on either side")
    nodes, weights = np.polynomial.legendre.leggauss(max(LEAST_NODES, int(12.0 * h / lam)))  # finer than the kernel
    at = h * nodes
    step = norm.pdf((at - (1.0 - lam) * at[:, None]) / lam - shift) * h * weights / lam
    length = np.linalg.solve(np.eye(at.size) - step, np.ones(at.size))
    first = norm.pdf((at - (1.0 - lam) * start) / lam - shift) * h * weights / lam
    return float(1.0 + first @ length)


def ewma_width(run_length: float, *, weight: float = 0.2) -> float:
    """Width of EWMA limits for an in-control average run length.

    Examples
    --------
    >>> round(ewma_width(500, weight=0.1), 3)
    2.814
    """
    if not 2.0 <= run_length <= 1e6:
        raise InputError("run length", run_length, "from 2 to 1,000,000")
    return float(brentq(lambda k: ewma_run_length(0.0, weight=weight, width=k) - run_length, 0.05, 7.0, xtol=1e-10))


def _weight(weight: float) -> float:
    if not 0.0 < weight <= 1.0:
        raise InputError("weight", weight, "above 0 and at most 1")
    return float(weight)
