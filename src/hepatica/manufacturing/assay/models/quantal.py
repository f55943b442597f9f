"""Quantal assays: parallel probit, logit or complementary log-log lines over log dose, by maximum likelihood."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, ndtr, ndtri, xlogy

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio, fieller
from hepatica.manufacturing.assay.models.parallel_lines import contrast_ratio
from hepatica.manufacturing.assay.models.regression import Fit, indicators, t_quantile

Floats = NDArray[np.float64]
ROUNDS, TOLERANCE, FAR = 100, 1e-12, 30.0
LEAST_INFORMATION = 1e-8
"""Of a trial about a parameter, below which its maximum is taken to be at infinity."""


class Link(Enum):
    """Transformation of the share that responds."""

    PROBIT = "probit"
    LOGIT = "logit"
    CLOGLOG = "cloglog"


class Deviance(NamedTuple):
    """A row of an analysis of deviance: chi-squared of a term."""

    df: int
    chi2: float
    p: float


class QuantalAssay(NamedTuple):
    """Analysis of a quantal assay.

    Attributes
    ----------
    potency : Ratio
        (samples - 1,), natural logarithm of the relative potency.
    log_ed50 : Ratio
        (samples,), log dose at which half respond, with Fieller limits.
    slope : float
        Per natural logarithm of dose.
    deviance : dict of str to Deviance
        regression, non_parallelism, non_linearity (heterogeneity).
    similarity : Ratio
        (samples - 1,), ratio of slopes.
    heterogeneity : float
        Factor of the variance: 1, or the mean Pearson residual where the non-linearity is significant.
    df : float
        Of the t quantile; infinite without heterogeneity.
    fitted : ndarray
        (groups,) shares.
    """

    potency: Ratio
    log_ed50: Ratio
    slope: float
    deviance: dict[str, Deviance]
    similarity: Ratio
    heterogeneity: float
    df: float
    fitted: Floats


def quantal(
    positive: Floats,
    total: Floats,
    layout: Layout,
    *,
    link: Link = Link.PROBIT,
    level: float = 0.95,
    equivalence_level: float = 0.9,
    alpha: float = 0.05,
) -> QuantalAssay:
    """Log relative potency of a quantal assay, by iteratively reweighted least squares, with Fieller limits.

    Where groups scatter more than a binomial does (p below `alpha`), variances are multiplied by the mean squared
    Pearson residual and the limits use Student's t, as Finney does.

    Parameters
    ----------
    positive, total : ndarray
        (groups,), animals or wells that respond, and all.
    layout : Layout
        Of the groups, doses above zero, no blocks.
    link : Link
        Transformation of the share.
    level, equivalence_level : float
        Confidence of the limits of potency, and of the ratio of slopes.
    alpha : float
        Significance of heterogeneity.

    Raises
    ------
    InputError
        If counts are impossible, a dose is zero, or the shares do not determine a line (all or none respond).

    References
    ----------
    Finney DJ, Probit Analysis, 3rd ed., Cambridge 1971.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 3), np.tile([1.0, 2.0, 4.0], 2))
    >>> a = quantal(np.array([2.0, 5.0, 8.0, 4.0, 7.0, 9.0]), np.full(6, 10.0), layout)
    >>> round(float(np.exp(a.potency.estimate[0])), 2), round(a.slope, 2)
    (1.57, 1.16)
    """
    _check(positive, total, layout)
    x, prep, k = np.log(layout.dose), indicators(layout.sample), layout.samples
    origin = float(x.mean())
    x = (x - origin)[:, None]
    common = _maximise(positive, total, np.hstack([prep, x]), link)
    separate = _maximise(positive, total, np.hstack([x * prep, prep]), link, strict=False)
    null = _maximise(positive, total, prep, link, strict=False)
    d = [_deviance(positive, total, f.fitted) for f in (null, common, separate)]
    df = len(positive) - 2 * k
    rows = {"regression": _row(1, d[0] - d[1]), "non_parallelism": _row(k - 1, d[1] - d[2])}
    if df > 0:
        rows["non_linearity"] = _row(df, d[2])
    factor, freedom = 1.0, np.inf
    if df > 0 and rows["non_linearity"].p < alpha:
        share = np.clip(separate.fitted, 1e-12, 1 - 1e-12)
        freedom, pearson = float(df), (positive - total * share) ** 2 / (total * share * (1 - share))
        factor = max(1.0, float(pearson.sum()) / df)
    t, t_equal = t_quantile(level, freedom), t_quantile(equivalence_level, freedom)
    variance, slope = np.array([factor]), common.coefficients[k : k + 1]
    shifts = np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])
    positions = common.coefficients[None, :k]
    half = np.log(np.log(2.0)) if link is Link.CLOGLOG else 0.0
    v = common.unscaled
    at_half = fieller(
        half - positions, slope[:, None], (np.diag(v)[:k] * factor, -v[:k, k] * factor, v[k, k] * factor), t
    )
    potency = contrast_ratio(positions @ shifts.T, slope, v, shifts, variance, t)
    own, vs = separate.coefficients, separate.unscaled * factor
    return QuantalAssay(
        Ratio(potency.estimate[0], potency.low[0], potency.high[0], potency.g[0]),
        Ratio(at_half.estimate[0] + origin, at_half.low[0] + origin, at_half.high[0] + origin, at_half.g[0]),
        float(slope[0]),
        rows,
        fieller(own[1:k], own[0], (np.diag(vs)[1:k], vs[0, 1:k], vs[0, 0]), t_equal),
        factor,
        freedom,
        common.fitted,
    )


def _check(positive: Floats, total: Floats, layout: Layout) -> None:
    if (layout.dose <= 0).any():
        raise InputError("dose", 0.0, "doses above zero, for a line over log dose")
    if not ((total > 0) & (positive >= 0) & (positive <= total)).all():
        raise InputError("positive", "a count", "counts from zero to the total, which is above zero")
    if layout.blocks:
        raise InputError("block", "a quantal assay", "no blocks, which a quantal assay does not have here")
    if any(len(np.unique(layout.dose[layout.sample == k])) < 2 for k in range(layout.samples)):
        raise InputError("dose", "one dose of a sample", "at least two doses of each sample")


def mean_of(eta: Floats, link: Link) -> tuple[Floats, Floats]:
    """Share that responds and its derivative, at a linear predictor."""
    eta = np.clip(eta, -FAR, FAR)
    if link is Link.PROBIT:
        return ndtr(eta), np.exp(-0.5 * eta**2) / np.sqrt(2 * np.pi)
    if link is Link.LOGIT:
        p = expit(eta)
        return p, p * (1 - p)
    rate = np.exp(np.minimum(eta, 3.5))
    return -np.expm1(-rate), rate * np.exp(-rate)


def _maximise(positive: Floats, total: Floats, columns: Floats, link: Link, *, strict: bool = True) -> Fit:
    """Maximum likelihood by Fisher scoring, halving steps that lower the likelihood.

    Where the maximum is at infinity (all or none respond beyond some dose) coefficients and their covariance are NaN,
    with the shares that they approach; an InputError if `strict`.
    """
    share: Floats = (positive + 0.5) / (total + 1)
    start = {
        Link.PROBIT: ndtri(share),
        Link.LOGIT: np.log(share / (1 - share)),
        Link.CLOGLOG: np.log(-np.log1p(-share)),
    }
    beta: Floats = np.linalg.lstsq(columns, start[link], rcond=None)[0]
    p, slope = mean_of(columns @ beta, link)
    best = _deviance(positive, total, p)
    for _ in range(ROUNDS):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        information = columns.T @ ((total * slope**2 / (p * (1 - p)))[:, None] * columns)
        size = np.sqrt(np.diag(information))
        if size.min() ** 2 < LEAST_INFORMATION * total.sum():
            break
        if np.linalg.cond(information / np.outer(size, size)) > 1 / LEAST_INFORMATION:
            break
        score = columns.T @ ((positive - total * p) * slope / (p * (1 - p)))
        step = np.linalg.solve(information, score)
        for _ in range(30):
            p, slope = mean_of(columns @ (beta + step), link)
            if _deviance(positive, total, p) <= best + 1e-10:
                break
            step = step / 2
        beta, best = beta + step, _deviance(positive, total, p)
        if abs(score @ step) < TOLERANCE * (1 + abs(best)):
            return Fit(np.asarray(beta, float), np.asarray(np.linalg.inv(information), float), p)
    if strict:
        raise InputError(
            "positive", "shares that do not determine a line", "doses at which some respond and some do not"
        )
    none = np.full(columns.shape[1], np.nan)
    return Fit(none, np.full((len(none), len(none)), np.nan), p)


def _deviance(positive: Floats, total: Floats, p: Floats) -> float:
    p = np.clip(p, 1e-300, 1 - 1e-16)
    negative = total - positive
    return float(2 * np.sum(xlogy(positive, positive / (total * p)) + xlogy(negative, negative / (total * (1 - p)))))


def _row(df: int, chi2: float) -> Deviance:
    chi2 = max(chi2, 0.0)
    return Deviance(df, chi2, float(chdtrc(df, chi2)))
