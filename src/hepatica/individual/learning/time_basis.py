"""Functions of time by which coefficients of a regression vary (varying-coefficient model).

Hastie & Tibshirani 1993, J R Stat Soc B 55:757. Time is days ahead and the day of the last lab, both on a log scale, so
that one regression serves any day and any number of labs: what a lab of the first day says is not what one of the
second says.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MIN_AHEAD = 0.5
"""Days ahead under which coefficients are held."""
LATEST = 1.0
"""Latest day of the last labs with which people teach; later ones count as it."""
SAME_KNOT = 1.6
"""Ratio of days ahead that share a knot."""
INTERACTION_SD = 0.7
"""SD of a coefficient of a product with time, relative to that of its feature; assumed."""


class TimeBasis(Enum):
    """Functions of time.

    Attributes
    ----------
    SMOOTH
        Constant, linear in log days ahead, and in the day of the last lab.
    KNOTS
        Linear between knots in log days ahead, each also by the day of the last lab.
    """

    SMOOTH = "smooth"
    KNOTS = "knots"

    def functions(self, ahead: Floats, day: Floats, knots: Floats) -> Floats:
        """Values of the functions, (n, q).

        Parameters
        ----------
        ahead, day : (n,)
            Days from the last lab, and day of it.
        knots : (k,)
            Days ahead.

        Examples
        --------
        >>> TimeBasis.KNOTS.functions(np.array([1.0, 4.0]), np.zeros(2), np.array([1.0, 4.0])).tolist()
        [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
        """
        time, since = np.log(np.maximum(ahead, MIN_AHEAD)), np.log1p(np.clip(day, 0.0, LATEST))[:, None]
        if self is TimeBasis.KNOTS:
            hats = np.stack([np.interp(time, np.log(knots), row) for row in np.eye(len(knots))], axis=1)
            return np.concatenate([hats, since * hats], axis=1)
        level = np.stack([np.ones(len(time)), time], axis=1)
        return np.concatenate([level, since * level], axis=1)

    def prior(self, features: Floats, n_knots: int) -> Floats:
        """Relative SD of each coefficient, (q, k + 1), of the relative SDs (k,) of the features; intercepts first."""
        if self is TimeBasis.KNOTS:
            level, product = (np.r_[first, sd * features] for first, sd in ((1.0, 1.0), (1.0, INTERACTION_SD)))
            return np.concatenate([np.tile(level, (n_knots, 1)), np.tile(INTERACTION_SD * product, (n_knots, 1))])
        shares = (1.0, INTERACTION_SD, INTERACTION_SD, 0.0)
        return np.stack([np.r_[1.0, share * features] for share in shares])


def make_knots(ahead: Floats) -> Floats:
    """Knots of the days ahead on which people were measured: the geometric mean of neighbours within a ratio of 1.6.

    Examples
    --------
    >>> make_knots(np.array([1.0, 2.0, 3.0, 6.0, 7.0])).round(2).tolist()
    [1.0, 2.45, 6.48]
    """
    days = np.maximum(np.unique(ahead), MIN_AHEAD)
    groups: list[list[float]] = []
    for day in days.tolist():
        if groups and day <= SAME_KNOT * groups[-1][0]:
            groups[-1].append(day)
        else:
            groups.append([day])
    return np.array([np.exp(np.mean(np.log(group))) for group in groups])


def regressors(features: Floats, functions: Floats) -> Floats:
    """Products of an intercept and the features (n, k) with functions of time (n, q), (n, q (k + 1))."""
    level = np.column_stack([np.ones(len(features)), features])
    return np.asarray((functions[:, :, None] * level[:, None, :]).reshape(len(features), -1))
