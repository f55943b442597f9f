"""Four- and five-parameter logistic models of relative potency, with tests of parallel curves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio, fieller
from hepatica.manufacturing.assay.models.logistic_fit import CurveFit, Structure, search, start
from hepatica.manufacturing.assay.models.regression import (
    RESIDUAL,
    TOTAL,
    Term,
    analyse_variance,
    indicators,
    t_quantile,
)

Floats = NDArray[np.float64]


class LogisticAssay(NamedTuple):
    """Logistic analysis of many assays of one design.

    Attributes
    ----------
    potency : Ratio
        (assays, samples - 1), natural logarithm of the relative potency.
    lower, upper, slope, asymmetry : ndarray
        (assays,), of the common curve; a falling curve has a positive slope.
    log_ed50 : ndarray
        (assays, samples), log dose halfway between the asymptotes.
    anova : dict of str to Term
        blocks, regression, non_parallelism, non_linearity, residual, total.
    similarity : dict of str to Ratio
        (assays, samples - 1), equivalence of shape, each by its own curve: ``slope`` ratio; ``lower`` and ``upper``
        asymptotes, as differences over the span of the standard.
    variance : ndarray
        (assays,), of the error that limits and tests use.
    df : int
        Its degrees of freedom.
    fitted : ndarray
        (assays, responses), by common curves.
    converged : ndarray
        (assays,).
    fit : CurveFit
        Common curves.
    structure : Structure
    """

    potency: Ratio
    lower: Floats
    upper: Floats
    slope: Floats
    asymmetry: Floats
    log_ed50: Floats
    anova: dict[str, Term]
    similarity: dict[str, Ratio]
    variance: Floats
    df: int
    fitted: Floats
    converged: NDArray[np.bool_]
    fit: CurveFit
    structure: Structure


def logistic(
    y: Floats, layout: Layout, *, five: bool = False, level: float = 0.95, equivalence_level: float = 0.9
) -> LogisticAssay:
    """Log relative potency by logistic curves of common shape, with Fieller limits.

    The shift is a difference of positions over the common slope, limited as in parallel lines (the linearised model).
    The error is that within doses, beyond blocks; without replicates it is what separate curves leave.

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    layout : Layout
        A dose of zero has the response of its asymptote.
    five : bool
        Five parameters: an asymmetry, common to the samples.
    level, equivalence_level : float
        Confidence of the limits of potency, and of the ratios that judge the shapes.

    Returns
    -------
    LogisticAssay
        NaN where the curves are not determined, such as without responses near an asymptote.

    Raises
    ------
    InputError
        If a sample has fewer doses than its curve has parameters, or nothing is left for the error.

    References
    ----------
    Finney DJ, Statistical Method in Biological Assay, 3rd ed., London 1978. Ritz C, Streibig JC, J Stat Softw
    2005;12(5). Gottschalk PG, Dunn JR, Anal Biochem 2005;343:54 (five parameters).

    Examples
    --------
    >>> dose = np.tile(2.0 ** np.arange(-4, 5), 2)
    >>> layout = Layout(np.repeat([0, 1], 9), dose)
    >>> y = 1 + 9 / (1 + (dose * np.repeat([1, 0.5], 9)) ** 1.5)
    >>> a = logistic((y + 0.05 * np.sin(np.arange(18) * 2.4))[None], layout)
    >>> round(float(np.exp(a.potency.estimate[0, 0])), 2), round(float(a.upper[0]), 1)
    (0.5, 10.0)
    """
    _check(layout, 5 if five else 4)
    return _analyse(y, layout, five, level, equivalence_level)


def _check(layout: Layout, parameters: int) -> None:
    for k in range(layout.samples):
        doses = len(np.unique(layout.dose[layout.sample == k]))
        if doses < parameters:
            raise InputError("dose", f"{doses} doses of a sample", f"at least {parameters} for this curve")


def structures(layout: Layout, five: bool) -> tuple[Structure, Structure]:
    """Curves of common shape, and each sample's own."""
    with np.errstate(divide="ignore"):
        x = np.log(layout.dose)
    x = x - x[np.isfinite(x)].mean()
    own, blocks = indicators(layout.sample), layout.block_columns()
    return (
        Structure(x, np.ones((len(x), 1)), own, blocks, five),
        Structure(x, own, own, blocks, five),
    )


def _analyse(y: Floats, layout: Layout, five: bool, level: float, equivalence_level: float) -> LogisticAssay:
    common, separate = structures(layout, five)
    fit = _search_from_several(y, common, layout.sample)
    own = search(
        y,
        separate,
        _spread(np.where(np.isfinite(fit.theta), fit.theta, start(y, common, layout.sample)), common, separate),
    )
    pure = analyse_variance(y, layout.block_terms() | {"cells": indicators(layout.cell)})
    anova = _anova(fit, own, pure, common.size, separate.size, layout)
    df = anova[RESIDUAL].df
    if df <= 0:
        raise InputError("response", "no replicates", "more responses than parameters, to estimate the error")
    variance = anova[RESIDUAL].ss / df
    lower, upper, slope, log_g, positions = common.named(fit.theta)
    shifts = np.hstack([-np.ones((layout.samples - 1, 1)), np.eye(layout.samples - 1)])
    v, s2 = fit.unscaled, variance[:, None]
    at = slice(common.shapes, common.shapes + layout.samples)
    covariance = (
        np.einsum("ij,ajk,ik->ai", shifts, v[:, at, at], shifts) * s2,
        np.einsum("ij,aj->ai", shifts, v[:, at, 2]) * s2,
        v[:, 2, 2][:, None] * s2,
    )
    potency = fieller(positions @ shifts.T, slope, covariance, t_quantile(level, df))
    finite = layout.dose > 0
    half = np.log(np.expm1(np.log(2.0) / np.exp(log_g)))  # where (1 + e^eta)^-g is one half
    return LogisticAssay(
        potency,
        lower[:, 0],
        upper[:, 0],
        slope[:, 0],
        np.exp(log_g[:, 0]),
        (half - positions) / slope + np.log(layout.dose[finite]).mean(),
        anova,
        _similarity(own, separate, variance, t_quantile(equivalence_level, df)),
        variance,
        df,
        fit.fitted,
        fit.converged & own.converged,
        fit,
        common,
    )


def _search_from_several(y: Floats, s: Structure, sample: NDArray[np.int64]) -> CurveFit:
    """Search once; assays that do not converge again from flatter and steeper curves, the best kept."""
    first = start(y, s, sample)
    fit = search(y, s, first)
    for factor in (0.5, 2.0, 4.0):
        lost = np.flatnonzero(~fit.converged)
        if not len(lost):
            break
        k = s.shape.shape[1]
        theta = first[lost]
        theta[:, 2 * k : 3 * k] *= factor
        theta[:, s.shapes : s.shapes + s.position.shape[1]] *= factor
        again = search(y[lost], s, theta)
        found = again.converged
        for kept, new in zip(fit, again, strict=True):
            kept[lost[found]] = new[found]
    return fit


def _spread(theta: Floats, common: Structure, separate: Structure) -> Floats:
    """Parameters of common curves as those of separate ones."""
    k, kinds = separate.shape.shape[1], common.shapes
    return np.hstack([np.repeat(theta[:, :kinds], k, axis=1), theta[:, common.shapes :]])


def _anova(
    fit: CurveFit, own: CurveFit, pure: dict[str, Term], common: int, separate: int, layout: Layout
) -> dict[str, Term]:
    """Regression, departure from parallel curves and from curves, against the error within doses."""
    total, within, n = pure[TOTAL], pure[RESIDUAL], len(layout.dose)
    blocked = {name: pure[name] for name in layout.block_terms() if name in pure}
    before = sum((t.df for t in blocked.values()), 0)
    base = total.ss - np.sum([t.ss for t in blocked.values()], axis=0)
    replicated = within.df > 0
    df, ss = (within.df, within.ss) if replicated else (n - separate, own.ss)
    parts = {
        "regression": (common - 1 - before, base - fit.ss),
        "non_parallelism": (separate - common, fit.ss - own.ss),
    }
    if replicated and n - separate > df:
        parts["non_linearity"] = (n - separate - df, own.ss - ss)
    none = np.full(len(ss), np.nan)
    rows = dict(blocked)
    for name, (d, part) in parts.items():
        part = np.maximum(part, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            f = (part / d) / (ss / df) if df > 0 else none
        rows[name] = Term(d, part, f, np.asarray(fdtrc(d, df, f), float) if df > 0 else none)
    return rows | {RESIDUAL: Term(df, ss, none, none), TOTAL: total}


def _similarity(own: CurveFit, s: Structure, variance: Floats, t: Floats) -> dict[str, Ratio]:
    """Ratio of slopes, and differences of asymptotes over the span of the standard, with Fieller limits."""
    k = s.shape.shape[1]
    unit = np.eye(s.size)
    lower, upper, slope = (unit[j * k : (j + 1) * k] for j in range(3))
    span = upper[0] - lower[0]
    pairs = {
        "slope": (slope[1:], slope[0]),
        "lower": (lower[1:] - lower[0], span),
        "upper": (upper[1:] - upper[0], span),
    }
    made, s2 = {}, variance[:, None]
    for name, (top, bottom) in pairs.items():
        v = own.unscaled
        covariance = (
            np.einsum("ij,ajk,ik->ai", top, v, top) * s2,
            np.einsum("ij,ajk,k->ai", top, v, bottom) * s2,
            np.einsum("j,ajk,k->a", bottom, v, bottom)[:, None] * s2,
        )
        made[name] = fieller(own.theta @ top.T, (own.theta @ bottom)[:, None], covariance, t)
    return made


def band(a: LogisticAssay, row: int, sample: int, x: Floats, *, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Fitted curve of a sample in one of the assays, with the pointwise limits of its mean.

    Parameters
    ----------
    a : LogisticAssay
        Analysis.
    row, sample : int
        Of the assay and of the sample.
    x : ndarray
        (points,), log doses less the mean of those above zero.
    level : float
        Confidence of the limits.

    Returns
    -------
    tuple of ndarray
        Curve, lower and upper limit, each (points,); without blocks.
    """
    s, n = a.structure, len(x)
    position = np.zeros((n, s.position.shape[1]))
    position[:, sample] = 1.0
    here = Structure(x, np.ones((n, 1)), position, np.zeros((n, s.blocks.shape[1])), s.is_asymmetric)
    curve, jacobian = here.evaluate(a.fit.theta[row : row + 1])
    sd = np.sqrt(np.einsum("np,pq,nq->n", jacobian[0], a.fit.unscaled[row], jacobian[0]) * a.variance[row])
    half = float(t_quantile(level, a.df)) * sd
    return curve[0], curve[0] - half, curve[0] + half
