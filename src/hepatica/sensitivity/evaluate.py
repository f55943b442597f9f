"""Evaluation of a sensitivity question at a point: the same candidates, weighted by plausibility of admission.

Candidates carry the same random numbers at every point, so that no patient enters or leaves at a stroke. What is proved
not to change admission, or care without cells, is not simulated again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import arrive, plausibility
from hepatica.dosing.utility import OUTPUTS, Benefit, Utility, evaluate_benefit
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.model.spread import Spread
from hepatica.patients import Admitted, Cohort, Population, identity
from hepatica.sensitivity.morris import Movable
from hepatica.simulation import RTOL, Arm, simulate

Floats = NDArray[np.float64]
Pins = Mapping[str, tuple[Spread, float]]
MIN_WEIGHT = 0.01  # weight of a candidate below which it is not simulated
MIN_EFFECTIVE_PATIENTS = 5.0  # below which a point has no answer
MAX_CANDIDATES_PER_PATIENT = 12  # after which a base point is given up


@dataclass(frozen=True)
class Question:
    """Question of a sensitivity analysis: population, regimens, hypotheses and utility, the same at every point.

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
    """Pool of candidates at a point: states at admission, and plausibility of each as its weight."""

    cohort: Cohort
    initial: Floats
    weight: Floats

    @property
    def effective(self) -> float:
        """Effective sample size (Kish) of the weighted patients."""
        total = float(self.weight.sum())
        return total**2 / float((self.weight**2).sum()) if total > 0 else 0.0


@dataclass(frozen=True)
class Point:
    """Outcomes at a point: weighted means over its patients.

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


def rising_doses(arms: Sequence[Arm], most: int) -> tuple[Arm, ...]:
    """Rising doses of the first route's longest course, at most `most` and evenly chosen, after standard care."""
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


def weighted_candidates(q: Question, cohort: Cohort, rtol: float = RTOL) -> Pool:
    """Pool of candidates after their simulated history, weighted by the plausibility of their labs."""
    initial, labs = arrive(q.system, cohort, rtol=rtol, workers=q.workers)
    return Pool(cohort, initial, plausibility(q.population, labs))


def draw_base_cohort(q: Question, base: int, pins: Pins) -> Pool | None:
    """Base cohort of a point: the first candidates among whom enough are plausible; None where hardly any is."""
    tried = 0
    while tried < MAX_CANDIDATES_PER_PATIENT * q.patients:
        tried += q.patients
        who = identity(np.asarray(base), np.arange(tried))
        cohort = Cohort(
            model=q.system.model,
            population=q.population,
            seed=q.seed,
            patient=who,
            draw=np.full(tried, base),
            pinned=pins,
        )
        pool = weighted_candidates(q, cohort)
        enough = np.flatnonzero(np.cumsum(pool.weight > 0.5) >= q.patients)
        if len(enough):
            first = np.arange(enough[0] + 1)
            return Pool(cohort.take(first), pool.initial[first], pool.weight[first])
    return None


def _courses(q: Question, pool: Pool, arms: tuple[Arm, ...], hypothesis: str, rtol: float) -> Benefit:
    kept = np.flatnonzero(pool.weight > MIN_WEIGHT)
    admitted = Admitted(pool.cohort.take(kept), pool.initial[kept], {}, len(pool.weight))
    ds = simulate(
        q.system, admitted, arms, q.times, outputs=OUTPUTS, hypothesis=hypothesis, rtol=rtol, workers=q.workers
    )
    return evaluate_benefit(ds, list(arms), q.utility)


def evaluate(q: Question, pool: Pool, *, care: Benefit | None = None, rtol: float = RTOL) -> tuple[Point, Benefit]:
    """Outcomes of standard care and all regimens under every hypothesis; `care` is reused where it is given."""
    benefits = []
    for hypothesis in q.hypotheses:
        if care is None:  # the same under all of them
            every = _courses(q, pool, q.arms, hypothesis, rtol)
            care, with_cells = _arms(every, slice(0, 1)), _arms(every, slice(1, None))
        else:
            with_cells = _courses(q, pool, q.arms[1:], hypothesis, rtol)
        benefits.append(with_cells)
    assert care is not None
    weight = pool.weight[pool.weight > MIN_WEIGHT]

    def over(values: list[Floats], reference: Floats) -> Floats:
        return np.stack([_mean(v - reference, weight) for v in values])

    harms = {name: over([w.harms[name] for w in benefits], care.harms[name]) for name in care.harms}
    point = Point(
        100 * float(_mean(care.survival, weight)[0]),
        100 * over([w.survival for w in benefits], care.survival),
        over([w.net for w in benefits], care.net),
        harms,
    )
    return point, care


def _arms(w: Benefit, which: slice) -> Benefit:
    values = {f.name: getattr(w, f.name) for f in fields(w)}
    harms = {name: p[which] for name, p in values.pop("harms").items()}
    return replace(w, **{name: of_arms[which] for name, of_arms in values.items()}, harms=harms)


def _mean(values: Floats, weight: Floats) -> Floats:
    """Weighted mean over patients, failed ones left out."""
    known = np.isfinite(values)
    total = (known * weight).sum(axis=-1)
    return np.asarray(np.where(known, values, 0.0) @ weight / np.where(total > 0, total, np.nan))


def evaluate_perturbed(q: Question, pool: Pool, care: Benefit, m: Movable, pins: Pins) -> Point:
    """Outcomes with one parameter perturbed; simulations that it cannot change are reused."""
    cohort = replace(pool.cohort, pinned=pins)
    here = weighted_candidates(q, cohort) if m.reaches == "from history on" else replace(pool, cohort=cohort)
    if here.effective < MIN_EFFECTIVE_PATIENTS:
        empty = np.full((len(q.hypotheses), len(q.arms) - 1), np.nan)
        return Point(float("nan"), empty, empty, {})
    return evaluate(q, here, care=care if m.reaches == "with cells" else None)[0]
