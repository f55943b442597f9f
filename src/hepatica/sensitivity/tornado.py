"""Tornado: the dose that comes first when one influential parameter is known to be low, or high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing.utility import Utility
from hepatica.patients import Cohort, identity
from hepatica.progress import Progress, ignore_progress
from hepatica.sensitivity.evaluate import Point, Question, evaluate, evaluate_perturbed, weighted_candidates
from hepatica.sensitivity.morris import HIGH, LOW, Movable

Floats = NDArray[np.float64]
PER_DRAW = 3  # candidates per draw from what is not known


@dataclass(frozen=True)
class Tornado:
    """Best dose when one parameter is known to be low or high, all others uncertain as before.

    Attributes
    ----------
    arms : tuple of str
    doses : tuple of float
        Of each arm; 0 is standard care.
    usual : int
        The arm that comes first when nothing is known.
    parameters : tuple of str
    first : (parameters, 2) int
        The arm that comes first at the 5 % and at the 95 % point.
    values : (parameters, 2)
        Those points, in internal units, for the parameter's typical value.
    gain : (parameters, 2, hypotheses, regimens)
    usual_gain : (hypotheses, regimens)
    """

    arms: tuple[str, ...]
    doses: tuple[float, ...]
    usual: int
    parameters: tuple[str, ...]
    first: NDArray[np.int64]
    values: Floats
    gain: Floats
    usual_gain: Floats

    def frame(self) -> pd.DataFrame:
        """Table of the tornado, one row per parameter and end."""
        rows = [
            {
                "parameter": "",
                "end": "unknown",
                "value": np.nan,
                "first": self.arms[self.usual],
                "dose": self.doses[self.usual],
                "changes": False,
            }
        ]
        for k, name in enumerate(self.parameters):
            for e, end in enumerate(("5 %", "95 %")):
                arm = int(self.first[k, e])
                rows.append(
                    {
                        "parameter": name,
                        "end": end,
                        "value": float(self.values[k, e]),
                        "first": self.arms[arm],
                        "dose": self.doses[arm],
                        "changes": arm != self.usual,
                    }
                )
        return pd.DataFrame(rows)


def best_arm(point: Point, utility: Utility) -> int:
    """Minimax-regret arm over the hypotheses, among those within their limits of harm; 0 is standard care."""
    gain = np.concatenate([np.zeros((len(point.gain), 1)), point.gain], axis=1)
    admissible = np.ones(gain.shape, bool)
    for name, excess in point.excess.items():
        admissible[:, 1:] &= excess <= utility.harm(name).limit
    best = np.where(admissible, gain, -np.inf).max(axis=1, keepdims=True)
    worst = np.where(admissible, best - gain, np.inf).max(axis=0)
    return int(np.argmin(worst))


def tornado(
    q: Question, parameters: Sequence[Movable], *, draws: int = 100, progress: Progress | None = None
) -> Tornado:
    """Doses ranked with each parameter at its 5 % and its 95 % point, in the same candidates every time.

    Parameters
    ----------
    q : Question
        Question: system, arms and patients.
    parameters : sequence of Movable
        Parameters to move.
    draws : int
        Draws from what is not known, a few candidates each.
    progress : Progress, optional
        Receiver of stages and counts.
    """
    draw = np.repeat(np.arange(draws), PER_DRAW)
    who = identity(draw, np.tile(np.arange(PER_DRAW), draws))
    cohort = Cohort(model=q.system.model, population=q.population, seed=q.seed, patient=who, draw=draw)
    tell, total = progress or ignore_progress, 1 + 2 * len(parameters)
    pool = weighted_candidates(q, cohort)
    unknown, care = evaluate(q, pool)
    tell("rerank", 1, total)
    points: list[list[Point]] = []
    values = np.empty((len(parameters), 2))
    for k, m in enumerate(parameters):
        points.append([])
        fitted = q.population.fitted.get(m.name)
        typical = np.array(q.system.model.parameters[m.name].value if fitted is None else fitted.value)
        for e, end in enumerate((LOW, HIGH)):
            points[k].append(evaluate_perturbed(q, pool, care, m, {m.name: (m.spread, end)}))
            values[k, e] = float(m.spread.quantile(typical, end))
            tell("rerank", 2 + 2 * k + e, total)
    ranks = np.array([[best_arm(p, q.utility) for p in row] for row in points], np.int64).reshape(len(parameters), 2)
    return Tornado(
        arms=tuple(a.name for a in q.arms),
        doses=tuple(a.regimen.dose if a.regimen.gives_cells else 0.0 for a in q.arms),
        usual=best_arm(unknown, q.utility),
        parameters=tuple(m.name for m in parameters),
        first=ranks,
        values=values,
        gain=np.array([[p.gain for p in row] for row in points]),
        usual_gain=unknown.gain,
    )
