"""Priors of readers on the whole effect of cells, sceptical, neutral and enthusiastic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.calibrate.readers import READERS, ReaderName
from hepatica.dosing.predictive import MIN_SHARE, Predictive
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY

__all__ = ["NULL_EFFECT", "READERS", "Effect", "for_reader", "null_effect", "reader_posterior", "whole_effect"]
Floats = NDArray[np.float64]
NULL_EFFECT: Mapping[str, float] = {
    "sceptical": 0.5,
    "neutral": PRIOR_NULL_EFFECT_PROBABILITY,
    "enthusiastic": 0.02,
}
"""Prior probability of each reader that cells do nothing in people at all: as likely as not, that of the model, and
hardly; assumed. The priors of the size of the effect, if there is one, are those of `calibrate.readers`."""


class Effect(NamedTuple):
    """Mean and SD of the log odds ratio of survival by cells."""

    mean: float
    sd: float


PRIOR_EFFECT = Effect(0.46, 0.40)
"""Mean and SD of the log odds ratio of survival to 24 weeks by cells under the model's priors: an odds ratio of 1.59
(0.98 to 3.60), by simulation of Lin 2017's regimens; used where a study does not simulate its own."""
MAX_SHARE = 1.5  # of an arm's mean effect over that of the arm that a reader judges


def reader_posterior(name: str, learnt: Effect, prior: Effect) -> Effect:
    """Posterior of the whole effect for a reader, by conjugate normal updating.

    What the evidence says is what turned the model's prior into the learnt distribution: a normal likelihood of
    precision 1 / sd_learnt^2 - 1 / sd_prior^2. The reader's prior takes the place of the model's.

    Parameters
    ----------
    name : str
        Of a reader, one of `READERS`.
    learnt, prior : Effect
        Of the draws that the study takes, and of the model's priors alone.

    Examples
    --------
    >>> posterior = reader_posterior("sceptical", Effect(0.6, 0.3), Effect(0.4, 0.6))
    >>> round(posterior.mean, 2), round(posterior.sd, 2)
    (0.4, 0.27)
    """
    own = READERS[cast(ReaderName, name)]
    if not (learnt.sd > 0 and prior.sd > 0):
        return learnt
    precision = learnt.sd**-2 - prior.sd**-2
    if precision <= 0:  # the evidence says nothing of it
        return Effect(own.mean, own.sd)
    sd = (precision + own.sd**-2) ** -0.5
    evidence = learnt.mean / learnt.sd**2 - prior.mean / prior.sd**2
    return Effect(sd**2 * (evidence + own.mean / own.sd**2), sd)


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


def whole_effect(survival: Floats) -> Floats:
    """Log odds ratio of survival of every arm over the first, from probabilities, (draw, arm)."""
    alive = logit(np.clip(survival, MIN_SHARE, 1 - MIN_SHARE))
    return np.asarray(alive - alive[:, :1])


def for_reader(p: Predictive, name: str, arm: int, prior: Effect = PRIOR_EFFECT) -> Predictive:
    """A predictive distribution as a reader has it: each draw moved to where its quantile lies for the reader.

    Parameters
    ----------
    p : Predictive
        As the draws have it.
    name : str
        Of the reader.
    arm : int
        Column whose whole effect the reader has a prior of; other arms move in proportion to their mean effects.
    prior : Effect
        Of that arm under the model's priors.
    """
    effect = whole_effect(p.survival)
    means = p.weight @ effect
    learnt = Effect(float(means[arm]), float(np.sqrt(p.weight @ (effect[:, arm] - means[arm]) ** 2)))
    posterior = reader_posterior(name, learnt, prior)
    ratio = posterior.sd / learnt.sd if learnt.sd > 0 else 1.0
    shift = posterior.mean + ratio * (effect[:, arm] - learnt.mean) - effect[:, arm]
    share = means / means[arm] if abs(means[arm]) > 1e-6 else (np.arange(p.arms) > 0).astype(float)
    return p.shifted(shift[:, None] * np.clip(share, 0.0, MAX_SHARE), null_effect(name, p.null_effect_probability))
