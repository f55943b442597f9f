"""Scores of forecasts about people: CRPS of a normal forecast, AUC with its bootstrap interval, Brier score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
RESAMPLES = 1000


def crps_normal(observed: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Floats:
    """Continuous ranked probability score of normal forecasts, in the unit of what is forecast; smaller is better.

    Examples
    --------
    >>> round(float(crps_normal(0.0, 0.0, 1.0)), 4), round(float(crps_normal(3.0, 1.0, 1e-9)), 4)
    (0.2337, 2.0)
    """
    sd = np.asarray(sd, float)
    z = (np.asarray(observed, float) - np.asarray(mean, float)) / sd
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.asarray(sd * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)), float)


def interval(mean: ArrayLike, sd: ArrayLike, share: float) -> tuple[Floats, Floats]:
    """Ends of the central interval that holds this share of a normal forecast."""
    half = float(ndtri(0.5 + share / 2)) * np.asarray(sd, float)
    return np.asarray(mean, float) - half, np.asarray(mean, float) + half


def auc(event: Floats, score: Floats) -> float:
    """Probability that someone with the event has the higher score, ties half; NaN where all or none had it.

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


def resampled_auc(
    event: Floats, scores: dict[str, Floats], *, seed: int, resamples: int = RESAMPLES
) -> dict[str, Floats]:
    """AUC of each score in the same bootstrap samples of people; samples without both outcomes are NaN."""
    n = len(event)
    which = (uniforms(seed, np.arange(resamples), "people:bootstrap", n) * n).astype(np.int64)
    had = event[which] > 0.5
    n1, n0 = had.sum(axis=1), (~had).sum(axis=1)
    found: dict[str, Floats] = {}
    for name, score in scores.items():
        ranks = np.where(had, rankdata(score[which], axis=1), 0.0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[name] = np.where(n1 * n0 > 0, (ranks - n1 * (n1 + 1) / 2) / (n1 * n0), np.nan)
    return found


def brier(event: Floats, probability: Floats) -> float:
    """Mean squared difference between probability and outcome."""
    return float(np.mean((probability - event) ** 2))
