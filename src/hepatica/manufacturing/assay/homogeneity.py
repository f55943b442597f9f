"""Homogeneity of the error over doses: Bartlett's test of the variances within doses (Bartlett 1937)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.regression import indicators

Floats = NDArray[np.float64]


class Homogeneity(NamedTuple):
    """Test of equal variances.

    Attributes
    ----------
    df : int
    chi2, p : ndarray
        (assays,), NaN where a dose has no scatter at all, which rounded responses may give by chance.
    """

    df: int
    chi2: Floats
    p: Floats


def bartlett(y: Floats, layout: Layout) -> Homogeneity | None:
    """Bartlett's test of equal variances within doses; None with blocks, or with fewer than two replicated doses.

    Parameters
    ----------
    y : ndarray
        (assays, responses), transformed.
    layout : Layout
        Samples and doses.

    References
    ----------
    Bartlett MS, Proc R Soc A 1937;160:268.

    Examples
    --------
    >>> layout = Layout(np.repeat([0, 1], 3), np.ones(6))
    >>> found = bartlett(np.array([[1.0, 1.1, 0.9, 2.0, 3.0, 1.0]]), layout)
    >>> found.df, round(float(found.p[0]), 3)
    (1, 0.023)
    """
    members = indicators(layout.cell)
    n = members.sum(axis=0)
    members, n = members[:, n > 1], n[n > 1]
    k, df = len(n), n.sum() - len(n)
    if layout.blocks or k < 2:
        return None
    means = (y @ members) / n
    within = np.maximum((y**2) @ members - n * means**2, 0.0)
    within = np.where(within > 1e-12 * (y**2) @ members, within, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(within / (n - 1))
        raw = df * np.log(within.sum(axis=1) / df) - logs @ (n - 1)
    correction = 1 + (np.sum(1 / (n - 1)) - 1 / df) / (3 * (k - 1))
    chi2 = np.where((within > 0).all(axis=1), np.maximum(raw, 0.0) / correction, np.nan)
    return Homogeneity(k - 1, chi2, np.asarray(chdtrc(k - 1, chi2), float))
