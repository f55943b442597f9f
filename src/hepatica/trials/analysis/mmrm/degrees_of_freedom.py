"""Tests of fixed effects of a mixed model: Satterthwaite's and Kenward and Roger's degrees of freedom."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from hepatica.trials.analysis.contrast import FTest
from hepatica.trials.analysis.mmrm.likelihood import Derivatives

Array = NDArray[np.float64]


class DegreesOfFreedom(StrEnum):
    """Method for the denominator degrees of freedom; those of Kenward and Roger also enlarge the covariance.

    `KENWARD_ROGER` takes the covariance of the parameters from the observed information, as common programs do, and
    `KENWARD_ROGER_LINEAR` neglects the second derivatives of the covariance; `KENWARD_ROGER_EXPECTED` is the form
    of the paper, with the expected information.
    """

    SATTERTHWAITE = "Satterthwaite"
    KENWARD_ROGER = "Kenward-Roger"
    KENWARD_ROGER_LINEAR = "Kenward-Roger, first derivatives"
    KENWARD_ROGER_EXPECTED = "Kenward-Roger, expected information"


def adjusted_covariance(derivatives: Derivatives, method: DegreesOfFreedom) -> Array:
    """Covariance of the fixed effects, enlarged for the estimation of the covariance parameters when asked.

    Parameters
    ----------
    derivatives : Derivatives
        At the estimate.
    method : DegreesOfFreedom
        Kenward-Roger also counts second derivatives of the covariance, unless linear.

    References
    ----------
    Kenward1997
    """
    phi = derivatives.covariance
    if method is DegreesOfFreedom.SATTERTHWAITE:
        return phi
    w = parameter_covariance(derivatives, expected=method is DegreesOfFreedom.KENWARD_ROGER_EXPECTED)
    p, q = derivatives.first, derivatives.second
    inner = q - p[:, None] @ phi @ p[None]
    if method is not DegreesOfFreedom.KENWARD_ROGER_LINEAR:
        inner = inner - derivatives.curved / 4
    return np.asarray(phi + 2 * phi @ np.einsum("jk,jkab->ab", w, inner) @ phi)


def parameter_covariance(derivatives: Derivatives, *, expected: bool) -> Array:
    """Asymptotic covariance of the covariance parameters, (parameter, parameter).

    Parameters
    ----------
    derivatives : Derivatives
        At the estimate.
    expected : bool
        Of the expected information, else of the observed.
    """
    return np.asarray(2 * np.linalg.pinv(derivatives.expected if expected else derivatives.hessian, hermitian=True))


def f_test(contrast: Array, derivatives: Derivatives, method: DegreesOfFreedom) -> FTest:
    """F test that all contrasts of the fixed effects are 0.

    Parameters
    ----------
    contrast : (rank, effect)
        Linearly independent rows.
    derivatives : Derivatives
        At the estimate.
    method : DegreesOfFreedom
        Of the denominator.

    References
    ----------
    Kenward1997, Fai1996
    """
    rows = np.atleast_2d(contrast)
    covariance = adjusted_covariance(derivatives, method)
    value = rows @ derivatives.beta
    statistic = float(value @ np.linalg.solve(rows @ covariance @ rows.T, value)) / len(rows)
    if method is DegreesOfFreedom.SATTERTHWAITE:
        df = _satterthwaite(rows, derivatives)
    else:
        df, scale = _kenward_roger(rows, derivatives, expected=method is DegreesOfFreedom.KENWARD_ROGER_EXPECTED)
        statistic *= scale
    return FTest(statistic, len(rows), df, float(f_distribution.sf(statistic, len(rows), df)))


def _satterthwaite(rows: Array, derivatives: Derivatives) -> float:
    """Denominator degrees of freedom; of several contrasts by the expectation of F (Fai and Cornelius)."""
    values, vectors = np.linalg.eigh(rows @ derivatives.covariance @ rows.T)
    along = vectors.T @ rows @ derivatives.covariance
    gradient = -np.einsum("ra,jab,rb->rj", along, derivatives.first, along)
    spread = parameter_covariance(derivatives, expected=False)
    each = 2 * values**2 / np.einsum("rj,jk,rk->r", gradient, spread, gradient)
    if each.size == 1:
        return float(each[0])
    if np.ptp(each) < 1e-8 * each.mean():
        return float(each.mean())
    beyond = each[each > 2]
    total = float(np.sum(beyond / (beyond - 2)))
    return 2 * total / (total - each.size) if total > each.size else 2.0


def _kenward_roger(rows: Array, derivatives: Derivatives, *, expected: bool) -> tuple[float, float]:
    """Denominator degrees of freedom and the scale of F."""
    phi, w, n = derivatives.covariance, parameter_covariance(derivatives, expected=expected), len(rows)
    theta = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
    parts = theta @ phi @ derivatives.first @ phi
    traces = np.trace(parts, axis1=-2, axis2=-1)
    a1 = float(traces @ w @ traces)
    a2 = float(np.einsum("jk,jab,kba->", w, parts, parts))
    b = (a1 + 6 * a2) / (2 * n)
    g = ((n + 1) * a1 - (n + 4) * a2) / ((n + 2) * a2)
    below = 3 * n + 2 * (1 - g)
    c1, c2, c3 = g / below, (n - g) / below, (n + 2 - g) / below
    expectation = 1 / (1 - a2 / n)
    variance = (2 / n) * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    rho = variance / (2 * expectation**2)
    df = 4 + (n + 2) / (n * rho - 1)
    return df, df / (expectation * (df - 2))
