"""Bayesian rules on the bank: boundaries of z that posterior and predictive probabilities mean at the looks."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from hepatica.trials.confirmatory.bayesian.normal import NormalPrior, PosteriorRule, characteristics, z_boundary
from hepatica.trials.definition.trial import Trial

Floats = NDArray[np.float64]


class PosteriorBoundary(NamedTuple):
    """Boundaries of z, (trial, look) each: success from `upper` on, futility below `lower`; -inf for never."""

    upper: Floats
    lower: Floats


def posterior_rule(trial: Trial, most: float) -> tuple[PosteriorRule, NormalPrior]:
    """Rule and prior of a trial.

    Parameters
    ----------
    trial : Trial
        With a table [bayesian].
    most : float
        Planned maximum of events or patients, at which a level that is not stated is calibrated.
    """
    b = trial.bayesian
    assert b is not None
    prior = NormalPrior(b.prior_mean, 0.0 if b.prior_sd is None else 1 / float(b.prior_sd) ** 2)
    level = b.efficacy
    if level is None:
        planned = [look.fraction for look in trial.look if look.fraction is not None]
        if len(planned) < len(trial.look):  # by date: as if equally spaced
            planned = [(k + 1) / (len(trial.look) + 1) for k in range(len(trial.look))]
        at = tuple(most * f * _unit(trial) for f in (*planned, 1.0))
        level = calibrated_level(at, b.margin, prior, trial.analysis.alpha)
    return PosteriorRule(level, b.futility, b.predictive_futility, b.margin), prior


@lru_cache(maxsize=64)
def calibrated_level(information: tuple[float, ...], margin: float, prior: NormalPrior, alpha: float) -> float:
    """Posterior probability, the same at all looks, at which trials without effect succeed with a probability.

    Stopping for futility is left out, so that the error holds where it is not obeyed.

    Parameters
    ----------
    information : tuple of float
        Planned, at the looks, the final analysis last.
    margin : float
        Of the rule.
    prior : NormalPrior
        Of the analysis.
    alpha : float
        Probability of success without effect.

    Examples
    --------
    >>> round(calibrated_level((25.0, 50.0), 0.0, NormalPrior(), 0.025), 4)  # Pocock's boundary of two looks, 2.178
    0.9853
    """

    def excess(z: float) -> float:
        rule = PosteriorRule(float(ndtr(z)), margin=margin)
        return characteristics(rule, list(information), 0.0, prior).success - alpha

    return float(ndtr(brentq(excess, -8.0, 8.0, xtol=1e-10)))


def _unit(trial: Trial) -> float:
    """Information of an effect on its own scale, by event or patient."""
    share = trial.ratio[1] / sum(trial.ratio)
    return share * (1 - share)


def posterior_boundary(trial: Trial, information: Floats, most: float) -> PosteriorBoundary:
    """Boundaries at the looks of each trial.

    Parameters
    ----------
    trial : Trial
        Of two arms, with a table [bayesian].
    information : (trial, look)
        Events or patients, the final analysis last; NaN for a look that does not take place.
    most : float
        Planned maximum of them, that predictive probabilities look ahead to.
    """
    (rule, prior), unit = posterior_rule(trial, most), _unit(trial)
    at = np.maximum(np.where(np.isnan(information), 1.0, information), 1e-9) * unit
    upper = z_boundary(rule, at, prior).upper
    ahead = at.copy()
    ahead[:, -1] = np.maximum(most * unit, at[:, :-1].max(axis=1, initial=0.0) * (1 + 1e-9))
    lower = z_boundary(rule, ahead, prior).lower
    lower[:, -1] = -np.inf
    return PosteriorBoundary(upper, lower)
