"""Priors of readers on the whole effect of cells, sceptical, neutral and enthusiastic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.calibrate.readers import READERS, ReaderName
from hepatica.dosing.predictive import MIN_SHARE, Predictive
from hepatica.patients import Draws
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
REFERENCE = "lin2017 msc survival day 168"
"""Difference between arms whose simulated effect, before and after learning, calibrated draws carry with them."""
MAX_SHARE = 1.5  # of an arm's mean effect over that of the arm that a reader judges


class Learning(NamedTuple):
    """Whole effect at one regimen under the model's priors and as learnt, in the same patients and draws of the course.

    By it the evidence is told from the Monte-Carlo noise of a study: of a few prior draws in other patients, the
    difference of two precisions can be as large as either.
    """

    prior: Effect
    learnt: Effect

    def prior_of(self, learnt: Effect) -> Effect:
        """Prior of another regimen, which people's outcomes moved and narrowed as they did that of this one.

        Examples
        --------
        >>> Learning(Effect(0.5, 0.4), Effect(0.4, 0.2)).prior_of(Effect(0.6, 0.3))
        Effect(mean=0.75, sd=0.6)
        """
        scale = learnt.sd / self.learnt.sd
        return Effect(round(learnt.mean + scale * (self.prior.mean - self.learnt.mean), 12), scale * self.prior.sd)


def learning_of(draws: Draws | None) -> dict[str, Learning]:
    """Learning of the whole effect, by hypothesis, as calibrated draws state it; empty where they state none."""
    stated = {} if draws is None else draws.provenance.get("effects", {})
    return {
        hypothesis: Learning(Effect(e["prior_mean"], e["prior_sd"]), Effect(e["mean"], e["sd"]))
        for hypothesis, effects in stated.items()
        if (e := effects.get(REFERENCE)) and min(e["prior_sd"], e["sd"]) > 0
    }


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


def for_reader(p: Predictive, name: str, arm: int, prior: Effect | Learning = PRIOR_EFFECT) -> Predictive:
    """A predictive distribution as a reader has it: each draw moved to where its quantile lies for the reader.

    Parameters
    ----------
    p : Predictive
        As the draws have it.
    name : str
        Of the reader.
    arm : int
        Column whose whole effect the reader has a prior of; other arms move in proportion to their mean effects.
    prior : Effect or Learning
        Of that arm under the model's priors; or what learning did to the effect at another regimen.
    """
    effect = whole_effect(p.survival)
    means = p.weight @ effect
    learnt = Effect(float(means[arm]), float(np.sqrt(p.weight @ (effect[:, arm] - means[arm]) ** 2)))
    posterior = reader_posterior(name, learnt, prior.prior_of(learnt) if isinstance(prior, Learning) else prior)
    ratio = posterior.sd / learnt.sd if learnt.sd > 0 else 1.0
    shift = posterior.mean + ratio * (effect[:, arm] - learnt.mean) - effect[:, arm]
    share = means / means[arm] if abs(means[arm]) > 1e-6 else (np.arange(p.arms) > 0).astype(float)
    return p.shifted(shift[:, None] * np.clip(share, 0.0, MAX_SHARE), null_effect(name, p.null_effect_probability))
