"""Importance weights of parameter draws that take evidence about the half-effect out of them, or a part of it.

The priors of the half-effects hold what animals and people with other diseases say. A draw x of a distribution in which
that prior stands, the posterior from people with liver disease among them, carries the weight

    w(x) = product over half-effects of  p(x | prior with the evidence wanted) / p(x | prior of the model)

under the distribution in which the other prior stands: the likelihood of people is the same in both and cancels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.model.structure import Model
from hepatica.patients import DrawKey, Draws
from hepatica.translation.dose_response.informed import Half, LogNormal, Weights, inform
from hepatica.translation.dose_response.measure import Measure

Floats = NDArray[np.float64]


def measure_of(hypothesis: str) -> Measure:
    """Measure of exposure whose evidence the priors of a hypothesis hold.

    Examples
    --------
    >>> measure_of("lung_only").value, measure_of("label_is_cells").value
    ('living_lung_only', 'living')
    """
    return next((m for m in Measure if m.hypothesis and m.hypothesis == hypothesis), Measure.LIVING)


def prior_in_model(model: Model, parameter: Half, hypothesis: str = "") -> LogNormal:
    """Prior of a half-effect as the model's table states it under a hypothesis."""
    entry = model.parameters[parameter.value].entry
    if entry.prior.kind != "lognormal":
        raise InputError(parameter.value, f"a prior of kind '{entry.prior.kind}'", "a log-normal one")
    value = model.parameters[parameter.value].under(hypothesis)
    return LogNormal(log_mean=float(np.log(value)), log_sd=float(np.sqrt(np.log1p(entry.prior.cv**2))))


def replace_prior(z: Floats, old: LogNormal, new: LogNormal) -> Floats:
    """Log density ratio of two log-normal priors at standardised coordinates of the old one, (n,).

    Examples
    --------
    >>> same = LogNormal(log_mean=1.0, log_sd=0.5)
    >>> replace_prior(np.array([-1.0, 0.0, 2.0]), same, same).tolist()
    [0.0, 0.0, 0.0]
    """
    other = (old.log_mean + old.log_sd * z - new.log_mean) / new.log_sd
    ratio: Floats = 0.5 * (z**2 - other**2) + np.log(old.log_sd / new.log_sd)
    return ratio


def evidence_weights(draws: Draws, model: Model, hypothesis: str, weights: Weights) -> Floats:
    """Importance weights of draws under priors of the half-effects that hold other evidence than the model's.

    Parameters
    ----------
    draws : Draws
        From the priors of the model, or learnt with them.
    model : Model
        Whose priors the draws have.
    hypothesis : str
        About the label seen in images.
    weights : Weights
        Of the evidence wanted: both 1 as shipped, ``animals=0`` without animals, both 0 without other diseases too.

    Returns
    -------
    (draws,)
        Of sum 1; equal where the evidence is that of the model.

    Raises
    ------
    InputError
        If the draws have no column of a half-effect.
    """
    total = np.zeros(draws.n)
    for half in Half if weights != Weights() else ():
        z = draws.of(DrawKey.coordinate(half.value, hypothesis), np.arange(draws.n))
        if z is None:
            raise InputError("draws", f"none of '{half.value}'", "draws of every half-effect")
        total += replace_prior(
            z, prior_in_model(model, half, hypothesis), inform(half, measure_of(hypothesis), weights=weights)
        )
    w = np.exp(total - total.max())
    out: Floats = w / w.sum()
    return out


def effective_draws(weights: Floats) -> float:
    """Effective number of weighted draws (Kong 1992): square of the sum over the sum of squares.

    Examples
    --------
    >>> effective_draws(np.array([0.25, 0.25, 0.25, 0.25])), effective_draws(np.array([1.0, 0.0]))
    (4.0, 1.0)
    """
    return float(weights.sum() ** 2 / (weights**2).sum())
