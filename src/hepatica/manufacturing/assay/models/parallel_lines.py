"""Parallel-line model: response linear in log dose, one slope for standard and samples (Finney 1978)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio, fieller
from hepatica.manufacturing.assay.models.regression import (
    RESIDUAL,
    TOTAL,
    Fit,
    Term,
    analyse_variance,
    indicators,
    least_squares,
    t_quantile,
)

Floats = NDArray[np.float64]


class LinearAssay(NamedTuple):
    """Parallel-line or slope-ratio analysis of many assays of one design.

    Attributes
    ----------
    potency : Ratio
        (assays, samples - 1): natural logarithm of the relative potency for parallel lines, relative potency for
        slope ratio.
    slope : ndarray
        (assays,) common slope per natural logarithm of dose, or (assays, samples) slopes per dose.
    intercept : ndarray
        (assays, samples), averaged over blocks, at a log dose (slope ratio: a dose) of zero.
    anova : dict of str to Term
    similarity : Ratio
        (assays, samples - 1), equivalence of shape: slope of a sample over that of the standard (slope ratio:
        difference of intercepts over the span of the standard), each by its own line, at `equivalence_level`.
    correlation : ndarray
        (assays,), of observed with fitted responses.
    variance : ndarray
        (assays,), of the error that limits and tests use.
    df : int
        Its degrees of freedom.
    fitted : ndarray
        (assays, responses), by the model.
    """

    potency: Ratio
    slope: Floats
    intercept: Floats
    anova: dict[str, Term]
    similarity: Ratio
    correlation: Floats
    variance: Floats
    df: int
    fitted: Floats


def parallel_lines(y: Floats, layout: Layout, *, level: float = 0.95, equivalence_level: float = 0.9) -> LinearAssay:
    """Log relative potency by parallel lines, with Fieller limits and analysis of variance.

    The error is that within doses, beyond blocks; without replicates it is what separate lines leave.

    Parameters
    ----------
    y : ndarray
        (assays, responses), transformed so that they are linear in log dose, with equal variance.
    layout : Layout
        Doses above zero.
    level : float
        Confidence of the limits of potency.
    equivalence_level : float
        Confidence of the limits of the ratio of slopes.

    Returns
    -------
    LinearAssay
        Analysis of variance: blocks (or rows and columns), preparations, regression, non_parallelism, non_linearity.

    Raises
    ------
    InputError
        If a dose is zero, a sample has one dose, or nothing is left for the error.

    References
    ----------
    Finney DJ, Statistical Method in Biological Assay, 3rd ed., London 1978, chapters 4 and 5.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 6), np.tile([1.0, 1.0, 2.0, 2.0, 4.0, 4.0], 2))
    >>> y = np.array([[1.0, 1.2, 2.1, 1.9, 3.0, 3.2, 2.0, 2.1, 3.1, 2.9, 4.0, 4.1]])
    >>> a = parallel_lines(y, layout)
    >>> np.exp([a.potency.low[0, 0], a.potency.estimate[0, 0], a.potency.high[0, 0]]).round(2).tolist()
    [1.71, 1.95, 2.27]
    """
    x, origin = log_doses(layout)
    prep = indicators(layout.sample)
    terms = layout.block_terms() | {"preparations": prep, "regression": x, "non_parallelism": x * prep}
    anova, variance, df = replicate_error(y, terms, layout)
    common, potency = common_slope(y, layout, x, variance, t_quantile(level, df))
    k = layout.samples
    slope = common.coefficients[:, k]
    return LinearAssay(
        potency,
        slope,
        common.coefficients[:, :k] - origin * slope[:, None],
        anova,
        _slope_ratios(y, layout, x * prep, variance, t_quantile(equivalence_level, df)),
        correlate(anova, tuple(layout.block_terms()) + ("preparations", "regression")),
        variance,
        df,
        common.fitted,
    )


def replicate_error(y: Floats, terms: Mapping[str, Floats], layout: Layout) -> tuple[dict[str, Term], Floats, int]:
    """Analysis of variance with the error within doses, (assays,), and its degrees of freedom.

    Without replicates the error is what the terms leave.

    Raises
    ------
    InputError
        If nothing is left for the error.
    """
    anova = analyse_variance(y, {**terms, "non_linearity": indicators(layout.cell)})
    if anova[RESIDUAL].df == 0 and "non_linearity" in anova:
        anova = analyse_variance(y, terms)
    df = anova[RESIDUAL].df
    if df == 0:
        raise InputError("response", "no replicates", "more than one response at a dose, to estimate the error")
    return anova, anova[RESIDUAL].ss / df, df


def common_slope(y: Floats, layout: Layout, x: Floats, variance: Floats, t: Floats) -> tuple[Fit, Ratio]:
    """Least squares of lines of one slope, intercepts first, and log relative potencies with Fieller limits."""
    k = layout.samples
    fit = least_squares(y, np.hstack([indicators(layout.sample), x, layout.block_columns()]))
    shifts = np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])
    numerator = fit.coefficients[:, :k] @ shifts.T
    return fit, contrast_ratio(numerator, fit.coefficients[:, k], fit.unscaled, shifts, variance, t)


def log_doses(layout: Layout) -> tuple[Floats, float]:
    """Log doses less their mean, (responses, 1), and the mean.

    Raises
    ------
    InputError
        If a dose is zero, or a sample has one dose.
    """
    if (layout.dose <= 0).any():
        raise InputError("dose", 0.0, "doses above zero, for a line over log dose")
    x = np.log(layout.dose)
    if any(len(np.unique(x[layout.sample == k])) < 2 for k in range(layout.samples)):
        raise InputError("dose", "one dose of a sample", "at least two doses of each sample")
    return (x - x.mean())[:, None], float(x.mean())


def contrast_ratio(
    numerator: Floats, slope: Floats, unscaled: Floats, shifts: Floats, variance: Floats, t: Floats
) -> Ratio:
    """Fieller limits of differences of intercepts over a common slope, whose column follows the intercepts."""
    k = shifts.shape[1]
    vaa = np.einsum("ij,jk,ik->i", shifts, unscaled[:k, :k], shifts)
    s2 = variance[:, None]
    covariance = (vaa * s2, (shifts @ unscaled[:k, k]) * s2, unscaled[k, k] * s2)
    return fieller(numerator, slope[:, None], covariance, t)


def _slope_ratios(y: Floats, layout: Layout, own: Floats, variance: Floats, t: Floats) -> Ratio:
    """Slope of each sample over that of the standard."""
    k = layout.samples
    separate = least_squares(y, np.hstack([own, indicators(layout.sample), layout.block_columns()]))
    v, s2 = separate.unscaled, variance[:, None]
    covariance = (np.diag(v)[1:k] * s2, v[0, 1:k] * s2, v[0, 0] * s2)
    return fieller(separate.coefficients[:, 1:k], separate.coefficients[:, :1], covariance, t)


def correlate(anova: dict[str, Term], terms: tuple[str, ...]) -> Floats:
    """Correlation of observed with fitted responses: root of the share of the total that terms explain."""
    explained = np.sum([anova[name].ss for name in terms if name in anova], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(explained / anova[TOTAL].ss), float)
