"""Priors of readers on the whole effect of cells, sceptical, neutral and enthusiastic, as weights of draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.readers import READERS, Reader, reader
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY

__all__ = ["NULL_EFFECT", "READERS", "draw_weights", "effective_draws", "null_effect"]
Floats = NDArray[np.float64]
MAX_WEIGHT = 20.0  # times the mean weight; a draw that counts more is a single draw deciding
NULL_EFFECT: Mapping[str, float] = {
    "sceptical": 0.5,
    "neutral": PRIOR_NULL_EFFECT_PROBABILITY,
    "enthusiastic": 0.02,
}
"""Prior probability of each reader that cells do nothing in people at all: as likely as not, that of the model, and
hardly; assumed. The priors of the size of the effect, if there is one, are those of `calibrate.readers`."""


def draw_weights(name: str, effect: Floats, prior_mean: float, prior_sd: float) -> Floats:
    """Importance weights of parameter draws for a reader: density of the reader's prior over that of the model's.

    The draws may have learnt from evidence: a change of prior multiplies prior and posterior alike.

    Parameters
    ----------
    name : str
        Of a reader, one of `READERS`.
    effect : (draw,)
        Log odds ratio of survival by cells under each draw.
    prior_mean, prior_sd : float
        Of that log odds ratio under the model's priors.

    Returns
    -------
    (draw,) ndarray
        Adds up to one.

    Examples
    --------
    >>> draw_weights("sceptical", np.array([0.0, 0.7]), 0.4, 0.4).round(2).tolist()
    [0.77, 0.23]
    """
    if not prior_sd > 0:
        return np.full(len(effect), 1.0 / len(effect))
    log = reader(name).log_density(effect) - Reader("neutral", prior_mean, prior_sd).log_density(effect)
    weight = np.exp(log - log.max())
    weight = np.minimum(weight, MAX_WEIGHT * weight.mean())
    return np.asarray(weight / weight.sum())


def null_effect(name: str, posterior: float, prior: float = PRIOR_NULL_EFFECT_PROBABILITY) -> float:
    """Posterior probability of no effect for a reader, by the Bayes factor that the model's own posterior implies.

    Examples
    --------
    >>> round(null_effect("sceptical", 0.04), 2), null_effect("neutral", 0.04)
    (0.27, 0.04)
    """
    own = NULL_EFFECT[name]
    if own == prior or not 0 < posterior < 1:
        return posterior
    factor = posterior / (1 - posterior) * (1 - prior) / prior
    odds = factor * own / (1 - own)
    return odds / (1 + odds)


def effective_draws(weight: Floats) -> float:
    """Effective number of draws of weights (Kish).

    Examples
    --------
    >>> effective_draws(np.array([0.5, 0.5, 0.0]))
    2.0
    """
    return float(weight.sum() ** 2 / (weight**2).sum())
