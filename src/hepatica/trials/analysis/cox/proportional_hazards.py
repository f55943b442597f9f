"""Test of proportional hazards: score test of coefficients that vary with a function of time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.fit import CoxFit
from hepatica.trials.analysis.cox.likelihood import CoxData, Ties, thinning
from hepatica.trials.analysis.cox.residuals import schoenfeld_residuals
from hepatica.trials.analysis.kaplan_meier import survival_curve

Array = NDArray[np.float64]


class Transform(StrEnum):
    """Function of time along which a coefficient may change."""

    IDENTITY = "identity"
    LOG = "log"
    RANK = "rank"
    KAPLAN_MEIER = "km"


@dataclass(frozen=True, kw_only=True)
class ProportionalHazardsTest:
    """Result of the test.

    Attributes
    ----------
    transform : Transform
    chi_square, p : (covariate,)
        Of each covariate by itself, one degree of freedom.
    slope : (covariate,)
        One-step estimate of the change of the coefficient per unit of the transform; negative when a protective
        effect comes late.
    chi_square_global, p_global : float
        Of all covariates together.
    times : (event,)
        Of the events.
    scaled_residuals : (event, covariate)
        Scaled Schoenfeld residuals plus the coefficient: their course over time is that of the log hazard ratio.
    """

    transform: Transform
    chi_square: Array
    p: Array
    slope: Array
    chi_square_global: float
    p_global: float
    times: Array
    scaled_residuals: Array


def proportional_hazards_test(fit: CoxFit, *, transform: Transform = Transform.KAPLAN_MEIER) -> ProportionalHazardsTest:
    """Score test that no coefficient changes with the transformed time.

    Parameters
    ----------
    fit : CoxFit
        With ties by Breslow or Efron.
    transform : Transform
        Identity, logarithm, rank, or one less the Kaplan-Meier curve of all patients.

    Returns
    -------
    ProportionalHazardsTest

    References
    ----------
    Grambsch1994, Therneau2000

    Examples
    --------
    >>> from hepatica.trials.analysis.cox.fit import cox
    >>> fitted = cox([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 1, 0], [1, 1, 0, 1, 0, 0, 1, 0])
    >>> proportional_hazards_test(fitted).p.shape
    (1,)
    """
    if fit.ties is Ties.EXACT:
        raise InputError("ties", fit.ties.value, "a fit with Ties.EFRON or Ties.BRESLOW")
    data, beta = fit.data, fit.coefficients
    at, share = thinning(data, fit.ties)
    moving = transformed_times(data, transform)
    if not np.ptp(moving) > 1e-12 * max(1.0, float(np.abs(moving).max())):
        raise InputError("transform", transform.value, "another transform: this one is the same at all event times")
    middle = moving[data.set_of[data.event]].mean()
    g = (moving - middle)[at]
    variance = _term_variances(data, beta, at, share)
    residuals = schoenfeld_residuals(data, beta, fit.ties)
    heavy = data.weight[data.event][:, None] * residuals
    own = (moving - middle)[data.set_of[data.event]]
    score = own @ heavy
    i11, i12, i22 = (np.einsum("t,tij->ij", g**k, variance) for k in (0, 1, 2))
    reduced = i22 - i12.T @ np.linalg.solve(i11, i12)
    full = np.block([[i11, i12], [i12.T, i22]])
    p = beta.size
    each = np.array([_one(full, score, j, p) for j in range(p)])
    statistic = float(score @ np.linalg.solve(reduced, score))
    deaths = residuals.shape[0]
    return ProportionalHazardsTest(
        transform=transform,
        chi_square=each[:, 0],
        p=chi2.sf(each[:, 0], 1),
        slope=each[:, 1],
        chi_square_global=statistic,
        p_global=float(chi2.sf(statistic, p)),
        times=data.time[data.event],
        scaled_residuals=deaths * residuals @ fit.naive_covariance + beta,
    )


def _one(full: Array, score: Array, j: int, p: int) -> tuple[float, float]:
    """Chi-square and one-step slope of one covariate, given all constant coefficients."""
    kept = [*range(p), p + j]
    inverse = np.linalg.inv(full[np.ix_(kept, kept)])
    return float(score[j] ** 2 * inverse[-1, -1]), float(score[j] * inverse[-1, -1])


def _term_variances(data: CoxData, beta: Array, at: NDArray[np.intp], share: Array) -> Array:
    """Weighted covariance of the covariates over the risk set of each term, (term, covariate, covariate)."""
    risk = data.weight * np.exp(data.x @ beta)
    moments = (risk, risk[:, None] * data.x, risk[:, None, None] * data.x[:, :, None] * data.x[:, None, :])
    s0, s1, s2 = (
        data.at_risk_sums(m)[at] - share.reshape(-1, *[1] * (m.ndim - 1)) * data.event_sums(m)[at] for m in moments
    )
    mean = s1 / s0[:, None]
    weight = (data.event_sums(data.weight) / data.deaths)[at]
    spread = s2 / s0[:, None, None] - mean[:, :, None] * mean[:, None, :]
    return np.asarray(weight[:, None, None] * spread)


def transformed_times(data: CoxData, transform: Transform) -> Array:
    """Transform of each event time, (event time,).

    Parameters
    ----------
    data : CoxData
        Ordered histories.
    transform : Transform
        Function of time.
    """
    times = data.set_time
    if transform is Transform.IDENTITY:
        return times
    if transform is Transform.LOG:
        if not np.all(times > 0):
            raise InputError("transform", "an event at time 0", "Transform.KAPLAN_MEIER, RANK or IDENTITY")
        return np.asarray(np.log(times))
    if transform is Transform.RANK:
        distinct, first = np.unique(data.time, return_index=True)
        return np.asarray(rankdata(data.time, method="average")[first][np.searchsorted(distinct, times)])
    curve = survival_curve(data.time, data.event, entry=data.entry if data.entry.any() else None)
    before = np.concatenate(([1.0], curve.survival[:-1]))
    return np.asarray(1.0 - before[np.searchsorted(curve.times, times)])
