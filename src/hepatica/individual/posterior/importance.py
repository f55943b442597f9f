"""Importance weights of the candidates of a library for one person, with their effective sample size.

The log weight of a candidate is the log likelihood of the person's labs about its course, with measurement error and
persistent model discrepancy, plus kernels of age, weight, sex, encephalopathy and ascites, plus the log probability
that the candidate lives to the last measurement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.library.candidates import LABS, Candidates, at_times
from hepatica.individual.posterior.lab_error import MAX_SQUARED_DISTANCE, Errors
from hepatica.individual.posterior.observations import Observations

Floats = NDArray[np.float64]
MIN_EFFECTIVE = 50.0
"""Effective sample size under which the weights alone are not trusted."""
MIN_SURVIVAL = 1e-6
MAX_ENCEPHALOPATHY, MAX_ASCITES = 4.0, 2.0


@dataclass(frozen=True, kw_only=True)
class Kernels:
    """SDs of the kernels of covariates; infinite leaves one out.

    Attributes
    ----------
    age, weight : float
        Year, kg.
    female : float
        Log weight by which the other sex is disfavoured, as a squared distance of one over its square.
    encephalopathy, ascites : float
        Grades.
    """

    age: float = 20.0
    weight: float = 20.0
    female: float = math.inf
    encephalopathy: float = 0.7
    ascites: float = 0.7


def log_likelihood(
    candidates: Candidates, observations: Observations, errors: Errors, kernels: Kernels, course: int = 0
) -> Floats:
    """Log weight of each candidate before normalisation, (n,).

    Parameters
    ----------
    candidates : Candidates
        The library.
    observations : Observations
        What is known of the person.
    errors : mapping of str to LabError
        Error of each lab.
    kernels : Kernels
        Kernels of covariates.
    course : int
        Course that the person has been on.
    """
    total = np.zeros(candidates.n)
    for s in observations.series:
        error = errors[s.lab]
        if error.weighs:
            labs = at_times(candidates.labs[course, :, :, LABS.index(s.lab)], s.days, 1)
            total += error.log_likelihood(s.values - labs, s.days, s.signs)
    for name, limit in (("age", math.inf), ("weight", math.inf), ("female", 1.0)):
        total -= _kernel(getattr(observations, name), getattr(candidates, name), getattr(kernels, name), limit)
    for name, limit in (("encephalopathy", MAX_ENCEPHALOPATHY), ("ascites", MAX_ASCITES)):
        total -= _kernel(getattr(observations, name), getattr(candidates, name), getattr(kernels, name), limit)
    if observations.last_day > 0:
        alive = at_times(candidates.free[course], [observations.last_day], 1)[:, 0]
        total += np.log(np.maximum(alive, MIN_SURVIVAL))
    return total


def _kernel(value: float, simulated: Floats, sd: float, limit: float) -> Floats | float:
    """Half the bounded squared distance of a covariate; 0 where it is not known."""
    if math.isnan(value) or math.isinf(sd):
        return 0.0
    distance = (min(value, limit) - np.minimum(simulated, limit)) / sd
    return np.asarray(0.5 * np.minimum(distance**2, MAX_SQUARED_DISTANCE))


def normalise(log_weight: Floats) -> Floats:
    """Weights that add up to 1.

    Examples
    --------
    >>> normalise(np.log([1.0, 3.0])).round(3).tolist()
    [0.25, 0.75]
    """
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def effective_size(weight: Floats) -> float:
    """Effective sample size of normalised weights (Kish).

    Examples
    --------
    >>> effective_size(np.full(8, 0.125))
    8.0
    """
    return float(1.0 / (weight**2).sum())


def weighted_quantile(values: Floats, weight: Floats, levels: Floats) -> Floats:
    """Quantiles of weighted values, (levels, ...) of values (n, ...): the inverse of their distribution, interpolated.

    Parameters
    ----------
    values : (n, ...)
        Values.
    weight : (n,)
        Normalised.
    levels : (k,)
        To average over.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.full(3, 1 / 3), np.array([0.5])).tolist()
    [2.0]
    """
    flat = values.reshape(len(values), -1)
    order = np.argsort(flat, axis=0)
    w = weight[order]
    middle = np.cumsum(w, axis=0) - 0.5 * w
    ordered = np.take_along_axis(flat, order, axis=0)
    columns = [np.interp(levels, middle[:, j], ordered[:, j]) for j in range(flat.shape[1])]
    return np.stack(columns, axis=-1).reshape(len(levels), *values.shape[1:])
