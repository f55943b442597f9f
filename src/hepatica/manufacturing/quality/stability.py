"""Shelf life by the approach of ICH Q1E: tests of poolability at 0.25, then the one-sided limit of the mean.

Regression of an attribute on time with batches: equality of slopes, then of intercepts, each tested against the
residual mean square of the model with different slopes and intercepts. The shelf life of a model is where the
one-sided confidence limit of the mean of its worst batch meets the specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f as fisher

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, probability
from hepatica.manufacturing.quality.stability_line import Line, Specification, crossing, specify

FEWEST_BATCHES = 3


class Model(StrEnum):
    """Regression models of a stability study, from the most to the least pooled."""

    COMMON = "common intercept, common slope"
    COMMON_SLOPE = "different intercepts, common slope"
    DIFFERENT = "different intercepts, different slopes"


class Fit(NamedTuple):
    """One regression model.

    Attributes
    ----------
    lines : dict of str to Line
        By batch; under `Model.COMMON` all are the same.
    sse, df : float
        Residual sum of squares and its degrees of freedom.
    shelf_life : float
        Smallest crossing.
    worst : str
        Batch of the smallest crossing.
    """

    lines: dict[str, Line]
    sse: float
    df: float
    shelf_life: float
    worst: str


class Stability(NamedTuple):
    """Stability study.

    Attributes
    ----------
    model : Model
        That the tests choose.
    f_slope, p_slope : float
        Equality of slopes.
    f_intercept, p_intercept : float
        Equality of intercepts given a common slope.
    fits : dict of Model to Fit
        Every model; of `Model.DIFFERENT` with one residual mean square for all batches.
    by_batch : dict of str to Line
        Each batch by itself, with its own residual mean square; NaN crossing where a batch has too few points.
    crossing : float
        Of the chosen model (of `by_batch` where slopes differ): where the limit meets the specification.
    shelf_life : float
        `crossing`, at most `longest`.
    longest : float
        Last time observed plus the extrapolation allowed.
    worst : str
        Batch that decides.
    n, batches : int
    is_few : bool
        Fewer than three batches: variability between batches is hardly seen.
    """

    model: Model
    f_slope: float
    p_slope: float
    f_intercept: float
    p_intercept: float
    fits: dict[Model, Fit]
    by_batch: dict[str, Line]
    crossing: float
    shelf_life: float
    longest: float
    worst: str
    n: int
    batches: int
    is_few: bool


class _Data(NamedTuple):
    time: Floats
    value: Floats
    batch: np.ndarray
    names: list[str]


def shelf_life(
    batches: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
    pool_alpha: float = 0.25,
    extrapolation: float = 0.0,
    pooled_variance: bool = False,
    release: float | None = None,
) -> Stability:
    """Shelf life of a product from batches followed over time.

    Parameters
    ----------
    batches : mapping of str to (times, values)
        By batch; at least two different times each. Values may be transformed before, such as by the logarithm.
    lower, upper : float, optional
        Specification. With one limit the confidence limit is one-sided, with two it is two-sided.
    confidence : float
        Confidence level.
    pool_alpha : float
        Significance of the tests of poolability.
    extrapolation : float
        Time allowed beyond the last that was observed; 0 for frozen cells, of which nothing is extrapolated.
    pooled_variance : bool
        Where slopes differ, one residual mean square for all batches instead of each batch by itself.
    release : float, optional
        Value at which a lot may be released, inside the specification: the what-if shelf life, that of a lot that
        starts there and changes as the batches do (LeBlond 2011).

    Raises
    ------
    InputError
        If there is no limit, a batch has one time only, no degree of freedom is left, or the mean at time 0, or the
        release limit, does not meet the specification with this confidence.

    Examples
    --------
    >>> found = shelf_life({"a": ([0, 3, 6, 12], [95, 94, 92, 90]), "b": ([0, 3, 6, 12], [95, 93, 92, 90])}, lower=85)
    >>> found.model.value, found.shelf_life
    ('common intercept, common slope', 12.0)
    """
    data = _read(batches)
    test = specify(lower, upper, confidence=confidence, release=release)
    probability(pool_alpha, "significance of pooling")
    if not 0.0 <= extrapolation < np.inf:
        raise InputError("extrapolation", extrapolation, "a time of 0 or more")
    fits = {model: _fit(data, model, test) for model in Model}
    f_slope, p_slope = _f_test(fits[Model.COMMON_SLOPE], fits[Model.DIFFERENT], fits[Model.DIFFERENT])
    f_start, p_start = _f_test(fits[Model.COMMON], fits[Model.COMMON_SLOPE], fits[Model.DIFFERENT])
    model = Model.DIFFERENT if p_slope < pool_alpha else Model.COMMON_SLOPE if p_start < pool_alpha else Model.COMMON
    alone = {name: _alone(data, k, name, test) for k, name in enumerate(data.names)}
    crossing, worst = fits[model].shelf_life, fits[model].worst
    if model is Model.DIFFERENT and not pooled_variance:
        known = {name: line.crossing for name, line in alone.items()}
        if np.isnan(list(known.values())).any():
            raise InputError("batches", "a batch of two points", "three in each batch, or pooled_variance=True")
        worst = min(known, key=lambda name: known[name])
        crossing = known[worst]
    longest = float(data.time.max()) + extrapolation
    return Stability(
        model, f_slope, p_slope, f_start, p_start, fits, alone, crossing, min(crossing, longest), longest, worst,
        data.time.size, len(data.names), len(data.names) < FEWEST_BATCHES,
    )  # fmt: skip


def _read(batches: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> _Data:
    if not batches:
        raise InputError("batches", 0, "at least one batch")
    times, values, places = [], [], []
    for k, (name, (t, y)) in enumerate(batches.items()):
        x, v = finite(t, f"times of {name}", least=2), finite(y, f"values of {name}", least=2)
        if x.size != v.size or np.unique(x).size < 2 or x.min() < 0.0:
            raise InputError(
                f"batch {name}", f"{x.size} times, {v.size} values", "a value for each of two or more times"
            )
        times.append(x)
        values.append(v)
        places.append(np.full(x.size, k))
    return _Data(np.concatenate(times), np.concatenate(values), np.concatenate(places), list(batches))


def _design(data: _Data, model: Model) -> Floats:
    dummies = (data.batch[:, None] == np.arange(len(data.names))).astype(float)
    one, slope = np.ones((data.time.size, 1)), data.time[:, None]
    if model is Model.COMMON:
        return np.hstack([one, slope])
    return np.hstack([dummies, slope if model is Model.COMMON_SLOPE else dummies * slope])


def _row(k: int, batches: int, model: Model) -> tuple[Floats, Floats]:
    """Rows of the design at time 0 and per unit of time, for a batch."""
    mine = (np.arange(batches) == k).astype(float)
    if model is Model.COMMON:
        return np.array([1.0, 0.0]), np.array([0.0, 1.0])
    if model is Model.COMMON_SLOPE:
        return np.append(mine, 0.0), np.append(np.zeros(batches), 1.0)
    return np.append(mine, np.zeros(batches)), np.append(np.zeros(batches), mine)


def _fit(data: _Data, model: Model, test: Specification) -> Fit:
    design = _design(data, model)
    df = data.time.size - design.shape[1]
    if df < 1:
        raise InputError("batches", f"{data.time.size} values for {design.shape[1]} coefficients", "more values")
    beta = np.linalg.lstsq(design, data.value, rcond=None)[0]
    left = data.value - design @ beta
    sse = float(left @ left)
    covariance = np.linalg.inv(design.T @ design) * sse / df
    lines = {}
    for k, name in enumerate(data.names):
        at_0, per = _row(k, len(data.names), model)
        var = float(at_0 @ covariance @ at_0), float(at_0 @ covariance @ per), float(per @ covariance @ per)
        start, slope = float(at_0 @ beta), float(per @ beta)
        lines[name] = Line(start, slope, crossing(start, slope, var, df, test), var, float(df))
    worst = min(lines, key=lambda name: lines[name].crossing)
    return Fit(lines, sse, float(df), lines[worst].crossing, worst)


def _alone(data: _Data, k: int, name: str, test: Specification) -> Line:
    mine = data.batch == k
    if mine.sum() < 3:
        return Line(float("nan"), float("nan"), float("nan"))
    return _fit(_Data(data.time[mine], data.value[mine], np.zeros(mine.sum(), int), [name]), Model.COMMON, test).lines[
        name
    ]


def _f_test(small: Fit, large: Fit, full: Fit) -> tuple[float, float]:
    df = small.df - large.df
    if df == 0:
        return float("nan"), 1.0
    value = (small.sse - large.sse) / df / (full.sse / full.df) if full.sse > 0 else np.inf
    return float(value), float(fisher.sf(value, df, full.df))


def fit_model(
    batches: Mapping[str, tuple[ArrayLike, ArrayLike]],
    model: Model,
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
) -> Fit:
    """One model, whatever the tests of poolability choose.

    Examples
    --------
    >>> fit = fit_model({"a": ([0, 3, 6, 12], [95, 94, 92, 90])}, Model.COMMON, lower=85)
    >>> round(fit.lines["a"].slope, 3)
    -0.429
    """
    test = specify(lower, upper, confidence=confidence)
    return _fit(_read(batches), model, test)
