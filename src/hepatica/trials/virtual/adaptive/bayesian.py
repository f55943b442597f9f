"""Bayesian rules on the bank: boundaries of z that posterior and predictive probabilities mean at the looks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.bayesian.normal import NormalPrior, PosteriorRule, z_boundary
from hepatica.trials.definition.trial import Trial

Floats = NDArray[np.float64]


class PosteriorBoundary(NamedTuple):
    """Boundaries of z, (trial, look) each: success from `upper` on, futility below `lower`; -inf for never."""

    upper: Floats
    lower: Floats


def posterior_rule(trial: Trial) -> tuple[PosteriorRule, NormalPrior]:
    """Rule and prior of a trial.

    Parameters
    ----------
    trial : Trial
        With a table [bayesian].
    """
    b = trial.bayesian
    assert b is not None
    information = 0.0 if b.prior_sd is None else 1 / float(b.prior_sd) ** 2
    rule = PosteriorRule(b.efficacy, b.futility, b.predictive_futility, b.margin)
    return rule, NormalPrior(b.prior_mean, information)


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
    rule, prior = posterior_rule(trial)
    share = trial.ratio[1] / sum(trial.ratio)
    unit = share * (1 - share)  # information of an effect on its own scale, by event or patient
    at = np.maximum(np.where(np.isnan(information), 1.0, information), 1e-9) * unit
    upper = z_boundary(rule, at, prior).upper
    ahead = at.copy()
    ahead[:, -1] = np.maximum(most * unit, at[:, :-1].max(axis=1, initial=0.0) * (1 + 1e-9))
    lower = z_boundary(rule, ahead, prior).lower
    lower[:, -1] = -np.inf
    return PosteriorBoundary(upper, lower)
