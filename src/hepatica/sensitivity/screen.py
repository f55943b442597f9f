"""Which unknown parameters move survival, the gain by cells and the dose that comes first.

The screen asks the same candidates at every point, with the same random numbers: each is weighted by how
plausible its admission is there, so that no patient enters or leaves at a stroke. What is proved not to change
admission, or care without cells, is not simulated again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.admission import arrive, plausibility
from hepatica.dosing.utility import OUTPUTS, Benefit, Utility, evaluate_benefit
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.model.parameters import Spread
from hepatica.patients import Admitted, Cohort, Population, identity
from hepatica.progress import Progress, ignore_progress
from hepatica.sensitivity.morris import Movable, Screened, design, movable, quantile, screened
from hepatica.simulation import RTOL, Arm, simulate
from hepatica.therapy import combine

Floats = NDArray[np.float64]
Pins = Mapping[str, tuple[Spread, float]]
DAYS = 168.0
LEAST = 0.01  # a candidate of less weight is not simulated
FEWEST = 5.0  # effective patients below which a point has no answer
MOST_TRIED = 12  # candidates per patient wanted after which a base point is given up
FLOORS = {"survival": 0.05, "survival_gain": 0.05, "gain": 0.05}  # percentage points, points, days
UNITS = {"survival": "percentage points", "survival_gain": "percentage points", "gain": "quality-adjusted life days"}


@dataclass(frozen=True)
class Question:
    """What is asked at every point.

    Attributes
    ----------
    arms : tuple of Arm
        Standard care, then regimens by rising dose.
    times : (n,) day
    patients : int
        Plausible patients per base point.
    """

    system: System
    population: Population
    arms: tuple[Arm, ...]
    hypotheses: tuple[str, ...]
    utility: Utility
    times: Floats
    seed: int
    patients: int = 40
    workers: int | None = None


@dataclass(frozen=True)
class Pool:
    """Candidates at a point: their states at admission and how plausible each is there."""

    cohort: Cohort
    initial: Floats
    weight: Floats

    @property
    def effective(self) -> float:
        """Effective number of patients."""
        total = float(self.weight.sum())
        return total**2 / float((self.weight**2).sum()) if total > 0 else 0.0


@dataclass(frozen=True)
class Point:
    """What a point answers: weighted means over its patients.

    Attributes
    ----------
    survival : float
        Percent alive at the last time under standard care.
    survival_gain, gain : (hypotheses, regimens)
        Percentage points and quality-adjusted life days over standard care.
    excess : dict of harm to (hypotheses, regimens)
        Probability over standard care.
    """

    survival: float
    survival_gain: Floats
    gain: Floats
    excess: dict[str, Floats]


@dataclass(frozen=True)
class Screen:
    """The screen's result.

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
    statistics : Screened
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
    statistics: Screened
    floors: dict[str, float]
    regimen: str
    centre: Floats
    skipped: int
    evaluations: int

    @property
    def influence(self) -> Floats:
        """Largest mean absolute effect of each parameter over the outputs, each over the largest of its output."""
        found = np.nan_to_num(self.statistics.mu_star)
        shares = found / np.maximum(found.max(axis=0, initial=0.0), 1e-300)
        return np.asarray(shares.max(axis=1, initial=0.0))

    def ranked(self) -> list[int]:
        """Parameters, most influential first."""
        strength = self.influence
        return sorted(range(len(self.moved)), key=lambda k: (-strength[k], self.moved[k].name))

    @property
    def is_negligible(self) -> NDArray[np.bool_]:
        """Parameters that move no output beyond its floor; one without any effect to judge by is not negligible."""
        floor = np.array([self.floors[name] for name, _ in self.columns])
        found = self.statistics.mu_star
        return np.asarray((np.nan_to_num(found, nan=np.inf) <= floor).all(axis=1))

    def frame(self, system: System) -> pd.DataFrame:
        """One row per parameter, output and hypothesis, most influential parameters first."""
        s, strength, negligible, rows = self.statistics, self.influence, self.is_negligible, []
        order = [(self.moved[k], k) for k in self.ranked()] + [(m, -1) for m in self.never]
        for m, k in order:
            entry = system.model.parameters[m.name].entry
            head = {
                "parameter": m.name,
                "module": m.module,
                "label": entry.label,
                "grade": entry.grade,
                "ignorance": "nominal" if m.nominal else m.spread.kind,
                "reaches": m.reaches,
                "influence": strength[k] if k >= 0 else 0.0,
                "moves_nothing": bool(negligible[k]) if k >= 0 else True,
            }
            for c, (name, hypothesis) in enumerate(self.columns):
                found = (s.mu_star, s.low, s.high, s.mu, s.sigma)
                values = [float(v[k, c]) if k >= 0 else 0.0 for v in found]
                rows.append(
                    head
                    | {"output": name, "hypothesis": hypothesis, "unit": UNITS[name]}
                    | dict(zip(("mu_star", "low", "high", "mu", "sigma"), values, strict=True))
                    | {"n": int(s.n[k, c]) if k >= 0 else 0, "floor": self.floors[name]}
                )
        return pd.DataFrame(rows)


def ladder(arms: Sequence[Arm], most: int) -> tuple[Arm, ...]:
    """Standard care and up to `most` rising doses of the first route's longest course, evenly chosen."""
    cells = [a for a in arms if a.regimen.gives_cells]
    if not cells:
        raise InputError("grid", "no regimen with cells", "a study that asks of one")
    longest = max((a.regimen for a in cells if a.regimen.route == cells[0].regimen.route), key=lambda r: r.infusions)
    same = [
        a
        for a in cells
        if replace(a.regimen, dose=longest.dose, per_kg=longest.per_kg) == longest
        and a.regimen.per_kg == longest.per_kg
    ]
    rising = sorted(same, key=lambda a: a.regimen.dose)
    chosen = np.unique(np.rint(np.linspace(0, len(rising) - 1, min(most, len(rising)))).astype(int))
    if len(chosen) == 1 and len(rising) > 1:
        chosen = np.array([len(rising) // 2])
    return (arms[0], *(rising[k] for k in chosen))


def arrived(q: Question, cohort: Cohort, rtol: float = RTOL) -> Pool:
    """Candidates with their history, as plausible as their labs."""
    initial, labs = arrive(q.system, cohort, rtol=rtol, workers=q.workers)
    return Pool(cohort, initial, plausibility(q.population, labs))


def draw_base_cohort(q: Question, base: int, pins: Pins) -> Pool | None:
    """The first candidates of a base point among whom enough are plausible; None where hardly any is."""
    tried = 0
    while tried < MOST_TRIED * q.patients:
        tried += q.patients
        who = identity(np.asarray(base), np.arange(tried))
        cohort = Cohort(q.system.model, q.population, q.seed, who, np.full(tried, base), pinned=pins)
        pool = arrived(q, cohort)
        enough = np.flatnonzero(np.cumsum(pool.weight > 0.5) >= q.patients)
        if len(enough):
            first = np.arange(enough[0] + 1)
            return Pool(cohort.take(first), pool.initial[first], pool.weight[first])
    return None


def _courses(q: Question, pool: Pool, arms: tuple[Arm, ...], hypothesis: str, rtol: float) -> Benefit:
    kept = np.flatnonzero(pool.weight > LEAST)
    admitted = Admitted(pool.cohort.take(kept), pool.initial[kept], {}, len(pool.weight))
    ds = simulate(
        q.system, admitted, arms, q.times, outputs=OUTPUTS, hypothesis=hypothesis, rtol=rtol, workers=q.workers
    )
    return evaluate_benefit(ds, list(arms), q.utility)


def evaluate(q: Question, pool: Pool, *, care: Benefit | None = None, rtol: float = RTOL) -> tuple[Point, Benefit]:
    """Standard care and all regimens under every hypothesis; `care` where it is known already."""
    found = []
    for hypothesis in q.hypotheses:
        if care is None:  # the same under all of them
            every = _courses(q, pool, q.arms, hypothesis, rtol)
            care, with_cells = _arms(every, slice(0, 1)), _arms(every, slice(1, None))
        else:
            with_cells = _courses(q, pool, q.arms[1:], hypothesis, rtol)
        found.append(with_cells)
    assert care is not None
    weight = pool.weight[pool.weight > LEAST]

    def over(values: list[Floats], usual: Floats) -> Floats:
        return np.stack([_mean(v - usual, weight) for v in values])

    harms = {name: over([w.harms[name] for w in found], care.harms[name]) for name in care.harms}
    point = Point(
        100 * float(_mean(care.survival, weight)[0]),
        100 * over([w.survival for w in found], care.survival),
        over([w.net for w in found], care.net),
        harms,
    )
    return point, care


def _arms(w: Benefit, which: slice) -> Benefit:
    return Benefit(
        w.qald[which],
        w.lost[which],
        w.survival[which],
        w.transplant_free[which],
        w.survival_curve[which],
        {name: p[which] for name, p in w.harms.items()},
    )


def _mean(values: Floats, weight: Floats) -> Floats:
    """Weighted mean over patients, failed ones left out."""
    known = np.isfinite(values)
    total = (known * weight).sum(axis=-1)
    return np.asarray(np.where(known, values, 0.0) @ weight / np.where(total > 0, total, np.nan))


def parameters(q: Question, patterns: Sequence[str] = ()) -> tuple[list[Movable], dict[str, str]]:
    """Parameters to move for what is asked, and those held with the reason; all, or those that fit a pattern."""
    model = q.system.model
    dosed = {state for arm in q.arms for _, state, _, _ in combine(arm.together_with)[1]}
    outputs = (*OUTPUTS, *(t.hazard for t in model.thresholds))
    return movable(model, q.population, outputs, patterns=patterns, dosed=dosed)


def screen(q: Question, *, bases: int = 6, patterns: Sequence[str] = (), progress: Progress | None = None) -> Screen:
    """Elementary effects of every parameter around `bases` base points.

    Parameters
    ----------
    bases : int
        Base points; each costs one evaluation and one more per parameter.
    patterns : sequence of str
        Only these parameters, as ``module:name`` patterns.
    progress : callable, optional
        Called with "screen", how many evaluations are done, and of how many.
    """
    everything, held = parameters(q)
    asked, _ = parameters(q, patterns)
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
        whole, _ = design(others, at, q.seed)
        here, after = design(moved, at, q.seed)
        pins = {m.name: (m.spread, quantile(p)) for m, p in zip(others, whole[0], strict=True)}
        pool = draw_base_cohort(q, tried - 1, pins)
        if pool is None:
            continue
        base, care = evaluate(q, pool)
        exact.append(evaluate(q, arrived(q, pool.cohort, RTOL / 30), rtol=RTOL / 30)[0])
        row = [base]
        tell("screen", done := done + 1, total)
        for m, place in zip(moved, after[0], strict=True):
            row.append(evaluate_perturbed(q, pool, care, m, pins | {m.name: (m.spread, quantile(place))}))
            tell("screen", done := done + 1, total)
        points.append(row)
        steps.append(after[0] - here[0])
    return _result(q, tuple(moved), never, held, points, exact, np.array(steps), tried - bases)


def evaluate_perturbed(q: Question, pool: Pool, care: Benefit, m: Movable, pins: Pins) -> Point:
    """The point with one parameter moved; what that cannot change is kept."""
    cohort = replace(pool.cohort, pinned=pins)
    here = arrived(q, cohort) if m.reaches == "from history on" else replace(pool, cohort=cohort)
    if here.effective < FEWEST:
        empty = np.full((len(q.hypotheses), len(q.arms) - 1), np.nan)
        return Point(float("nan"), empty, empty, {})
    return evaluate(q, here, care=care if m.reaches == "with cells" else None)[0]


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
        moved,
        never,
        held,
        columns,
        effects,
        screened(effects, seed=q.seed),
        floors,
        q.arms[1 + best].name,
        values[:, 0],
        skipped,
        len(points) * (len(moved) + 1),
    )
