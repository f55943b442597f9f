"""Slope-ratio model: response linear in dose, one intercept for standard and samples (Finney 1978)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.fieller import Ratio, fieller
from hepatica.manufacturing.assay.models.parallel_lines import LinearAssay, correlate, replicate_error
from hepatica.manufacturing.assay.models.regression import indicators, least_squares, t_quantile

Floats = NDArray[np.float64]


def slope_ratio(y: Floats, layout: Layout, *, level: float = 0.95, equivalence_level: float = 0.9) -> LinearAssay:
    """Relative potency by the ratio of slopes, with Fieller limits and analysis of variance.

    Responses at a dose of zero are blanks, whichever sample they are written under; they have a share in the common
    intercept.

    Parameters
    ----------
    y : ndarray
        (assays, responses), transformed so that they are linear in dose, with equal variance.
    layout : Layout
        Two doses above zero of each sample, or one and blanks.
    level : float
        Confidence of the limits of potency.
    equivalence_level : float
        Confidence of the limits of the difference of intercepts.

    Returns
    -------
    LinearAssay
        Analysis of variance: blocks (or rows and columns), regression, blanks, intersection, non_linearity.

    Raises
    ------
    InputError
        If a sample has no dose above zero, slopes cannot be told from intercepts, or nothing is left for the error.

    References
    ----------
    Finney DJ, Statistical Method in Biological Assay, 3rd ed., London 1978, chapter 7.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 4), np.tile([1.0, 1.0, 2.0, 2.0], 2))
    >>> a = slope_ratio(np.array([[2.0, 2.1, 3.0, 3.1, 3.0, 3.1, 5.0, 5.1]]), layout)
    >>> round(float(a.potency.estimate[0, 0]), 2), [name for name in a.anova]
    (2.0, ['regression', 'intersection', 'residual', 'total'])
    """
    k, dosed = layout.samples, layout.dose > 0
    lines = indicators(layout.sample) * (layout.dose / layout.dose.max())[:, None]
    blank, prep = (~dosed).astype(float)[:, None], indicators(layout.sample) * dosed[:, None]
    if any(not (dosed & (layout.sample == i)).any() for i in range(k)):
        raise InputError("dose", 0.0, "a dose above zero of each sample")
    if not blank.any() and any(len(np.unique(layout.dose[layout.sample == i])) < 2 for i in range(k)):
        raise InputError(
            "dose", "one dose of a sample", "at least two doses of each sample, or blanks at a dose of zero"
        )
    terms = layout.block_terms() | {"regression": lines, "blanks": blank, "intersection": prep}
    anova, variance, df = replicate_error(y, terms, layout)
    fit = least_squares(y, np.hstack([lines, np.ones((len(lines), 1)), layout.block_columns()]))
    v, s2, slopes = fit.unscaled, variance[:, None], fit.coefficients[:, :k]
    covariance = (np.diag(v)[1:k] * s2, v[0, 1:k] * s2, v[0, 0] * s2)
    return LinearAssay(
        fieller(slopes[:, 1:], slopes[:, :1], covariance, t_quantile(level, df)),
        slopes / layout.dose.max(),
        np.repeat(fit.coefficients[:, k : k + 1], k, axis=1),
        anova,
        _intersections(y, layout, lines, variance, t_quantile(equivalence_level, df)),
        correlate(anova, (*layout.block_terms(), "regression")),
        variance,
        df,
        fit.fitted,
    )


def _intersections(y: Floats, layout: Layout, lines: Floats, variance: Floats, t: Floats) -> Ratio:
    """Difference of the intercepts of a sample and of the standard over the span of the standard, each by its line."""
    k, dosed = layout.samples, layout.dose > 0
    if any(len(np.unique(layout.dose[dosed & (layout.sample == i)])) < 2 for i in range(k)):
        none = np.full((len(y), k - 1), np.nan)
        return Ratio(none, none, none, none)
    kept = dosed
    columns = np.hstack([lines, indicators(layout.sample), layout.block_columns()])[kept]
    fit = least_squares(y[:, kept], columns)
    span = float(layout.dose[layout.sample == 0].max() / layout.dose.max())
    s2, v = variance[:, None], fit.unscaled
    shifts = np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])
    own = v[k : 2 * k, k : 2 * k]
    covariance = (
        np.einsum("ij,jk,ik->i", shifts, own, shifts) * s2,
        span * (shifts @ v[k : 2 * k, 0]) * s2,
        span**2 * v[0, 0] * s2,
    )
    return fieller(fit.coefficients[:, k : 2 * k] @ shifts.T, span * fit.coefficients[:, :1], covariance, t)
