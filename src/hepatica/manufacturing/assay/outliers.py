"""Outlying responses: externally Studentised residuals, Bonferroni-adjusted; they are named and never dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.regression import independent, indicators

Floats = NDArray[np.float64]


def outlier_p_values(y: Floats, layout: Layout) -> Floats:
    """Bonferroni-adjusted p values of externally Studentised residuals, (assays, responses).

    Residuals are those within doses, beyond blocks; without replicates those of separate lines over log dose (over
    dose, where a dose is zero). NaN where a response is alone at its dose, or nothing is left to compare it with.

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    layout : Layout
        Samples, doses and blocks.

    References
    ----------
    Cook RD, Weisberg S, Residuals and Influence in Regression, New York 1982.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 6), np.tile([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], 2))
    >>> y = np.array([[1.0, 1.1, 0.9, 2.0, 2.1, 1.9, 1.0, 1.1, 0.9, 2.0, 2.1, 6.0]])
    >>> int(np.argmin(outlier_p_values(y, layout)[0]))
    11
    """
    n = len(layout.dose)
    first = np.full((n, 1), n**-0.5)
    columns = np.hstack([layout.block_columns(), indicators(layout.cell)])
    basis = np.hstack([first, independent(columns, first)])
    if n - basis.shape[1] < 2:
        x = np.log(layout.dose) if (layout.dose > 0).all() else layout.dose
        prep = indicators(layout.sample)
        columns = np.hstack([layout.block_columns(), prep, (x - x.mean())[:, None] * prep])
        basis = np.hstack([first, independent(columns, first)])
    df = n - basis.shape[1] - 1
    if df < 1:
        return np.full_like(y, np.nan)
    residual = y - (y @ basis) @ basis.T
    free = 1 - np.sum(basis**2, axis=1)
    alone = free < 1e-9
    free = np.where(alone, 1.0, free)
    ss = np.sum(residual**2, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = residual / np.sqrt(np.maximum(ss - residual**2 / free, 0.0) / df * free)
        p = 2 * stdtr(df, -np.abs(t))
    p = np.where(np.isnan(t) & (ss > 0), 0.0, p)
    return np.where(alone, np.nan, np.minimum(p * int((~alone).sum()), 1.0))
