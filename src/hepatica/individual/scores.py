"""Scores of forecasts about people: CRPS of a normal forecast, Brier score, AUC with its bootstrap distribution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scoringrules
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
RESAMPLES = 1000


def crps_normal(observed: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Floats:
    """Continuous ranked probability score of normal forecasts, in the unit of the forecast; 0 is perfect.

    Gneiting & Raftery 2007 (doi 10.1198/016214506000001437).

    Parameters
    ----------
    observed, mean, sd : array_like
        Of shapes that broadcast; an observation that is NaN has no score.

    Examples
    --------
    >>> round(float(crps_normal(0.0, 0.0, 1.0)), 4), round(float(crps_normal(3.0, 1.0, 1e-9)), 4)
    (0.2337, 2.0)
    """
    return np.asarray(scoringrules.crps_normal(observed, mean, sd), float)


def brier(event: Floats, probability: Floats) -> float:
    """Brier score: mean squared difference between probability and outcome; 0 is perfect.

    Parameters
    ----------
    event : (n,)
        0 or 1.
    probability : (n,)
        Forecast probability.

    Examples
    --------
    >>> brier(np.array([1.0, 0.0]), np.array([0.5, 0.0]))
    0.125
    """
    return float(np.mean(scoringrules.brier_score(event, probability)))


def central_interval(mean: ArrayLike, sd: ArrayLike, share: float) -> tuple[Floats, Floats]:
    """Central prediction interval of a normal forecast.

    Parameters
    ----------
    mean, sd : array_like
        Moments of the forecast.
    share : float
        Nominal coverage, between 0 and 1.

    Examples
    --------
    >>> [round(float(x), 2) for x in central_interval(0.0, 1.0, 0.9)]
    [-1.64, 1.64]
    """
    half = float(ndtri(0.5 + share / 2)) * np.asarray(sd, float)
    return np.asarray(mean, float) - half, np.asarray(mean, float) + half


def percentile_interval(values: Floats) -> tuple[float, float]:
    """95 % percentile interval of bootstrap values, of those that are finite; NaN where none is.

    Parameters
    ----------
    values : (resamples,)
        Bootstrap values.

    Examples
    --------
    >>> percentile_interval(np.append(np.arange(41.0), np.nan)), percentile_interval(np.array([np.nan]))
    ((1.0, 39.0), (nan, nan))
    """
    good = values[np.isfinite(values)]
    if not len(good):
        return float("nan"), float("nan")
    return float(np.quantile(good, 0.025)), float(np.quantile(good, 0.975))


def auc(event: Floats, score: Floats) -> float:
    """Area under the ROC curve: concordance of a score with a binary outcome, ties half; NaN without both outcomes.

    Parameters
    ----------
    event : (n,)
        0 or 1.
    score : (n,)
        Higher where the event is expected.

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.5, 0.5, 0.9]))
    0.875
    """
    had = event > 0.5
    n1, n0 = int(had.sum()), int((~had).sum())
    if not n1 or not n0:
        return float("nan")
    return float((rankdata(score)[had].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def bootstrap_auc(
    event: Floats, scores: Mapping[str, Floats], *, seed: int, resamples: int = RESAMPLES
) -> dict[str, Floats]:
    """AUC of each score in the same bootstrap samples of people, (resamples,); NaN in a sample without both outcomes.

    Parameters
    ----------
    event : (n,)
        0 or 1.
    scores : mapping of str to (n,)
        By predictor.
    seed : int
        Of the random numbers.
    resamples : int
        Number of bootstrap samples.

    Examples
    --------
    >>> event, score = np.repeat([0.0, 1.0], 20), np.arange(40.0)
    >>> bootstrap_auc(event, {"perfect": score}, seed=1, resamples=3)["perfect"].tolist()
    [1.0, 1.0, 1.0]
    """
    n = len(event)
    which = (uniforms(seed, np.arange(resamples), "people:bootstrap", n) * n).astype(np.int64)
    had = event[which] > 0.5
    n1, n0 = had.sum(axis=1), (~had).sum(axis=1)
    drawn: dict[str, Floats] = {}
    for name, score in scores.items():
        ranks = np.where(had, rankdata(score[which], axis=1), 0.0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn[name] = np.where(n1 * n0 > 0, (ranks - n1 * (n1 + 1) / 2) / (n1 * n0), np.nan)
    return drawn
