"""Analysis of covariance: adjusted means and differences of arms, with classical or robust variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution

from hepatica.errors import InputError
from hepatica.trials.analysis.contrast import Contrast, FTest, LinearFit, t_test
from hepatica.trials.analysis.design_matrix import Design

Array = NDArray[np.float64]


class Robust(StrEnum):
    """Variance of the coefficients: constant residual variance, or heteroscedasticity-consistent."""

    CLASSICAL = "classical"
    HC0 = "HC0"
    HC1 = "HC1"
    HC2 = "HC2"
    HC3 = "HC3"


@dataclass(frozen=True, kw_only=True)
class AncovaFit(LinearFit):
    """Fitted analysis of covariance.

    Attributes
    ----------
    design : Design
    data : dict of str to (row,)
        Complete rows.
    beta : (effect,)
    covariance : (effect, effect)
        As the method asks.
    residual_variance : float
    df : int
        Of the residuals.
    left_out : int
        Rows without an outcome.
    """

    design: Design
    data: dict[str, NDArray[np.generic]]
    beta: Array
    covariance: Array
    residual_variance: float
    df: int
    left_out: int

    def contrast(self, weights: ArrayLike, *, null: float = 0.0, confidence: float = 0.95) -> Contrast:
        """T test of a linear combination of the coefficients.

        Parameters
        ----------
        weights : (effect,)
            In the order of the columns of the design.
        null : float
            Value under the hypothesis.
        confidence : float
            Coverage of the interval, two-sided.
        """
        row = np.asarray(weights, dtype=np.float64)
        size = float(np.sqrt(row @ self.covariance @ row))
        return t_test(float(row @ self.beta), size, float(self.df), null=null, confidence=confidence)

    def type_iii(self, term: str | Sequence[str]) -> FTest:
        """Type III F test of a term.

        Parameters
        ----------
        term : str or sequence of str
            A main effect, or the variables of an interaction.
        """
        rows = self.design.term_contrast(self.data, term)
        value = rows @ self.beta
        f = float(value @ np.linalg.solve(rows @ self.covariance @ rows.T, value)) / len(rows)
        return FTest(f, len(rows), float(self.df), float(f_distribution.sf(f, len(rows), self.df)))


def ancova(
    data: Mapping[str, ArrayLike],
    *,
    outcome: str,
    terms: Sequence[str | Sequence[str]],
    robust: Robust = Robust.CLASSICAL,
    references: Mapping[str, object] | None = None,
) -> AncovaFit:
    """Analysis of covariance by least squares.

    Parameters
    ----------
    data : mapping of str to (row,)
        One row for each patient; rows with a missing outcome are left out and counted.
    outcome : str
        Variable explained.
    terms : sequence of str or of sequence of str
        Arm, baseline, strata and interactions, as in `Design.of`.
    robust : Robust
        Variance of the coefficients.
    references : mapping, optional
        Reference level by factor.

    Returns
    -------
    AncovaFit

    Raises
    ------
    InputError
        If a variable is unknown, a covariate is missing, terms depend linearly on each other, or too few rows remain.

    References
    ----------
    MacKinnon1985

    Examples
    --------
    >>> rows = {"arm": ["a", "b"] * 4, "base": [1.0, 2, 3, 4, 5, 6, 7, 8], "y": [1.0, 4, 3, 6, 5, 8, 7, 10]}
    >>> fitted = ancova(rows, outcome="y", terms=["arm", "base"])
    >>> round(fitted.difference({"arm": "b"}, {"arm": "a"}).estimate, 6)
    2.0
    """
    names = {outcome} | {n for t in terms for n in ((t,) if isinstance(t, str) else t)}
    for name in sorted(names - set(data)):
        raise InputError("data", name, f"a variable of the data: {', '.join(map(str, data))}")
    response = np.asarray(data[outcome], dtype=np.float64)
    seen = np.isfinite(response)
    rows = {name: np.asarray(data[name])[seen] for name in sorted(names)}
    if not seen.any():
        raise InputError(outcome, "no value", "outcomes that are not missing")
    design = Design.of(rows, terms, references=references)
    x, y = design.matrix(rows), response[seen]
    df = len(y) - x.shape[1]
    if df < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError("terms", design.columns, "fewer terms than rows, which do not depend linearly on each other")
    inverse: Array = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    beta = inverse @ (x.T @ y)
    residual = y - x @ beta
    variance = float(residual @ residual) / df
    return AncovaFit(
        design=design,
        data=rows,
        beta=beta,
        covariance=_covariance(x, residual, inverse, variance, robust),
        residual_variance=variance,
        df=df,
        left_out=int((~seen).sum()),
    )


def _covariance(x: Array, residual: Array, inverse: Array, variance: float, robust: Robust) -> Array:
    """Covariance of the coefficients."""
    if robust is Robust.CLASSICAL:
        return variance * inverse
    n, p = x.shape
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    left = np.maximum(1.0 - leverage, 1e-12)
    weight = {
        Robust.HC0: residual**2,
        Robust.HC1: residual**2 * n / (n - p),
        Robust.HC2: residual**2 / left,
        Robust.HC3: residual**2 / left**2,
    }[robust]
    return np.asarray(inverse @ ((x * weight[:, None]).T @ x) @ inverse)
