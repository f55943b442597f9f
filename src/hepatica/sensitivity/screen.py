"""Morris screen of the unknown parameters on survival, on the gain by cells and on the dose that comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing.utility import OUTPUTS
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.sensitivity.evaluate import (
    Point,
    Question,
    draw_base_cohort,
    evaluate,
    evaluate_perturbed,
    weighted_candidates,
)
from hepatica.sensitivity.morris import EffectStatistics, Movable, design, effect_statistics, movable, quantile
from hepatica.simulation import RTOL
from hepatica.therapy import combine

Floats = NDArray[np.float64]
DAYS = 168.0
FLOORS = {"survival": 0.05, "survival_gain": 0.05, "gain": 0.05}  # percentage points, points, days
UNITS = {"survival": "percentage points", "survival_gain": "percentage points", "gain": "quality-adjusted life days"}


@dataclass(frozen=True)
class Screen:
    """Result of a Morris screen: elementary effects and their statistics.

    Attributes
    ----------
    moved : tuple of Movable
        Those that can matter to the outputs, in the order of arrays.
    never : tuple of Movable
        Those proved not to matter to them.
    held : dict of str to str
        Parameters not moved, and why.
    columns : tuple of (str, str)
        Output and hypothesis of each column of `effects`; the hypothesis of survival is "".
    effects : (bases, parameters, outputs)
    statistics : EffectStatistics
    floors : dict of str to float
        What an effect must exceed to count, per output: a stated least, or the error of the solver's tolerance.
    regimen : str
        The regimen whose gain is screened: the best of the base points.
    centre : (bases, outputs)
        Outputs at the base points.
    skipped : int
        Base points given up because hardly anybody is plausible there.
    evaluations : int
    """

    moved: tuple[Movable, ...]
    never: tuple[Movable, ...]
    held: dict[str, str]
    columns: tuple[tuple[str, str], ...]
    effects: Floats
    statistics: EffectStatistics
    floors: dict[str, float]
    regimen: str
    centre: Floats
    skipped: int
    evaluations: int

    @property
    def influence(self) -> Floats:
        """Largest mean absolute effect of each parameter over the outputs, each over the largest of its output."""
        mu_star = np.nan_to_num(self.statistics.mu_star)
        shares = mu_star / np.maximum(mu_star.max(axis=0, initial=0.0), 1e-300)
        return np.asarray(shares.max(axis=1, initial=0.0))

    def ranked(self) -> list[int]:
        """Ranking of the parameters, most influential first."""
        strength = self.influence
        return sorted(range(len(self.moved)), key=lambda k: (-strength[k], self.moved[k].name))

    @property
    def is_negligible(self) -> NDArray[np.bool_]:
        """True for parameters that move no output beyond its floor; one without an effect is not negligible."""
        floor = np.array([self.floors[name] for name, _ in self.columns])
        mu_star = self.statistics.mu_star
        return np.asarray((np.nan_to_num(mu_star, nan=np.inf) <= floor).all(axis=1))

    def frame(self, system: System) -> pd.DataFrame:
        """Table of the screen, one row per parameter, output and hypothesis, most influential parameters first."""
        s, strength, negligible, rows = self.statistics, self.influence, self.is_negligible, []
        order = [(self.moved[k], k) for k in self.ranked()] + [(m, -1) for m in self.never]
        for m, k in order:
            entry = system.model.parameters[m.name].entry
            head = {
                "parameter": m.name,
                "module": m.module,
                "label": entry.label,
                "grade": entry.grade,
                "prior_kind": "nominal" if m.nominal else m.spread.kind,
                "reaches": m.reaches,
                "influence": strength[k] if k >= 0 else 0.0,
                "is_negligible": bool(negligible[k]) if k >= 0 else True,
            }
            for c, (name, hypothesis) in enumerate(self.columns):
                statistics = (s.mu_star, s.low, s.high, s.mu, s.sigma)
                values = [float(v[k, c]) if k >= 0 else 0.0 for v in statistics]
                rows.append(
                    head
                    | {"output": name, "hypothesis": hypothesis, "unit": UNITS[name]}
                    | dict(zip(("mu_star", "low", "high", "mu", "sigma"), values, strict=True))
                    | {"n": int(s.n[k, c]) if k >= 0 else 0, "floor": self.floors[name]}
                )
        return pd.DataFrame(rows)


def movable_parameters(q: Question, patterns: Sequence[str] = ()) -> tuple[list[Movable], dict[str, str]]:
    """Perturbed parameters of a question, and those held with the reason; all, or those that fit a pattern."""
    model = q.system.model
    dosed = {state for arm in q.arms for _, state, _, _ in combine(arm.together_with)[1]}
    outputs = (*OUTPUTS, *(t.hazard for t in model.thresholds))
    return movable(model, q.population, outputs, patterns=patterns, dosed=dosed)


def screen(q: Question, *, bases: int = 6, patterns: Sequence[str] = (), progress: Progress | None = None) -> Screen:
    """Elementary effects of every parameter around `bases` base points.

    Parameters
    ----------
    q : Question
        Question: system, arms and patients.
    bases : int
        Base points; each costs one evaluation and one more per parameter.
    patterns : sequence of str
        Only these parameters, as ``module:name`` patterns.
    progress : callable, optional
        Called with "screen", how many evaluations are done, and of how many.
    """
    everything, held = movable_parameters(q)
    asked, _ = movable_parameters(q, patterns)
    never = tuple(m for m in asked if m.reaches == "never")
    moved = [m for m in asked if m.reaches != "never"]
    others = [m for m in everything if m.reaches != "never"]  # drawn at the base points though not moved by themselves
    tell = progress or ignore_progress
    total, done = bases * (len(moved) + 1), 0
    points: list[list[Point]] = []
    steps, exact, tried = [], [], 0
    while len(points) < bases:
        if tried >= 4 * bases + 4:
            raise InputError("population", q.population.key, "hardly anybody is plausible at the base points")
        at = np.array([tried])
        tried += 1
        levels, _ = design(others, at, q.seed)
        here, after = design(moved, at, q.seed)
        pins = {m.name: (m.spread, quantile(p)) for m, p in zip(others, levels[0], strict=True)}
        pool = draw_base_cohort(q, tried - 1, pins)
        if pool is None:
            continue
        base, care = evaluate(q, pool)
        exact.append(evaluate(q, weighted_candidates(q, pool.cohort, RTOL / 30), rtol=RTOL / 30)[0])
        row = [base]
        tell("screen", done := done + 1, total)
        for m, place in zip(moved, after[0], strict=True):
            row.append(evaluate_perturbed(q, pool, care, m, pins | {m.name: (m.spread, quantile(place))}))
            tell("screen", done := done + 1, total)
        points.append(row)
        steps.append(after[0] - here[0])
    return _result(q, tuple(moved), never, held, points, exact, np.array(steps), tried - bases)


def _result(
    q: Question,
    moved: tuple[Movable, ...],
    never: tuple[Movable, ...],
    held: dict[str, str],
    points: list[list[Point]],
    exact: list[Point],
    steps: Floats,
    skipped: int,
) -> Screen:
    best = int(np.argmax(np.mean([row[0].gain.mean(axis=0) for row in points], axis=0)))  # over bases and hypotheses
    columns = (("survival", ""), *((name, h) for name in ("survival_gain", "gain") for h in q.hypotheses))

    def read(p: Point) -> list[float]:
        return [p.survival, *p.survival_gain[:, best], *p.gain[:, best]]

    values = np.array([[read(p) for p in row] for row in points])
    effects = (values[:, 1:] - values[:, :1]) / steps[..., None]
    error = np.abs(values[:, 0] - np.array([read(p) for p in exact])).max(axis=0) / float(
        np.abs(steps).min(initial=1.0)
    )
    floors = {
        name: max(FLOORS[name], float(error[[c for c, (n, _) in enumerate(columns) if n == name]].max()))
        for name in FLOORS
    }
    return Screen(
        moved=moved,
        never=never,
        held=held,
        columns=columns,
        effects=effects,
        statistics=effect_statistics(effects, seed=q.seed),
        floors=floors,
        regimen=q.arms[1 + best].name,
        centre=values[:, 0],
        skipped=skipped,
        evaluations=len(points) * (len(moved) + 1),
    )
