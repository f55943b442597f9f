"""Outlying responses of an assay by Studentised residuals, Grubbs', Dixon's or the ESD test; named, never dropped."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.regression import independent, indicators
from hepatica.manufacturing.assay.outlier_tests import DIXON_MOST, dixon, grubbs, sequential_deviates

Floats = NDArray[np.float64]
MOST = 10
"""Largest number of outliers that the ESD test looks for; a fifth of the responses, if that is less."""


class OutlierRule(Enum):
    """Rule by which outlying responses are named."""

    STUDENTISED = "studentised"
    GRUBBS = "grubbs"
    DIXON = "dixon"
    ESD = "esd"


def outlier_p_values(y: Floats, layout: Layout, rule: OutlierRule = OutlierRule.STUDENTISED) -> Floats:
    """Bonferroni-adjusted p values of outlying responses, (assays, responses).

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    layout : Layout
        Samples, doses and blocks.
    rule : OutlierRule
        ``STUDENTISED``: externally Studentised residuals, those within doses, beyond blocks; without replicates those
        of separate lines over log dose (over dose, where a dose is zero). ``ESD``: the same residuals, the largest
        removed and the rest fitted again, which finds outliers that hide one another. ``GRUBBS`` and ``DIXON``: the
        extreme response of each dose with three or more, less the effects of blocks, adjusted for the number of doses.

    Returns
    -------
    ndarray
        NaN where a response is alone at its dose, or nothing is left to compare it with. By Grubbs and Dixon 1 for all
        but the extreme response of a dose; by ESD for all that were not removed.

    References
    ----------
    Cook RD, Weisberg S, Residuals and Influence in Regression, New York 1982. Rosner B, Technometrics 1983;25:165.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 6), np.tile([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], 2))
    >>> y = np.array([[1.0, 1.1, 0.9, 2.0, 2.1, 1.9, 1.0, 1.1, 0.9, 2.0, 2.1, 6.0]])
    >>> [int(np.nanargmin(outlier_p_values(y, layout, rule)[0])) for rule in OutlierRule]
    [11, 11, 11, 11]
    """
    if rule in (OutlierRule.GRUBBS, OutlierRule.DIXON):
        return _within_doses(y, layout, rule)
    columns, df = _model(layout)
    if df < 1:
        return np.full_like(y, np.nan)
    return _studentised(y, columns, df) if rule is OutlierRule.STUDENTISED else _sequential(y, columns)


def _model(layout: Layout) -> tuple[Floats, int]:
    """Orthonormal columns that residuals are beyond; degrees of freedom without the response that is tested."""
    n = len(layout.dose)
    first = np.full((n, 1), n**-0.5)
    basis = np.hstack([first, independent(np.hstack([layout.block_columns(), indicators(layout.cell)]), first)])
    if n - basis.shape[1] < 2:
        x = np.log(layout.dose) if (layout.dose > 0).all() else layout.dose
        prep = indicators(layout.sample)
        columns = np.hstack([layout.block_columns(), prep, (x - x.mean())[:, None] * prep])
        basis = np.hstack([first, independent(columns, first)])
    return basis, n - basis.shape[1] - 1


def _studentised(y: Floats, basis: Floats, df: int) -> Floats:
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


def _sequential(y: Floats, basis: Floats) -> Floats:
    """A response is as outlying as the most significant of those removed with it or after it."""
    made = np.where(1 - np.sum(basis**2, axis=1) < 1e-9, np.nan, 1.0) * np.ones_like(y)
    most = min(MOST, max(y.shape[1] // 5, 1))
    for row, responses in zip(made, y, strict=True):
        places, _, p = sequential_deviates(responses, basis, most)
        row[places] = np.minimum.accumulate(p[::-1])[::-1]
    return made


def _within_doses(y: Floats, layout: Layout, rule: OutlierRule) -> Floats:
    n, blocks = len(layout.dose), layout.block_columns()
    if blocks.shape[1]:
        cells = independent(indicators(layout.cell), np.empty((n, 0)))
        beyond = independent(blocks, cells)
        y = y - (y @ beyond) @ beyond.T
    made = np.full_like(y, np.nan)
    groups = [np.flatnonzero(layout.cell == c) for c in range(int(layout.cell.max()) + 1)]
    groups = [g for g in groups if 3 <= len(g) <= (DIXON_MOST if rule is OutlierRule.DIXON else n)]
    test = dixon if rule is OutlierRule.DIXON else grubbs
    for at in groups:
        made[:, at] = 1.0
        for row, values in zip(made, y[:, at], strict=True):
            found = test(values)
            row[at[found.place]] = min(found.p * len(groups), 1.0)
    return made
