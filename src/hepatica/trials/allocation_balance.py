"""Balance of an allocation over arms and strata, and its predictability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.trials.randomisation import checked_ratio

Floats = NDArray[np.float64]


class Balance(NamedTuple):
    """Imbalance of an allocation.

    Attributes
    ----------
    overall : float
        Largest difference between an arm's patients and its share of all.
    margins : (factors,)
        The same over the levels of each factor.
    predictability : float
        Share of patients whose arm is guessed by naming the arm that is most behind (Blackwell and Hodges 1957).
    """

    overall: float
    margins: Floats
    predictability: float


def measure_balance(arms: ArrayLike, factors: ArrayLike, ratio: Sequence[int] = (1, 1)) -> Balance:
    """Imbalance and predictability of an allocation.

    Parameters
    ----------
    arms : (patients,)
        In order of arrival.
    factors : (patients, factors)
        Levels of the stratification factors.
    ratio : sequence of int
        Of the arms.
    """
    given, levels, parts = np.asarray(arms, int), np.asarray(factors, int), checked_ratio(ratio)
    shares = parts / parts.sum()

    def worst(members: NDArray[np.bool_]) -> float:
        counts = np.bincount(given[members], minlength=len(parts))
        return float(np.abs(counts - members.sum() * shares).max())

    margins = [max(worst(column == level) for level in np.unique(column)) for column in levels.T]
    before = np.cumsum(np.eye(len(parts))[given], axis=0) - np.eye(len(parts))[given]
    behind = before / shares
    guesses = behind <= behind.min(axis=1, keepdims=True) + 1e-12
    hits = (guesses[np.arange(len(given)), given] * shares[given] / np.maximum(guesses @ shares, 1e-300)).mean()
    return Balance(worst(np.ones(len(given), bool)), np.array(margins), float(hits))
