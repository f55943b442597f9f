"""Errors of labs learnt from people: widths in the weights by coordinate descent on what corrected forecasts miss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepatica.individual.discrepancy import enough_events, log_odds
from hepatica.individual.learning.correction import residual_variances
from hepatica.individual.learning.matching import Matching, learnable
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import Errors, LabError, default_errors
from hepatica.individual.regressions import Logistic

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DISCREPANCIES = (0.1, 0.25, 0.6, 1.0)
"""SDs of the discrepancy that are tried, log scale."""
MEMORIES = (2.0, 8.0, 30.0)
"""Memories of the discrepancy that are tried, for all labs together, day."""
AGES = (20.0, math.inf)
"""SDs of the kernel of age that are tried for the outcome, year."""
OUTCOME_DISCREPANCY, OUTCOME_MEMORY = 0.6, 2.0
"""SD and memory (day) of the discrepancy in the weights of the outcome; assumed."""
MIN_GAIN = 1e-3
"""Fall of the log loss for which a lab is left out of the weights of the outcome."""
MIN_PROBABILITY = 1e-4


def fit_errors(
    matchings: Sequence[Matching],
    training: Ints,
    kernels: Kernels = Kernels(),  # noqa: B008 - frozen
) -> dict[str, LabError]:
    """Errors of the labs by the leave-one-out residuals of corrected forecasts of the later labs.

    Parameters
    ----------
    matchings : sequence of Matching
        Of one cohort, from each set of known days.
    training : (m,)
        Positions of the training people.
    kernels : Kernels
        Kernels of covariates.

    Returns
    -------
    dict of str to LabError
        Defaults for labs that the people do not have.
    """
    every = [{lab: replace(e, memory=memory) for lab, e in default_errors().items()} for memory in MEMORIES]
    losses = [_loss(matchings, training, errors, kernels) for errors in every]
    best, errors = min(losses), every[int(np.argmin(losses))]
    for lab in learnable(matchings):
        changes = [replace(errors[lab], discrepancy=d) for d in DISCREPANCIES if d != errors[lab].discrepancy]
        for change in (*changes, replace(errors[lab], weighs=False)):
            tried = errors | {lab: change}
            loss = _loss(matchings, training, tried, kernels)
            if loss < best:
                best, errors = loss, tried
    return errors


def fit_outcome_errors(
    matchings: Sequence[Matching], training: Ints, horizon: float
) -> tuple[dict[str, LabError], Kernels]:
    """Errors and kernels of the weights of the outcome, by backward elimination on the recalibrated log loss.

    It leaves out what the model relates to the outcome wrongly, such as ALT and AST in acute injury, or age.

    Parameters
    ----------
    matchings : sequence of Matching
        Of one cohort, from each set of known days.
    training : (m,)
        Positions of the training people.
    horizon : float
        Day of the outcome.
    """
    errors: dict[str, LabError] = {
        lab: replace(error, discrepancy=max(error.discrepancy, OUTCOME_DISCREPANCY), memory=OUTCOME_MEMORY)
        for lab, error in default_errors().items()
    }
    kernels = Kernels()
    event = matchings[0].people.event[training]
    good = np.isfinite(event)
    if not enough_events(event):
        return errors, kernels

    def loss(tried: Errors, kernel: Kernels) -> float:
        each = []
        for matching in matchings:
            odds = log_odds(matching.event(tried, kernel, horizon)[training][good])
            p = np.clip(Logistic.fit(odds, event[good]).predict(odds), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
            each.append(-float(np.mean(event[good] * np.log(p) + (1 - event[good]) * np.log1p(-p))))
        return float(np.mean(each))

    ages = [replace(kernels, age=age) for age in AGES]
    kernels = min(ages, key=lambda kernel: loss(errors, kernel))
    best = loss(errors, kernels)
    while True:
        kept = [lab for lab in learnable(matchings) if errors[lab].weighs]
        tries = [errors | {lab: replace(errors[lab], weighs=False)} for lab in kept]
        losses = [loss(tried, kernels) for tried in tries]
        if not losses or min(losses) >= best - MIN_GAIN:
            return errors, kernels
        best, errors = min(losses), tries[int(np.argmin(losses))]


def _loss(matchings: Sequence[Matching], training: Ints, errors: Errors, kernels: Kernels) -> float:
    """Mean over labs of the log SD of leave-one-out residuals of the corrected forecasts."""
    forecasts = [matching.forecasts(errors, kernels) for matching in matchings]
    return float(np.mean([0.5 * math.log(v + 1e-6) for v in residual_variances(matchings, forecasts, training)]))
