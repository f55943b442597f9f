"""Shewhart charts of values: individuals, moving range, means, ranges and standard deviations (Shewhart 1931).

Phase I: centre and sigma from past lots (`individuals`, `group_means`). Phase II: `monitor`, new lots against them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive
from hepatica.manufacturing.quality.charts.chart import Chart, make_chart, points_kept
from hepatica.manufacturing.quality.charts.constants import mean_range, mean_sd, sd_range

IndividualSigma = Literal["moving range", "sd"]
GroupSigma = Literal["range", "sd", "pooled"]


def individuals(
    values: ArrayLike,
    *,
    phase_1: int | None = None,
    exclude: tuple[int, ...] = (),
    sigma: IndividualSigma = "moving range",
    width: float = 3.0,
) -> Chart:
    """Individuals chart, one value a lot.

    Parameters
    ----------
    values : array_like, (n,)
        In order of manufacture.
    phase_1 : int, optional
        Leading points that set the limits; all unless given.
    exclude : tuple of int
        Points of phase I, from 0, whose special cause was found; left out of the estimate, still plotted. The moving
        range runs over the points that stay.
    sigma : {"moving range", "sd"}
        Mean moving range over d2, or sample standard deviation over c4.
    width : float
        Limits in standard deviations.

    Raises
    ------
    InputError
        If fewer than two points set the limits, or these do not vary.

    Examples
    --------
    >>> chart = individuals([97, 97, 96, 98, 98, 98, 97, 89], phase_1=7)
    >>> chart.beyond.tolist()
    [7]
    """
    x = finite(values, "values", least=2)
    size, kept = points_kept(x.size, phase_1, exclude)
    base = x[:size][kept]
    if sigma == "moving range":
        spread = float(np.abs(np.diff(base)).mean()) / mean_range(2)
    elif sigma == "sd":
        spread = float(base.std(ddof=1)) / mean_sd(base.size) if base.size <= 1_000 else float(base.std(ddof=1))
    else:
        raise InputError("sigma", sigma, "moving range or sd")
    _varies(spread)
    half = positive(width, "width") * spread
    centre = float(base.mean())
    return make_chart("individuals", x, centre, half, spread, sigma=spread, phase_1=size, excluded=exclude)


def moving_range(
    values: ArrayLike, *, phase_1: int | None = None, exclude: tuple[int, ...] = (), width: float = 3.0
) -> Chart:
    """Moving-range chart of successive values, (n - 1,); point i is |x[i + 1] - x[i]|.

    Examples
    --------
    >>> float(moving_range([1.0, 2.0, 1.0, 2.0]).centre[0])
    1.0
    """
    x = finite(values, "values", least=2)
    size, kept = points_kept(x.size, phase_1, exclude)
    centre = float(np.abs(np.diff(x[:size][kept])).mean())
    sigma = centre / mean_range(2)
    _varies(sigma)
    chart = make_chart(
        "moving range", np.abs(np.diff(x)), centre, width * sd_range(2) * sigma, sd_range(2) * sigma,
        sigma=sigma, phase_1=size - 1,
    )  # fmt: skip
    return replace(chart, lower=np.maximum(chart.lower, 0.0))


def _groups(groups: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    """Groups (m, n), NaN where a group is smaller, and the size of each."""
    try:
        x = np.asarray(groups, float)
    except (TypeError, ValueError) as error:
        raise InputError(
            "groups", "rows of unequal length or text", "equal rows, with NaN where one is shorter"
        ) from error
    if x.ndim != 2 or x.shape[1] < 2 or np.isinf(x).any():
        raise InputError("groups", f"shape {x.shape}", "groups in rows, with at least two finite values each")
    size = (~np.isnan(x)).sum(axis=1)
    if size.min(initial=2) < 2:
        raise InputError("groups", f"group {int(np.argmin(size)) + 1} of {size.min()} values", "at least two in each")
    return x, size


def _statistics(x: Floats, size: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    return np.nanmean(x, axis=1), np.nanmax(x, axis=1) - np.nanmin(x, axis=1), np.nanstd(x, axis=1, ddof=1)


def _sigma(x: Floats, size: NDArray[np.int64], how: str) -> float:
    """Within-group standard deviation: mean of R / d2, mean of s / c4, or root of the pooled variance over c4."""
    _, ranges, sds = _statistics(x, size)
    if how == "range":
        found = float(np.mean(ranges / np.array([mean_range(int(n)) for n in size])))
    elif how == "sd":
        found = float(np.mean(sds / np.array([mean_sd(int(n)) for n in size])))
    elif how == "pooled":
        found = float(np.sqrt(np.sum((size - 1) * sds**2) / np.sum(size - 1)))
    else:
        raise InputError("sigma", how, "range, sd or pooled")
    _varies(found)
    return found


def _varies(sigma: float) -> None:
    if not sigma > 0.0:
        raise InputError("phase I", "values that do not vary", "values with a spread, or limits stated from outside")


def group_means(
    groups: ArrayLike,
    *,
    phase_1: int | None = None,
    exclude: tuple[int, ...] = (),
    sigma: GroupSigma = "range",
    width: float = 3.0,
) -> Chart:
    """X-bar chart of group means.

    Parameters
    ----------
    groups : array_like, (m, n)
        One group a row, NaN where a group is smaller.
    phase_1, exclude, width
        As `individuals`, in groups.
    sigma : {"range", "sd", "pooled"}
        Mean range over d2, mean standard deviation over c4, or root of the pooled variance.

    Raises
    ------
    InputError
        If a group has fewer than two values.

    Examples
    --------
    >>> chart = group_means([[1.0, 2.0], [2.0, 3.0], [1.0, 3.0]])
    >>> round(chart.sigma, 4)
    1.1816
    """
    x, size = _groups(groups)
    count, kept = points_kept(len(x), phase_1, exclude)
    within = _sigma(x[:count][kept], size[:count][kept], sigma)
    error = within / np.sqrt(size)
    half = positive(width, "width") * error
    base = x[:count][kept]
    return make_chart(
        "xbar", np.nanmean(x, axis=1), float(np.nansum(base) / (~np.isnan(base)).sum()), half, error,
        sigma=within, phase_1=count, excluded=exclude,
    )  # fmt: skip


def group_ranges(
    groups: ArrayLike, *, phase_1: int | None = None, exclude: tuple[int, ...] = (), width: float = 3.0
) -> Chart:
    """R chart of group ranges; centre d2 sigma, limits d2 +- width d3 in sigma, not below 0.

    Examples
    --------
    >>> round(float(group_ranges([[1.0, 2.0], [2.0, 3.0], [1.0, 3.0]]).centre[0]), 4)
    1.3333
    """
    return _dispersion("range", groups, phase_1, exclude, width)


def group_sds(
    groups: ArrayLike, *, phase_1: int | None = None, exclude: tuple[int, ...] = (), width: float = 3.0
) -> Chart:
    """S chart of group standard deviations; centre c4 sigma, limits c4 +- width sqrt(1 - c4^2) in sigma, not below 0.

    Examples
    --------
    >>> round(float(group_sds([[1.0, 2.0], [2.0, 3.0], [1.0, 3.0]]).centre[0]), 4)
    0.9428
    """
    return _dispersion("sd", groups, phase_1, exclude, width)


def _dispersion(
    kind: Literal["range", "sd"], groups: ArrayLike, phase_1: int | None, exclude: tuple[int, ...], width: float
) -> Chart:
    x, size = _groups(groups)
    count, kept = points_kept(len(x), phase_1, exclude)
    within = _sigma(x[:count][kept], size[:count][kept], kind)
    if kind == "range":
        centre = np.array([mean_range(int(n)) for n in size]) * within
        error = np.array([sd_range(int(n)) for n in size]) * within
    else:
        share = np.array([mean_sd(int(n)) for n in size])
        centre, error = share * within, np.sqrt(1.0 - share**2) * within
    points = _statistics(x, size)[1 if kind == "range" else 2]
    half = positive(width, "width") * error
    low = np.maximum(centre - half, 0.0)
    return Chart(kind, points, centre, low, centre + half, error, within, count, exclude)


def monitor(values: ArrayLike, centre: float, sigma: float, *, size: int = 1, width: float = 3.0) -> Chart:
    """Phase II chart: new points against a centre and a sigma that stand, none of them estimated anew.

    Parameters
    ----------
    values : array_like, (n,)
        New lots, or means of groups of `size`.
    centre, sigma : float
        Of phase I, in the unit of the values; sigma within groups.
    size : int
        Values behind each point.
    width : float
        Limits in standard errors.

    Examples
    --------
    >>> monitor([96.0, 89.0], 97.3, 0.9).beyond.tolist()
    [1]
    """
    x = finite(values, "values")
    error = positive(sigma, "sigma") / np.sqrt(size)
    return make_chart("phase II", x, float(centre), positive(width, "width") * error, error, sigma=sigma, phase_1=0)
