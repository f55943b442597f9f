"""Outcomes of candidates in the same patients, and their worst regret over the hypotheses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MONTE_CARLO_ERRORS = 2.0  # by which an excess must pass its limit before a candidate is given up for it


class Outcomes(NamedTuple):
    """Outcomes of candidates, each in the same patients under every hypothesis.

    Attributes
    ----------
    gain : (hypothesis, candidate, patient)
        Net gain over standard care, to be as large as possible; NaN where a solve failed.
    lost : (hypothesis, candidate, patient)
        What harms took of it.
    excess : (harm, hypothesis, candidate, patient)
        Probability of each harm, over that of standard care.
    """

    gain: Floats
    lost: Floats
    excess: Floats

    def take(self, candidates: NDArray[np.int64]) -> Outcomes:
        """Outcomes of some of the candidates."""
        return Outcomes(self.gain[:, candidates], self.lost[:, candidates], self.excess[:, :, candidates])

    def and_patients(self, more: Outcomes) -> Outcomes:
        """Outcomes with those of further patients."""
        return Outcomes(*(np.concatenate(pair, axis=-1) for pair in zip(self, more, strict=True)))

    def and_candidates(self, more: Outcomes) -> Outcomes:
        """Outcomes with those of further candidates."""
        return Outcomes(*(np.concatenate(pair, axis=-2) for pair in zip(self, more, strict=True)))


Evaluate = Callable[[Floats, int, int], Outcomes]
"""Outcomes of candidates (n, axes) in patients `first` to `last`; patient k is the same in every call."""


def patient_mean(values: Floats) -> Floats:
    """Mean over patients, those that failed left out; NaN where all failed."""
    good = np.isfinite(values)
    count = good.sum(axis=-1)
    total = np.where(good, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def patient_error(values: Floats) -> Floats:
    """Standard error of the mean over patients; infinite below two patients."""
    good = np.isfinite(values)
    count = good.sum(axis=-1)
    apart = np.where(good, values - patient_mean(values)[..., None], 0.0)
    variance = (apart**2).sum(axis=-1) / np.maximum(count - 1, 1)
    return np.asarray(np.where(count > 1, np.sqrt(variance / np.maximum(count, 1)), np.inf))


def admissible(outcomes: Outcomes, limits: Floats, *, errors: float = MONTE_CARLO_ERRORS) -> NDArray[np.bool_]:
    """True where no harm's mean excess passes its limit by so many Monte-Carlo errors, (hypothesis, candidate)."""
    if not len(limits):
        return np.ones(outcomes.gain.shape[:2], bool)
    error = patient_error(outcomes.excess) if errors else np.zeros(outcomes.excess.shape[:-1])
    slack = np.where(np.isfinite(error), errors * error, np.inf)
    return np.asarray((patient_mean(outcomes.excess) <= limits[:, None, None] + slack).all(axis=0))


def worst_regret(gain: Floats, allowed: NDArray[np.bool_]) -> Floats:
    """Worst regret of each candidate over the hypotheses, which are never averaged.

    Parameters
    ----------
    gain : (hypothesis, candidate)
        Mean gain.
    allowed : (hypothesis, candidate)
        Admissible.

    Returns
    -------
    (candidate,) ndarray
        What a candidate gives up against the best admissible one of each hypothesis, standard care (gain 0) among
        them, under the hypothesis where that is most; infinite if it is not admissible under every one.

    Examples
    --------
    >>> worst_regret(np.array([[3.0, 1.0], [0.0, 1.0]]), np.ones((2, 2), bool)).tolist()
    [1.0, 2.0]
    """
    values = np.where(allowed & np.isfinite(gain), gain, -np.inf)
    best = np.maximum(values.max(axis=1, initial=-np.inf), 0.0)
    return np.asarray((best[:, None] - values).max(axis=0))
