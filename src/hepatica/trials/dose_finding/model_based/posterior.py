"""Estimate of the parameter of a working model: posterior by quadrature, or maximum likelihood.

A patient followed for part of the window counts with a weight: the likelihood of no toxicity is 1 - weight * toxicity
(Cheung & Chappell 2000, Biometrics 56:1177), with weight 1 for patients followed up and for those with toxicity.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.dose_finding.model_based.working_models import Empiric, WorkingModel, check_skeleton
from hepatica.trials.dose_finding.state import Floats, Ints

PRIOR_SD = float(np.sqrt(1.34))  # of beta, as in O'Quigley & Shen 1996
SPAN = 7.0  # prior standard deviations on either side
POINTS = 241  # of the trapezoid rule: the integrand is smooth and ends at zero, so that it converges geometrically
FINE, FINE_SPAN = 8001, 10.0  # for one trial, whose patients may all have toxicity
FURTHEST = 10.0  # of a maximum-likelihood estimate
_HALVINGS = 50


class BetaGrid(NamedTuple):
    """Points of beta with the logarithm of the prior density there, (points,)."""

    beta: Floats
    log_prior: Floats


def beta_grid(prior_sd: float = PRIOR_SD, points: int = POINTS, span: float = SPAN) -> BetaGrid:
    """Grid for the trapezoid rule over a normal prior with mean 0."""
    beta = np.linspace(-span * prior_sd, span * prior_sd, points)
    return BetaGrid(beta, -0.5 * (beta / prior_sd) ** 2)


def normalise(log_density: Floats) -> Floats:
    """Probabilities of the points of a grid, along the last axis."""
    mass = np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=-1, keepdims=True))


def posterior_moments(mass: Floats, grid: BetaGrid) -> tuple[Floats, Floats]:
    """Mean and variance of beta of each trial; `mass` is (trials, points)."""
    mean: Floats = np.asarray(mass @ grid.beta)
    return mean, np.asarray(mass @ grid.beta**2 - mean**2)


def maximise(model: WorkingModel, labels: Floats, toxic: Ints, treated: Ints) -> Floats:
    """Maximum-likelihood estimate of beta of each trial, by halving an interval in which the score changes sign.

    Parameters
    ----------
    model : WorkingModel
        Working model.
    labels : array of float, (levels,)
        Dose labels.
    toxic, treated : array of int, (trials, levels)
        Numbers by level.

    Returns
    -------
    array of float, (trials,)
        At an end of the range where toxicity is all or none, for which there is no maximum.
    """
    low, high = np.full(len(toxic), -FURTHEST), np.full(len(toxic), FURTHEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        up, down = model.slopes(labels, middle[:, None])
        rising = (toxic * up + (treated - toxic) * down).sum(axis=1) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return np.asarray((low + high) / 2)


class CrmFit(NamedTuple):
    """Fit of a working model to one trial.

    Attributes
    ----------
    beta, variance : float
        Posterior mean and variance, or estimate and inverse of the observed information.
    toxicity, low, high : array of float, (levels,)
        At the estimate, and at the ends of a normal interval of beta.
    level : int
        Level nearest to the target, counted from 0.
    """

    beta: float
    variance: float
    toxicity: Floats
    low: Floats
    high: Floats
    level: int


def log_likelihood(model: WorkingModel, labels: Floats, toxic: Ints, weights: Floats, beta: Floats) -> Floats:
    """Log-likelihood at points of beta, of patients one by one.

    Parameters
    ----------
    model : WorkingModel
        Working model.
    labels, toxic, weights : array, (patients,)
        Label of the dose, toxicity or none, and weight of the follow-up.
    beta : array of float, (points,)
        Points.
    """
    log_p, log_none = model.log_toxicity(labels[:, None], beta)
    partly = np.log1p(-np.minimum(weights[:, None] * np.exp(log_p), 1 - 1e-16))
    none = np.where(weights[:, None] < 1, partly, log_none)
    return np.asarray(np.where(toxic[:, None] > 0, log_p, none).sum(axis=0))


def _likelihood_estimate(model: WorkingModel, labels: Floats, toxic: Ints, weights: Floats) -> tuple[float, float]:
    if toxic.all() or not toxic.any():
        raise InputError("toxic", toxic.tolist(), "at least one patient with and one without, for maximum likelihood")
    centre, half = 0.0, FURTHEST
    for _ in range(12):  # each round narrows the interval fiftyfold
        beta = np.linspace(centre - half, centre + half, 201)
        values = log_likelihood(model, labels, toxic, weights, beta)
        centre, half = float(beta[values.argmax()]), half / 50
        if half < 1e-9:
            break
    step = 1e-3
    three = log_likelihood(model, labels, toxic, weights, centre + step * np.array([-1.0, 0.0, 1.0]))
    return centre, float(-(step**2) / (three[0] - 2 * three[1] + three[2]))


def fit_crm(
    skeleton: object,
    target: float,
    level: object,
    toxic: object,
    *,
    weights: object = None,
    model: WorkingModel | None = None,
    prior_sd: float | None = PRIOR_SD,
    credible: float = 0.9,
) -> CrmFit:
    """Fit of the continual reassessment method to the patients of one trial.

    Parameters
    ----------
    skeleton : sequence of float
        Prior guesses of toxicity by level.
    target : float
        Toxicity aimed at.
    level : sequence of int
        Level of each patient, counted from 0.
    toxic : sequence of int
        1 for toxicity, 0 for none.
    weights : sequence of float, optional
        Weight of each patient's follow-up, 0 to 1; 1 for all by default, and always for toxicity.
    model : WorkingModel, optional
        The power model by default.
    prior_sd : float or None
        Standard deviation of the normal prior of beta; None for maximum likelihood.
    credible : float
        Probability of the interval.

    Raises
    ------
    InputError
        If the patients do not fit the levels, or there is no maximum of the likelihood.

    Examples
    --------
    >>> fit = fit_crm([0.05, 0.1, 0.2, 0.35], 0.2, level=[2, 3, 3], toxic=[0, 0, 1])
    >>> fit.level, fit.toxicity.round(2).tolist()
    (2, [0.07, 0.13, 0.24, 0.4])
    """
    model = model or Empiric()
    prior = check_skeleton(skeleton)
    place, hit = np.asarray(level, np.int64), np.asarray(toxic, np.int64)
    weight = np.ones(len(hit)) if weights is None else np.where(hit > 0, 1.0, np.asarray(weights, float))
    if place.shape != hit.shape or weight.shape != hit.shape or not np.isin(hit, (0, 1)).all():
        raise InputError("toxic", toxic, "0 or 1 for each patient")
    if len(place) and (place.min() < 0 or place.max() >= len(prior)):
        raise InputError("level", level, f"levels from 0 to {len(prior) - 1}")
    if not ((weight >= 0) & (weight <= 1)).all():
        raise InputError("weights", weights, "from 0 to 1")
    labels = model.labels(prior)
    if prior_sd is None:
        beta, variance = _likelihood_estimate(model, labels[place], hit, weight)
    else:
        grid = beta_grid(prior_sd, FINE, FINE_SPAN)
        mass = normalise(log_likelihood(model, labels[place], hit, weight, grid.beta) + grid.log_prior)
        beta, variance = (float(part) for part in posterior_moments(mass, grid))
    half = float(ndtri(0.5 + credible / 2)) * np.sqrt(variance)
    at, low, high = (model.toxicity(labels, b) for b in (beta, beta + half, beta - half))
    return CrmFit(beta, variance, at, low, high, int(np.abs(at - target).argmin()))
