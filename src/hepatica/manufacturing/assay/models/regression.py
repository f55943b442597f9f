"""Least squares for many assays of one design: nested terms, analysis of variance, coefficients with covariance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtrit

from hepatica.errors import InputError

Floats = NDArray[np.float64]
RESIDUAL, TOTAL = "residual", "total"


class Term(NamedTuple):
    """A row of an analysis of variance.

    Attributes
    ----------
    df : int
    ss : ndarray
        (assays,), sum of squares beyond the terms above.
    f, p : ndarray
        (assays,), against the residual mean square; NaN for the residual and the total.
    """

    df: int
    ss: Floats
    f: Floats
    p: Floats

    @property
    def ms(self) -> Floats:
        """Mean square (assays,)."""
        return self.ss / self.df if self.df else np.full_like(self.ss, np.nan)


class Fit(NamedTuple):
    """Least-squares coefficients.

    Attributes
    ----------
    coefficients : ndarray
        (assays, columns).
    unscaled : ndarray
        (columns, columns), inverse of the normal matrix; times the residual variance it is the covariance.
    fitted : ndarray
        (assays, responses).
    """

    coefficients: Floats
    unscaled: Floats
    fitted: Floats


def indicators(groups: NDArray[np.int64]) -> Floats:
    """Indicator columns of groups numbered from 0, (responses, groups)."""
    return np.asarray(groups[:, None] == np.arange(int(groups.max()) + 1), float)


def independent(columns: Floats, before: Floats) -> Floats:
    """Orthonormal basis of what columns add to an orthonormal basis, (responses, rank)."""
    scale = np.linalg.norm(columns, axis=0)
    columns = columns[:, scale > 0] / scale[scale > 0]
    rest = columns - before @ (before.T @ columns)
    rest -= before @ (before.T @ rest)  # twice is enough
    u, s, _ = np.linalg.svd(rest, full_matrices=False)
    return np.asarray(u[:, s > 1e-7], float)


def analyse_variance(y: Floats, terms: Mapping[str, Floats]) -> dict[str, Term]:
    """Sequential analysis of variance, each term beyond those before it, against what is left after the last.

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    terms : mapping of str to ndarray
        Columns (responses, any) by name; the mean comes before them.

    Returns
    -------
    dict of str to Term
        Terms that add at least one degree of freedom, then ``residual`` and ``total``.

    Examples
    --------
    >>> y = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 7.0]])
    >>> rows = analyse_variance(y, {"trend": np.arange(6.0)[:, None]})
    >>> rows["trend"].df, round(float(rows["trend"].ss[0]), 3), round(float(rows["residual"].ss[0]), 4)
    (1, 22.857, 0.4762)
    """
    n = y.shape[1]
    basis = np.full((n, 1), n**-0.5)
    centred = y - y.mean(axis=1, keepdims=True)
    total = np.sum(centred**2, axis=1)
    left, parts = centred, {}
    for name, columns in terms.items():
        added = independent(columns, basis)
        if added.shape[1]:
            scores = left @ added
            parts[name] = (added.shape[1], np.sum(scores**2, axis=1))
            left = left - scores @ added.T
            basis = np.hstack([basis, added])
    df, ss = n - basis.shape[1], np.sum(left**2, axis=1)
    none = np.full(len(y), np.nan)
    rows = {name: Term(d, s, *_f_test(s, d, ss, df)) for name, (d, s) in parts.items()}
    return rows | {RESIDUAL: Term(df, ss if df else none * 0, none, none), TOTAL: Term(n - 1, total, none, none)}


def _f_test(ss: Floats, df: int, residual: Floats, residual_df: int) -> tuple[Floats, Floats]:
    if residual_df == 0:
        none = np.full_like(ss, np.nan)
        return none, none
    with np.errstate(divide="ignore", invalid="ignore"):
        f = (ss / df) / (residual / residual_df)
    return f, np.asarray(fdtrc(df, residual_df, f), float)


def least_squares(y: Floats, columns: Floats) -> Fit:
    """Least-squares coefficients of one design for many assays, by QR.

    Parameters
    ----------
    y : ndarray
        (assays, responses).
    columns : ndarray
        (responses, columns).

    Raises
    ------
    InputError
        If the columns are not independent, as where blocks and doses or samples coincide.
    """
    q, r = np.linalg.qr(columns)
    if columns.shape[0] < columns.shape[1] or np.abs(np.diag(r)).min() < 1e-9 * np.linalg.norm(columns, axis=0).max():
        raise InputError(
            "block", "a design that cannot tell doses and samples from blocks", "blocks that hold several of both"
        )
    inverse = np.linalg.inv(r)
    coefficients = (y @ q) @ inverse.T
    return Fit(coefficients, inverse @ inverse.T, coefficients @ columns.T)


def t_quantile(level: float, df: Floats | float) -> Floats:
    """Two-sided quantile of Student's distribution at a confidence level.

    Examples
    --------
    >>> round(float(t_quantile(0.95, 54)), 4)
    2.0049
    """
    return np.asarray(stdtrit(np.asarray(df, float), 0.5 + level / 2), float)
