"""Multiplicity over arms: levels of a step-down test with looks, and the hypotheses that it rejects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.definition.analysis_tables import Analysis

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def step_levels(rule: Analysis, arms: int) -> list[float]:
    """Levels at which a hypothesis may be tested, the strictest first.

    Parameters
    ----------
    rule : Analysis
        Error and multiplicity.
    arms : int
        With cells.
    """
    if rule.multiplicity == "hierarchical":
        return [rule.alpha]
    return [rule.alpha / k for k in range(arms, 0, -1)] if rule.multiplicity == "holm" else [rule.alpha / arms]


def step_down(z: Floats, critical: dict[float, Floats], before: Bools, rule: Analysis) -> Bools:
    """Null hypotheses rejected at a look, (trial, arm); a hypothesis once rejected stays so (Maurer and Bretz 2013).

    Parameters
    ----------
    z : (trial, arm)
        Positive in favour of the arm.
    critical : dict of float to (trial,)
        Critical values by level, the strictest first.
    before : (trial, arm)
        Rejected at earlier looks.
    rule : Analysis
        Error and multiplicity.
    """
    rejected = before.copy()
    values = list(critical.values())
    if rule.multiplicity == "hierarchical":
        open_ = np.ones(len(z), bool)
        for a in range(z.shape[1]):
            rejected[:, a] |= open_ & (z[:, a] >= values[0])
            open_ &= rejected[:, a]
        return rejected
    if rule.multiplicity == "bonferroni":
        return np.asarray(rejected | (z >= values[0][:, None]))
    for _ in range(z.shape[1]):
        left = z.shape[1] - rejected.sum(axis=1)
        level = np.stack(values)[np.clip(z.shape[1] - left, 0, len(values) - 1), np.arange(len(z))]
        waiting = np.where(rejected, -np.inf, z)
        best = waiting.argmax(axis=1)
        hit = (left > 0) & (waiting.max(axis=1) >= level)
        rejected[np.arange(len(z)), best] |= hit
    return rejected
