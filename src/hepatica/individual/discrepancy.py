"""Model discrepancy: its SD in the importance weights and its mean as a linear correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.individual.labs import LABS
from hepatica.individual.people import People, Treatment
from hepatica.individual.predictors import MIN_EVENTS, MIN_PEOPLE
from hepatica.individual.regressions import Logistic, Ridge
from hepatica.individual.weights import Discrepancy, ImportanceWeights, PosteriorMoments
from hepatica.outcomes.scores import meld, meld3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GRID = (0.1, 0.3, 0.7, float("inf"))
"""SDs of the model discrepancy that are tried, log scale; infinite leaves a lab out."""
INITIAL_SD, OUTCOME_SD = 0.3, 0.7
MIN_GAIN = 1e-3
"""Fall of the log loss for which a lab is left out of the weights of the outcome."""
MIN_PROBABILITY = 1e-6
MIN_ODDS_PROBABILITY = 1e-4
MIN_SHARE_SCORED = 0.8
"""Share of the people with the inputs of MELD 3.0 for it to be set beside, as all are scored on the same people."""


def fit_discrepancy(weights: ImportanceWeights, training: Ints) -> dict[str, float]:
    """SD of the model discrepancy of each lab, by coordinate descent on the residual variance of the later labs.

    Parameters
    ----------
    weights : ImportanceWeights
        Importance weights of the training cohort.
    training : (m,)
        Positions of the training people.

    Returns
    -------
    dict of str to float
        Of the log lab; infinite leaves it out of the weights.
    """
    discrepancy = dict.fromkeys(LABS, INITIAL_SD)
    best = _residual_log_sd(weights, training, weights.moments(discrepancy))
    for lab in LABS:
        for sd in GRID:
            if sd != discrepancy[lab]:
                tried = discrepancy | {lab: sd}
                loss = _residual_log_sd(weights, training, weights.moments(tried))
                if loss < best:
                    best, discrepancy = loss, tried
    return discrepancy


def select_outcome_labs(weights: ImportanceWeights, training: Ints) -> dict[str, float]:
    """Labs in the weights of the outcome, by backward elimination on the log loss; the others get an infinite SD.

    It detects a lab that the model relates to the outcome wrongly. ALT and AST are such in acute injury: in the model
    many dying cells mean a bad outcome, in people high values mean an early stage.

    Parameters
    ----------
    weights, training
        As in `fit_discrepancy`.

    Returns
    -------
    dict of str to float
        SD of the model discrepancy of each lab.
    """
    event = weights.people.event[training]
    good = np.isfinite(event)
    if not enough_events(event):
        return dict.fromkeys(LABS, OUTCOME_SD)

    def loss(discrepancy: Discrepancy) -> float:
        odds = log_odds(weights.event(discrepancy)[training][good])
        p = np.clip(Logistic.fit(odds, event[good]).predict(odds), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
        return -float(np.mean(event[good] * np.log(p) + (1 - event[good]) * np.log1p(-p)))

    discrepancy = dict.fromkeys(LABS, OUTCOME_SD)
    best = loss(discrepancy)
    while True:
        kept = [lab for lab in LABS if np.isfinite(discrepancy[lab])]
        losses = [(loss(discrepancy | {lab: np.inf}), lab) for lab in kept]
        least, worst = min(losses, default=(np.inf, ""))
        if least >= best - MIN_GAIN:
            return discrepancy
        best, discrepancy = least, discrepancy | {worst: np.inf}


def enough_events(event: Floats) -> bool:
    """Sample size sufficient for a regression of the outcome.

    Parameters
    ----------
    event : (n,)
        1, 0 or NaN.

    Examples
    --------
    >>> enough_events(np.repeat([0.0, 1.0], 5)), enough_events(np.repeat([0.0, 1.0], [9, 4]))
    (True, False)
    """
    return bool(min((event == 1).sum(), (event == 0).sum()) >= MIN_EVENTS)


def log_odds(probability: Floats) -> Floats:
    """Log odds as the one feature of a regression, (n, 1), bounded.

    Parameters
    ----------
    probability : (n,)
        Forecast probability.
    """
    bounded = np.clip(probability, MIN_ODDS_PROBABILITY, 1 - MIN_ODDS_PROBABILITY)
    return np.asarray(logit(bounded), float)[:, None]


def correction_features(
    weights: ImportanceWeights, moments: PosteriorMoments, lab: str, day: float
) -> tuple[Floats, Floats]:
    """Features of the correction of a forecast, (n, k), and the forecast mean, (n,).

    Features are the forecast, the lab so far, the model's values on those days, and the treatments.

    Parameters
    ----------
    weights : ImportanceWeights
        Importance weights of the training cohort.
    moments : PosteriorMoments
        Posterior predictive moments of the same people.
    lab : str
        Name of the lab.
    day : float
        Day of the measurement.
    """
    k = list(LABS).index(lab)
    mean = moments.mean[:, weights.days.index(day), k]
    so_far = [
        column
        for known in weights.known
        for column in (weights.people.log_lab(lab, known), moments.mean[:, weights.days.index(known), k])
    ]
    return np.column_stack([mean, *so_far, *(weights.people.given[t] for t in Treatment)]), mean


def meld_of(people: People, days: Sequence[float]) -> Floats:
    """MELD of the last labs on some days, (n,); NaN where one is missing.

    Parameters
    ----------
    people : People
        The cohort.
    days : sequence of float
        Days of the measurements.
    """
    bilirubin, inr, creatinine = (np.exp(people.last_log_lab(lab, days)) for lab in ("bilirubin", "inr", "creatinine"))
    return np.asarray(meld(bilirubin=bilirubin, creatinine=creatinine, inr=inr), float)


def meld3_of(people: People, days: Sequence[float]) -> Floats:
    """MELD 3.0 of the last labs on some days, (n,); NaN where an input is missing, or too few people have all of them.

    Parameters
    ----------
    people : People
        The cohort.
    days : sequence of float
        Days of the measurements.
    """
    names = ("bilirubin", "creatinine", "inr", "sodium", "albumin")
    labs = {lab: np.exp(people.last_log_lab(lab, days)) for lab in names}
    female = people.female if len(people.female) else np.full(people.n, np.nan)
    known = np.all([np.isfinite(values) for values in (*labs.values(), female)], axis=0)
    if known.mean() < MIN_SHARE_SCORED:
        return np.full(people.n, np.nan)
    filled = {lab: np.where(known, values, 1.0) for lab, values in labs.items()}
    score = meld3(
        bilirubin=filled["bilirubin"],
        creatinine=filled["creatinine"],
        inr=filled["inr"],
        sodium=filled["sodium"],
        albumin=filled["albumin"],
        female=np.where(known, female, 0.0) > 0,
    )
    return np.where(known, np.asarray(score, float), np.nan)


def _residual_log_sd(weights: ImportanceWeights, training: Ints, moments: PosteriorMoments) -> float:
    """Mean over labs and days of the log SD of leave-one-out residuals of the corrected model."""
    each = []
    for lab in LABS:
        for day in weights.later:
            observed = weights.people.log_lab(lab, day)[training]
            good = np.isfinite(observed)
            if good.sum() >= MIN_PEOPLE:
                features, mean = correction_features(weights, moments, lab, day)
                features, target = features[training][good], observed[good] - mean[training][good]
                each.append(0.5 * np.log(np.mean(Ridge.fit(features, target).residual ** 2) + 1e-6))
    return float(np.mean(each)) if each else 0.0
