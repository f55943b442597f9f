"""Deciding assumptions: parameters whose draws are rank-correlated with the gain of an arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from hepatica.patients import Cohort

Floats = NDArray[np.float64]
MIN_DRAWS = 10  # parameter draws below which no correlation is looked for
MAX_FALSE_POSITIVES = 0.1  # expected number of parameters that are named by chance (Bonferroni)


@dataclass(frozen=True)
class Assumption:
    """Parameter whose uncertainty moves the gain of the recommended arm.

    Attributes
    ----------
    parameter, label, grade : str
    correlation : float
        Spearman's, between the parameter's draws and the mean gain of each draw.
    """

    parameter: str
    label: str
    grade: str
    correlation: float


def spearman(x: Floats, y: Floats) -> Floats:
    """Rank correlation of each row of x (m, n) with y (n,); 0 where one of them does not vary.

    Examples
    --------
    >>> spearman(np.array([[1.0, 2.0, 9.0], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]]), np.array([0.1, 0.2, 0.3])).tolist()
    [1.0, -1.0, 0.0]
    """
    # ranks of pandas, which is loaded anyway: scipy.stats would add a third of a second to every dose study
    a, b = pd.DataFrame(x.T).rank().to_numpy().T, pd.Series(y).rank().to_numpy()
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean()
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum())
    return np.asarray((a * b).sum(axis=1) / np.where(size > 0, size, np.inf))


def rank_assumptions(
    gain: Floats, cohort: Cohort, hypotheses: Sequence[str] = ("",), *, top: int = 8
) -> tuple[Assumption, ...]:
    """Assumptions whose draws go with the gain, strongest first; those no stronger than chance are left out.

    Parameters
    ----------
    gain : (patients,)
        NaN (failed) is left out.
    cohort : Cohort
        Virtual patients.
    hypotheses : sequence of str
        A parameter's draws are averaged over these.
    top : int
        At most so many.

    Notes
    -----
    The threshold is Bonferroni's at 10 % for Spearman's correlation of that many draws.
    """
    draws, where = np.unique(cohort.draw, return_inverse=True)
    ok = np.isfinite(gain)
    patients = np.bincount(where[ok], minlength=len(draws))
    means = np.bincount(where[ok], gain[ok], minlength=len(draws)) / np.maximum(patients, 1)
    if len(draws) < MIN_DRAWS or means.std() == 0:
        return ()
    model, none = cohort.model, np.zeros(len(draws), np.int64)
    typical = Cohort(
        model=model, population=cohort.population, seed=cohort.seed, patient=none, draw=draws, known=cohort.known
    )
    values = [typical.prior_values(h) for h in hypotheses]  # a draw may say something else under another hypothesis
    mean_values = np.mean([np.stack(list(v.values())) for v in values], axis=0)
    assumptions = []
    for name, rho in zip(values[0], spearman(mean_values, means), strict=True):
        p = 2 * stdtr(len(draws) - 2, -abs(rho) * np.sqrt((len(draws) - 2) / max(1 - rho**2, 1e-12)))
        if p * len(values[0]) < MAX_FALSE_POSITIVES:
            entry = model.parameters[name].entry
            assumptions.append(Assumption(name, entry.label, entry.grade, float(rho)))
    return tuple(sorted(assumptions, key=lambda a: -abs(a.correlation))[:top])
