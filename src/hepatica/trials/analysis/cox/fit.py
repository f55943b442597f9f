"""Proportional hazards regression: estimates, tests, robust variance and baseline hazard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.exact import exact_likelihood
from hepatica.trials.analysis.cox.likelihood import CoxData, Ties, cox_data, partial_likelihood, thinning
from hepatica.trials.analysis.cox.residuals import score_residuals

Array = NDArray[np.float64]
MAX_STEPS, TOLERANCE = 50, 1e-10
UNBOUNDED = 15.0
"""Standardised coefficient beyond which an estimate is called infinite."""


@dataclass(frozen=True, kw_only=True)
class CoxFit:
    """Fitted proportional hazards model.

    Attributes
    ----------
    coefficients, std_error : (covariate,)
        Logarithms of hazard ratios; `std_error` is the robust one when it was asked for.
    covariance, naive_covariance : (covariate, covariate)
        The first robust when it was asked for, the second the inverse information.
    log_likelihood : (float, float)
        Without covariates and fitted.
    score_test : float
        Chi-square of the score at 0, the log-rank test of a single two-valued covariate without ties.
    ties : Ties
    converged : bool
        False when a coefficient grows without bound, as when one arm has no event.
    data : CoxData
    """

    coefficients: Array
    std_error: Array
    covariance: Array
    naive_covariance: Array
    log_likelihood: tuple[float, float]
    score_test: float
    ties: Ties
    converged: bool
    data: CoxData

    @property
    def likelihood_ratio(self) -> float:
        """Chi-square of all covariates."""
        return 2 * (self.log_likelihood[1] - self.log_likelihood[0])

    @property
    def p(self) -> Array:
        """Two-sided Wald p value of each coefficient, (covariate,)."""
        return np.asarray(2 * norm.sf(np.abs(self.coefficients / self.std_error)))

    @property
    def p_global(self) -> float:
        """P value of the likelihood ratio of all covariates."""
        return float(chi2.sf(self.likelihood_ratio, self.coefficients.size))

    def hazard_ratio(self, confidence: float = 0.95) -> Array:
        """Hazard ratios with their intervals, (covariate, 3): estimate, lower, upper.

        Parameters
        ----------
        confidence : float
            Coverage, two-sided.
        """
        reach = norm.ppf(0.5 + confidence / 2) * self.std_error
        b = self.coefficients
        return np.asarray(np.exp(np.stack([b, b - reach, b + reach], axis=1)))

    def risk_score(self, covariates: ArrayLike) -> Array:
        """Linear predictor, relative to the mean of the covariates, (patient,).

        Parameters
        ----------
        covariates : (patient, covariate)
            As in the fit.
        """
        x = np.asarray(covariates, dtype=np.float64)
        return np.asarray((x.reshape(-1, self.coefficients.size) - self.data.centre) @ self.coefficients)

    def cumulative_hazard(self, times: ArrayLike, *, stratum: int = 0) -> Array:
        """Baseline cumulative hazard at the mean of the covariates, (time,); Breslow's, or Efron's with Efron's ties.

        Parameters
        ----------
        times : (time,)
            At which it is wanted.
        stratum : int
            Number of the stratum, in sorted order.
        """
        data, ties = self.data, Ties.BRESLOW if self.ties is Ties.EXACT else self.ties
        risk = data.weight * np.exp(data.x @ self.coefficients)
        at, share = thinning(data, ties)
        weight = (data.event_sums(data.weight) / data.deaths)[at]
        jumps = weight / (data.at_risk_sums(risk)[at] - share * data.event_sums(risk)[at])
        mine = data.set_stratum[at] == stratum
        steps = np.concatenate(([0.0], np.cumsum(jumps[mine])))
        return steps[np.searchsorted(data.set_time[at][mine], np.asarray(times, dtype=float), side="right")]

    def survival(self, covariates: ArrayLike, times: ArrayLike, *, stratum: int = 0) -> Array:
        """Predicted survival, (patient, time).

        Parameters
        ----------
        covariates : (patient, covariate)
            As in the fit.
        times : (time,)
            At which it is wanted.
        stratum : int
            Number of the stratum, in sorted order.
        """
        hazard = self.cumulative_hazard(np.atleast_1d(np.asarray(times, dtype=float)), stratum=stratum)
        return np.exp(-np.exp(self.risk_score(covariates))[:, None] * hazard)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    ties: Ties = Ties.EFRON,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> CoxFit:
    """Proportional hazards regression by maximum partial likelihood.

    Parameters
    ----------
    time : (patient,)
        Event or censoring.
    event : (patient,) bool
        True for the event.
    covariates : (patient, covariate)
        Without gaps and without a constant.
    ties : Ties
        Breslow, Efron, or exact (discrete).
    strata : (patient,), optional
        Each has its own baseline hazard.
    entry : (patient,), optional
        Start of observation (left truncation, or rows of a time-varying covariate).
    weights : (patient,), optional
        Case weights; give `cluster` too, since they need the robust variance.
    cluster : (patient,), optional
        Asks for the robust variance, summed over clusters; each patient's own number gives that of Lin and Wei.

    Returns
    -------
    CoxFit

    Raises
    ------
    InputError
        If shapes differ, a value is missing, there is no event, or covariates depend linearly on each other.

    References
    ----------
    Cox1972, Breslow1974, Efron1977, Gail1981, LinWei1989

    Examples
    --------
    >>> fitted = cox([4, 3, 1, 1, 2, 2, 3], [1, 1, 1, 0, 1, 1, 0], [0, 2, 1, 1, 1, 0, 0])
    >>> round(float(fitted.coefficients[0]), 4), round(float(fitted.std_error[0]), 4)
    (0.4608, 0.5628)
    """
    data = cox_data(time, event, covariates, strata=strata, entry=entry, weights=weights)
    scale = data.x.std(axis=0)
    if np.linalg.matrix_rank(data.x / np.where(scale > 0, scale, 1.0)) < data.x.shape[1]:
        raise InputError("covariates", "columns that depend linearly on each other", "leave one of them out")

    def likelihood(beta: Array) -> tuple[float, Array, Array]:
        return exact_likelihood(data, beta) if ties is Ties.EXACT else partial_likelihood(data, beta, ties)

    beta = np.zeros(data.x.shape[1])
    start, score, information = likelihood(beta)
    score_test = float(score @ np.linalg.pinv(information) @ score)
    value, converged = start, False
    for _ in range(MAX_STEPS):
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        proposed = likelihood(beta + step)
        while not proposed[0] >= value - 1e-12 * abs(value) and np.abs(step).max() > 1e-12:
            step = step / 2
            proposed = likelihood(beta + step)
        beta, change, (value, score, information) = beta + step, proposed[0] - value, proposed
        if np.abs(beta * scale).max() > UNBOUNDED:
            break
        if abs(change) <= TOLERANCE * max(1.0, abs(value)) and np.abs(step * scale).max() < 1e-7:
            converged = True
            break
    naive: Array = np.asarray(np.linalg.pinv(information), dtype=np.float64)
    covariance = naive
    if cluster is not None:
        covariance = _robust(data, beta, naive, ties, np.asarray(cluster))
    return CoxFit(
        coefficients=beta,
        std_error=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        naive_covariance=naive,
        log_likelihood=(start, value),
        score_test=score_test,
        ties=ties,
        converged=converged,
        data=data,
    )


def _robust(data: CoxData, beta: Array, naive: Array, ties: Ties, cluster: NDArray[np.generic]) -> Array:
    """Sandwich of the weighted score residuals, summed over clusters."""
    if cluster.shape != data.time.shape:
        raise InputError("cluster", cluster.shape, f"one cluster for each of the {data.time.size} patients")
    if ties is Ties.EXACT:
        raise InputError("cluster", "exact ties", "Ties.EFRON or Ties.BRESLOW with the robust variance")
    _, code = np.unique(cluster[data.order], return_inverse=True)
    residual = score_residuals(data, beta, ties) * data.weight[:, None]
    summed = np.zeros((code.max() + 1, beta.size))
    np.add.at(summed, code, residual)
    return np.asarray(naive @ (summed.T @ summed) @ naive)
