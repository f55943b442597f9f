"""Shewhart charts of counts: p, np, c and u, with three-sigma limits or exact probability limits.

References: Montgomery, Introduction to Statistical Quality Control (binomial and Poisson charts).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, norm, poisson

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive
from hepatica.manufacturing.quality.charts.chart import Chart, points_kept

Kind = Literal["p", "np", "c", "u"]
KINDS: tuple[Kind, ...] = ("p", "np", "c", "u")


def count_chart(
    counts: ArrayLike,
    kind: Kind,
    *,
    sizes: ArrayLike | None = None,
    phase_1: int | None = None,
    exclude: tuple[int, ...] = (),
    width: float = 3.0,
    exact: bool = False,
) -> Chart:
    """Chart of counts: share (p) or number (np) of failing units, number of faults (c) or faults per unit (u).

    Parameters
    ----------
    counts : array_like, (n,)
        Failing units or faults of each group: whole numbers.
    kind : {"p", "np", "c", "u"}
        Statistic that is plotted.
    sizes : array_like, (n,) or number
        Units of each group; not for c.
    phase_1, exclude, width
        As `shewhart.individuals`.
    exact : bool
        Limits at the binomial or Poisson quantiles of the tails that `width` has under a normal distribution, instead
        of centre +- width standard errors; a point on such a limit is not beyond it.

    Raises
    ------
    InputError
        If counts are negative, not whole, or above their group's size.

    Examples
    --------
    >>> chart = count_chart([12, 11, 12], "p", sizes=50)
    >>> round(float(chart.centre[0]), 4)
    0.2333
    """
    if kind not in KINDS:
        raise InputError("chart", kind, f"one of {', '.join(KINDS)}")
    x = finite(counts, "counts", least=2)
    if (x < 0).any() or (x != np.floor(x)).any():
        raise InputError("counts", float(x[(x < 0) | (x != np.floor(x))][0]), "whole numbers, not negative")
    size = _sizes(x, kind, sizes)
    count, kept = points_kept(x.size, phase_1, exclude)
    rate = float(x[:count][kept].sum() / size[:count][kept].sum())
    low, high, error = _limits(kind, rate, size, positive(width, "width"), exact)
    per = size if kind in ("p", "u") else np.ones_like(size)
    return Chart(kind, x / per, rate * size / per, low / per, high / per, error / per, float("nan"), count, exclude)


def _sizes(x: Floats, kind: Kind, sizes: ArrayLike | None) -> Floats:
    if kind == "c":
        if sizes is not None:
            raise InputError("sizes", "sizes of a c chart", "none: a c chart counts faults of equal areas; use u")
        return np.ones_like(x)
    if sizes is None:
        raise InputError("sizes", None, f"the number of units in each group, which a {kind} chart needs")
    size = np.broadcast_to(np.asarray(sizes, float), x.shape).copy()
    if not (np.isfinite(size) & (size > 0)).all():
        raise InputError("sizes", float(size.min()), "numbers above 0")
    if kind in ("p", "np") and (x > size).any():
        raise InputError("counts", float(x[x > size][0]), "no more failing units than the group has")
    return size


def _limits(kind: Kind, rate: float, size: Floats, width: float, exact: bool) -> tuple[Floats, Floats, Floats]:
    """Limits and standard error of the number in each group."""
    is_share = kind in ("p", "np")
    mean = rate * size
    error = np.sqrt(mean * (1.0 - rate) if is_share else mean)
    if not (error > 0).all():
        raise InputError("counts", rate, "a mean rate above 0 (and below 1) in phase I")
    if exact:
        tail = norm.sf(width)
        if is_share:
            return binom.ppf(tail, size, rate), binom.isf(tail, size, rate), error
        return poisson.ppf(tail, mean), poisson.isf(tail, mean), error
    high = mean + width * error
    return np.maximum(mean - width * error, 0.0), np.minimum(high, size) if is_share else high, error
