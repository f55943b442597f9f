"""Fine-Gray regression of the subdistribution hazard of one cause, with robust variance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.outcomes.event_history import checked_history

Array = NDArray[np.float64]
MAX_STEPS = 50
UNBOUNDED = 15.0  # coefficients times the spread of their covariates, beyond which the likelihood has no maximum


@dataclass(frozen=True, kw_only=True)
class FineGrayFit:
    """Fitted subdistribution hazards model.

    Attributes
    ----------
    coefficients, std_error : (coefficient,)
        Logarithms of subdistribution hazard ratios; those of `time_varying` come last.
    covariance : (coefficient, coefficient)
        Robust: weights, and their estimation, are counted.
    log_likelihood : (float, float)
        Pseudo-likelihood, without covariates and fitted.
    converged : bool
        False where a coefficient has no finite estimate; its number and error mean nothing then.
    times : (event time,)
        Of the cause.
    jumps : (event time,)
        Of the baseline cumulative subdistribution hazard, all covariates 0.
    factors : (event time, coefficient)
        Functions of time by which each covariate is multiplied.
    """

    coefficients: Array
    std_error: Array
    covariance: Array
    log_likelihood: tuple[float, float]
    converged: bool
    times: Array
    jumps: Array
    factors: Array

    @property
    def p(self) -> Array:
        """Two-sided Wald p value of each coefficient, (coefficient,)."""
        return np.asarray(2 * norm.sf(np.abs(self.coefficients / self.std_error)))

    def hazard_ratio(self, confidence: float = 0.95) -> Array:
        """Subdistribution hazard ratios with their intervals, (coefficient, 3).

        Parameters
        ----------
        confidence : float
            Coverage, two-sided.
        """
        reach = norm.ppf(0.5 + confidence / 2) * self.std_error
        b = self.coefficients
        return np.asarray(np.exp(np.stack([b, b - reach, b + reach], axis=1)))

    def incidence(self, covariates: ArrayLike, times: ArrayLike) -> Array:
        """Predicted cumulative incidence of the cause, (patient, time).

        Parameters
        ----------
        covariates : (patient, coefficient)
            Constant covariates, then the time-varying ones.
        times : (time,)
            At which it is wanted.
        """
        x = np.asarray(covariates, dtype=np.float64).reshape(-1, self.coefficients.size)
        hazard = np.cumsum(np.exp(x @ (self.factors * self.coefficients).T) * self.jumps, axis=1)
        steps = np.concatenate((np.zeros((len(x), 1)), hazard), axis=1)
        at = np.searchsorted(self.times, np.atleast_1d(np.asarray(times, dtype=np.float64)), side="right")
        return np.asarray(1.0 - np.exp(-steps[:, at]))


@dataclass(frozen=True)
class _Sets:
    """Terms of the likelihood: covariates, functions of time, weights of the risk sets and events by time."""

    x: Array
    factors: Array
    weights: Array  # (event time, patient)
    events: Array  # (event time, patient)

    def moments(self, beta: Array) -> tuple[Array, Array, Array, float]:
        """Relative risks (event time, patient), their sums and the mean covariates; logarithm of the likelihood."""
        eta = (self.factors * beta) @ self.x.T
        risk = self.weights * np.exp(eta)
        s0 = risk.sum(axis=1)
        mean = (risk @ self.x) * self.factors / s0[:, None]
        return risk, s0, mean, float(np.sum(self.events * eta) - self.events.sum(axis=1) @ np.log(s0))

    def score(self, beta: Array) -> tuple[float, Array, Array]:
        """Logarithm of the likelihood, its score and its information."""
        risk, s0, mean, value = self.moments(beta)
        d = self.events.sum(axis=1)
        score = np.sum((self.events @ self.x) * self.factors - d[:, None] * mean, axis=0)
        p = self.x.shape[1]
        square = (self.x[:, :, None] * self.x[:, None, :]).reshape(-1, p * p)
        second = (risk @ square).reshape(-1, p, p) * self.factors[:, :, None] * self.factors[:, None, :]
        information = np.einsum("t,tij->ij", d / s0, second) - (mean * d[:, None]).T @ mean
        return value, score, information


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    *,
    of: int,
    time_varying: ArrayLike | None = None,
    functions: Callable[[Array], Array] | None = None,
    censoring_group: ArrayLike | None = None,
) -> FineGrayFit:
    """Fine-Gray regression by weighted partial likelihood.

    Parameters
    ----------
    time : (patient,)
        Of the event or of censoring.
    cause : (patient,) int
        0 censored, otherwise the cause of the event.
    covariates : (patient, covariate)
        Without gaps; may have no column when `time_varying` is given.
    of : int
        The cause modelled, not 0.
    time_varying : (patient, k), optional
        Covariates that are multiplied by functions of time.
    functions : callable, optional
        From times (m,) to (m, k); needed with `time_varying`.
    censoring_group : (patient,), optional
        Groups whose censoring distributions differ.

    Returns
    -------
    FineGrayFit

    Raises
    ------
    InputError
        If shapes differ, a value is missing, or nobody has the event of the cause.

    References
    ----------
    Fine1999

    Examples
    --------
    >>> fitted = fine_gray([1, 2, 3, 4, 5, 6], [1, 2, 1, 1, 0, 2], [[0], [0], [1], [0], [1], [1]], of=1)
    >>> round(float(fitted.coefficients[0]), 3)
    -0.834
    """
    time, causes = checked_history(time, cause)
    if of == 0 or not np.any(causes == of):
        raise InputError("of", of, "a cause that at least one patient has; 0 means censored")
    x, factors, times = _covariates(time[causes == of], covariates, time_varying, functions, time.size)
    group = np.zeros(time.size, dtype=np.intp)
    if censoring_group is not None:
        group = np.unique(np.asarray(censoring_group), return_inverse=True)[1]
        if group.shape != time.shape:
            raise InputError("censoring_group", group.shape, f"one group for each of the {time.size} patients")
    weights = _risk_weights(time, causes, group, times, of)
    events = ((time == times[:, None]) & (causes == of)).astype(float)
    sets = _Sets(x, factors, weights, events)
    beta, start, value, information, converged = _maximum(sets)
    influence = _influence(sets, beta, time, causes, group, times, of)
    inverse = np.linalg.pinv(information)
    covariance = inverse @ (influence.T @ influence) @ inverse
    _, s0, _, _ = sets.moments(beta)
    return FineGrayFit(
        coefficients=beta,
        std_error=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        log_likelihood=(start, value),
        converged=converged,
        times=times,
        jumps=events.sum(axis=1) / s0,
        factors=factors,
    )


def _covariates(
    event_times: Array,
    covariates: ArrayLike,
    time_varying: ArrayLike | None,
    functions: Callable[[Array], Array] | None,
    n: int,
) -> tuple[Array, Array, Array]:
    """All covariates (patient, coefficient), their factors (event time, coefficient), and the event times."""
    times = np.unique(event_times)
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 and x.size else x.reshape(n, -1) if not x.size else x
    factors = np.ones((times.size, x.shape[1]))
    if time_varying is not None:
        if functions is None:
            raise InputError("functions", None, "functions of time, one for each column of time_varying")
        moving = np.asarray(time_varying, dtype=np.float64)
        moving = moving[:, None] if moving.ndim == 1 else moving
        along = np.asarray(functions(times), dtype=np.float64).reshape(times.size, -1)
        if along.shape[1] != moving.shape[1]:
            raise InputError("functions", along.shape, f"{moving.shape[1]} columns, one for each of time_varying")
        x, factors = np.column_stack([x, moving]), np.column_stack([factors, along])
    if x.shape[0] != n or not x.shape[1] or not np.all(np.isfinite(x)):
        raise InputError("covariates", x.shape, f"a finite value of every covariate for each of the {n} patients")
    return x, factors, times


def _censoring_curve(time: Array, censored: NDArray[np.bool_], at: Array) -> Array:
    """Kaplan-Meier curve of being uncensored, just before given times."""
    times = np.unique(time[censored])
    n = time.size - np.searchsorted(np.sort(time), times, side="left")
    left = np.sort(time[censored])
    d = np.searchsorted(left, times, side="right") - np.searchsorted(left, times, side="left")
    curve = np.concatenate(([1.0], np.cumprod(1.0 - d / n)))
    return np.asarray(curve[np.searchsorted(times, at, side="left")])


def _risk_weights(time: Array, cause: NDArray[np.int_], group: NDArray[np.intp], times: Array, of: int) -> Array:
    """Weights in the risk set of each event time, (event time, patient): G(t-) / G(X-) after a competing event."""
    weights = (time >= times[:, None]).astype(float)
    for g in range(group.max() + 1):
        mine = group == g
        later = _censoring_curve(time[mine], cause[mine] == 0, times)
        who = np.flatnonzero(mine & (cause != 0) & (cause != of))
        own = _censoring_curve(time[mine], cause[mine] == 0, time[who])
        weights[:, who] = np.where(time[who] >= times[:, None], 1.0, later[:, None] / own)
    return weights


def _maximum(sets: _Sets) -> tuple[Array, float, float, Array, bool]:
    """Coefficients, likelihood without and with them, information, convergence: Newton's method with halved steps."""
    beta = np.zeros(sets.x.shape[1])
    start, score, information = sets.score(beta)
    value = start
    scale = sets.x.std(axis=0) * np.abs(sets.factors).max(axis=0)
    unit = np.where(scale > 0, scale, 1.0)
    if np.linalg.matrix_rank(information / np.outer(unit, unit)) < len(beta):
        raise InputError("covariates", "columns that depend linearly on each other", "leave one out")
    for _ in range(MAX_STEPS):
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        proposed = sets.score(beta + step)
        while not proposed[0] >= value - 1e-12 * abs(value) and np.abs(step).max() > 1e-12:
            step = step / 2
            proposed = sets.score(beta + step)
        beta, (value, score, information) = beta + step, proposed
        if np.abs(beta * scale).max() > UNBOUNDED:
            break
        if np.abs(step).max() < 1e-9:
            return beta, start, value, information, True
    return beta, start, value, information, False


def _influence(
    sets: _Sets, beta: Array, time: Array, cause: NDArray[np.int_], group: NDArray[np.intp], times: Array, of: int
) -> Array:
    """Contribution of each patient to the score, with that to the estimated censoring curve, (patient, coefficient)."""
    risk, s0, mean, _ = sets.moments(beta)
    martingale = sets.events - risk * (sets.events.sum(axis=1) / s0)[:, None]
    influence = sets.x * (martingale.T @ sets.factors) - martingale.T @ mean
    competing = (cause != 0) & (cause != of)
    for g in range(group.max() + 1):
        mine = group == g
        for u in np.unique(time[mine & (cause == 0)]):
            before, after = np.flatnonzero(mine & competing & (time < u)), times >= u
            part = martingale[np.ix_(after, before)]
            q = np.sum((part @ sets.x[before]) * sets.factors[after] - part.sum(axis=1)[:, None] * mean[after], axis=0)
            at_risk = mine & (time >= u)
            n, d = at_risk.sum(), (mine & (time == u) & (cause == 0)).sum()
            influence[mine & (time == u) & (cause == 0)] -= q / n
            influence[at_risk] += q * d / n**2
    return np.asarray(influence)
