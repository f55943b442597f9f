"""Parameter influence: from a Morris screen, or from rank correlations of the draws with the gain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing import Decision
from hepatica.errors import InputError
from hepatica.model.structure import Model
from hepatica.patients import Cohort

FILE = "sensitivity.json"


@dataclass(frozen=True)
class Influence:
    """Parameters, the most influential first.

    Attributes
    ----------
    rows : tuple of (rank, parameter, strength)
        Strength is the mean absolute effect over the largest of its output, or a rank correlation with the gain.
    screened : bool
        Whether a finished screen was read.
    unclear : float
        What chance alone would give: of correlations the 95 % point for one parameter; 0 of a screen.
    same_model, same_population : bool
        Whether the screen was of this model and this population.
    of : int
        Parameters looked at.
    """

    rows: tuple[tuple[int, str, float], ...]
    screened: bool
    unclear: float
    same_model: bool
    same_population: bool
    of: int

    def assumed(self, model: Model) -> list[tuple[int, str, float]]:
        """Those whose value is assumed."""
        rows = [r for r in self.rows if r[1] in model.parameters]
        return [r for r in rows if model.parameters[r[1]].entry.grade == "assumed"]


def read_screen(folder: Path, model: Model, population: str) -> Influence:
    """Influence from the output folder of `hepatica sensitivity`.

    Raises
    ------
    InputError
        If there is no such file in it.
    """
    try:
        screened = json.loads((folder / FILE).read_text(encoding="utf-8"))
        frame = pd.DataFrame(screened["effects"])[["parameter", "influence"]].drop_duplicates("parameter")
        order, run = list(screened["ranked"]), screened["run"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("--influence", str(folder), f"a folder of `hepatica sensitivity`, with {FILE}") from error
    strength = {str(n): float(v) for n, v in zip(frame["parameter"], frame["influence"], strict=True)}
    rows = tuple((k, n, strength.get(n, 0.0)) for k, n in enumerate(order, 1))
    return Influence(
        rows, True, 0.0, run.get("model_hash") == model.hash, run.get("population") == population, len(order)
    )


def from_draws(decision: Decision, cohort: Cohort, hypotheses: Sequence[str]) -> Influence:
    """Rank correlations between what each draw says of a parameter and the mean gain of its patients.

    What the draws hold together cannot be told apart in this way; a screen can.
    """
    top = decision.top
    gain = np.mean([h.benefit.net[top] - h.benefit.net[0] for h in decision.by_hypothesis], axis=0)
    draws, where = np.unique(cohort.draw, return_inverse=True)
    kept = np.isfinite(gain)
    count = np.bincount(where[kept], minlength=len(draws))
    means = np.bincount(where[kept], gain[kept], minlength=len(draws))[count > 0] / count[count > 0]
    first = [int(np.flatnonzero(cohort.draw == d)[0]) for d in draws[count > 0]]
    places = [cohort.take(np.array(first)).prior_values(h) for h in hypotheses]
    correlations = {n: rank_correlation(np.mean([p[n] for p in places], axis=0), means) for n in places[0]}
    order = sorted(correlations, key=lambda n: (-abs(correlations[n]), n))
    rows = tuple((k, n, correlations[n]) for k, n in enumerate(order, 1))
    return Influence(rows, False, float(1.96 / np.sqrt(max(len(means) - 1, 1))), True, True, len(rows))


def rank_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Spearman's; 0 where one of them does not vary.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    a, b = (pd.Series(v).rank().to_numpy() for v in (x, y))
    return float(round(np.corrcoef(a, b)[0, 1], 12)) if a.std() > 0 and b.std() > 0 else 0.0
