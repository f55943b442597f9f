"""Cross-over assay by parallel lines: each subject receives several doses in turn (twin cross-over; Finney 1978).

Comparisons of doses that a subject receives are judged by the error within subjects, those of subjects with different
doses by the error between them. In the twin cross-over (low standard with high sample, or high standard with low
sample, in either order) preparations and regression lie within subjects, non-parallelism between them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio, fieller
from hepatica.manufacturing.assay.models.parallel_lines import LinearAssay, common_slope, log_doses
from hepatica.manufacturing.assay.models.regression import (
    RESIDUAL,
    TOTAL,
    Term,
    analyse_variance,
    independent,
    indicators,
    t_quantile,
)

Floats = NDArray[np.float64]
SUBJECTS, PERIODS, BETWEEN = "subjects", "periods", "residual_between"


def cross_over(y: Floats, layout: Layout, *, level: float = 0.95, equivalence_level: float = 0.9) -> LinearAssay:
    """Log relative potency of a cross-over assay, with Fieller limits from the error within subjects.

    Parameters
    ----------
    y : ndarray
        (assays, responses), transformed so that they are linear in log dose, with equal variance.
    layout : Layout
        Of a cross-over: its blocks are subjects and periods. A lost response is left out; its subject then tells of
        differences between subjects only.
    level : float
        Confidence of the limits of potency.
    equivalence_level : float
        Confidence of the limits of the ratio of slopes, with the smaller of the two degrees of freedom.

    Returns
    -------
    LinearAssay
        Analysis of variance: terms between subjects (in a twin cross-over non_parallelism and the interactions of
        periods with preparations and with regression) against ``residual_between``, then subjects, and terms within
        them against ``residual``. A term that is estimated within subjects is tested there.

    Raises
    ------
    InputError
        If the layout is not a cross-over, a subject has two responses in a period, preparations or regression are not
        estimated within subjects, or nothing is left for the error.

    References
    ----------
    Finney DJ, Statistical Method in Biological Assay, 3rd ed., London 1978.

    Examples
    --------
    >>> sample = np.array([0, 1, 0, 1, 1, 0, 1, 0] * 2)  # S1 T2, S2 T1, T1 S2, T2 S1
    >>> dose = np.array([1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 1.0] * 2)
    >>> layout = Layout(sample, dose, (np.repeat(np.arange(8), 2), np.tile([0, 1], 8)), is_cross_over=True)
    >>> y = np.log(dose) + 0.3 * sample + np.repeat(np.arange(8.0), 2) + 0.1 * np.cos(np.arange(16.0) ** 2)
    >>> found = cross_over(y[None], layout)
    >>> round(float(np.exp(found.potency.estimate[0, 0])), 2), found.df, found.anova["residual_between"].df
    (1.28, 4, 4)
    """
    _check(layout)
    x, origin = log_doses(layout)
    anova, variance, df = _strata(y, layout, x)
    common, potency = common_slope(y, layout, x, variance, t_quantile(level, df))
    k = layout.samples
    slope = common.coefficients[:, k]
    explained = anova[SUBJECTS].ss + np.sum(
        [anova[t].ss for t in (PERIODS, "preparations", "regression") if t in anova], axis=0
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.sqrt(explained / anova[TOTAL].ss)
    return LinearAssay(
        potency,
        slope,
        common.coefficients[:, :k] - origin * slope[:, None],
        anova,
        _slope_ratios(y, layout, x, anova, equivalence_level),
        np.asarray(correlation, float),
        variance,
        df,
        common.fitted,
    )


def _check(layout: Layout) -> None:
    if not layout.is_cross_over:
        raise InputError("design", layout.design.value, "a cross-over, with subjects and periods")
    subject, period = layout.blocks
    if len(np.unique(np.stack([subject, period]), axis=1).T) < len(subject):
        raise InputError("subject", "two responses of a subject in one period", "one response of a subject a period")
    if np.bincount(subject).max() < 2:
        raise InputError("subject", "one response of each subject", "subjects that received two doses or more")


def _terms(layout: Layout, x: Floats) -> dict[str, Floats]:
    """Columns of the terms beyond subjects, in their order."""
    prep, period = indicators(layout.sample), indicators(layout.blocks[1])
    main = {"preparations": prep, "regression": x, "non_parallelism": x * prep}
    made = {PERIODS: period, **main, "non_linearity": indicators(layout.cell)}
    for name, columns in main.items():
        made[f"periods_{name}"] = np.hstack([columns * p[:, None] for p in period.T])
    return made


def _strata(y: Floats, layout: Layout, x: Floats) -> tuple[dict[str, Term], Floats, int]:
    """Analysis of variance in two strata, with the error within subjects and its degrees of freedom."""
    subjects, terms = indicators(layout.blocks[0]), _terms(layout, x)
    within = analyse_variance(y, {SUBJECTS: subjects, **terms})
    if any(name not in within for name in ("preparations", "regression")):
        raise InputError("design", "doses that differ only between subjects", "subjects that cross samples and doses")
    df = within[RESIDUAL].df
    if df == 0:
        raise InputError("response", "no replicates", "more subjects, to estimate the error within them")
    inside = independent(np.eye(len(subjects)), independent(subjects, np.empty((len(subjects), 0))))
    between = analyse_variance(y, {"within": inside, **terms})
    left = between[RESIDUAL]
    rows = {name: _against(t, left) for name, t in between.items() if name in terms and name not in within}
    rows[BETWEEN] = left
    return rows | within, within[RESIDUAL].ss / df, df


def _against(term: Term, error: Term) -> Term:
    """Term tested against an error; NaN where nothing is left for it."""
    if error.df == 0:
        none = np.full_like(term.ss, np.nan)
        return Term(term.df, term.ss, none, none)
    with np.errstate(divide="ignore", invalid="ignore"):
        f = term.ms / error.ms
    return Term(term.df, term.ss, f, np.asarray(fdtrc(term.df, error.df, f), float))


def _slope_ratios(y: Floats, layout: Layout, x: Floats, anova: dict[str, Term], level: float) -> Ratio:
    """Slope of each sample over that of the standard, from both strata by generalised least squares."""
    subject, k = layout.blocks[0], layout.samples
    prep, period = indicators(layout.sample), indicators(layout.blocks[1])
    columns = np.hstack([x * prep, prep, period[:, 1:] - period[:, :1]])
    within, between = anova[RESIDUAL], anova[BETWEEN]
    none = np.full((len(y), k - 1), np.nan)
    if between.df == 0:
        return Ratio(none, none, none, none)
    size = np.bincount(subject).astype(float)
    mean_size = (size.sum() - (size**2).sum() / size.sum()) / (len(size) - 1)
    excess = np.maximum(between.ms - within.ms, 0.0) / mean_size
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = excess[:, None] / (within.ms[:, None] + size * excess[:, None])  # V^-1 = (I - rho J) / error within
    rho = np.nan_to_num(rho, nan=0.0)
    member = indicators(subject)
    sums, totals = member.T @ columns, y @ member
    information = columns.T @ columns - np.einsum("as,sj,sk->ajk", rho, sums, sums)
    inverse = np.linalg.inv(information)
    theta = np.einsum("ajk,ak->aj", inverse, y @ columns - (rho * totals) @ sums)
    v, s2 = inverse, within.ms[:, None]
    own = np.arange(1, k)
    covariance = (v[:, own, own] * s2, v[:, 0, 1:k] * s2, v[:, :1, 0] * s2)
    return fieller(theta[:, 1:k], theta[:, :1], covariance, t_quantile(level, min(within.df, between.df)))
