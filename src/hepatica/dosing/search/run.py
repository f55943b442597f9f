"""Search: batches asked for and evaluated, a race, and the leaders in fresh patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.front import best_by_cells, nondominated
from hepatica.dosing.search.leaders import Estimate, Leader, Role, cross_fitted_gain, estimate_leaders, roles_of
from hepatica.dosing.search.outcomes import Evaluate, Outcomes, admissible, patient_mean, worst_regret
from hepatica.dosing.search.proposals import propose
from hepatica.dosing.search.race import Race, Rung, race, schedule
from hepatica.dosing.search.space import Space, drop_repeats
from hepatica.dosing.search.store import Store
from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MAX_BLOCKS = 20  # of the sequence, after which a space that repeats itself holds no more


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """Size of a search.

    Attributes
    ----------
    candidates : int
        In all.
    spread : float
        Share of them spread over the space before the surrogate is asked.
    batch : int
        Candidates of one batch; the answer depends on it, but not on the number of workers.
    first_patients, race_patients : int
        Patients of the first and of the last rung.
    keep : float
        Share of the candidates kept from rung to rung.
    leaders : int
        Candidates of least worst regret that are estimated in fresh patients.
    cells_bins : int
        Ranges of cells whose best candidate is estimated too.
    fresh_patients : int
    seed : int
    """

    candidates: int = 2000
    spread: float = 0.5
    batch: int = 250
    first_patients: int = 16
    race_patients: int = 400
    keep: float = 1 / 4
    leaders: int = 8
    cells_bins: int = 8
    fresh_patients: int = 400
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes that no search has."""
        for name in ("batch", "leaders", "cells_bins"):
            if getattr(self, name) < 1:
                raise InputError(f"search.{name}", getattr(self, name), "a whole number from 1 on")
        if self.candidates < self.leaders:
            raise InputError("search.candidates", self.candidates, f"at least as many as leaders, {self.leaders}")
        if not 2 <= self.first_patients <= self.race_patients:
            raise InputError("search.first_patients", self.first_patients, f"2 to {self.race_patients}")
        if self.fresh_patients < 4:
            raise InputError("search.fresh_patients", self.fresh_patients, "4 at least, for an error of each half")
        if not (0 < self.spread <= 1 and 0 < self.keep < 1):
            raise InputError("search.keep", (self.spread, self.keep), "shares between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Result of a search.

    Attributes
    ----------
    points : (candidate, axes)
        All candidates, in the order in which they were asked for.
    gain : (hypothesis, candidate)
        Mean gain of each in the patients of the first rung.
    rungs : tuple of Rung
    leaders : tuple of Leader
        In fresh patients, the least worst regret first.
    choice : int
        Place of the chosen leader; -1 if standard care is no worse.
    value : tuple of Estimate
        Cross-fitted gain of the choice, per hypothesis.
    front : tuple of tuple of int
        Per hypothesis, places of leaders on the front of benefit, harm and cells.
    spent, resumed : int
        Courses simulated, and taken from an earlier run that was killed; standard care is not counted.
    """

    points: Floats
    gain: Floats
    rungs: tuple[Rung, ...]
    leaders: tuple[Leader, ...]
    choice: int
    value: tuple[Estimate, ...]
    front: tuple[tuple[int, ...], ...]
    spent: int
    resumed: int


def run_search(
    space: Space,
    evaluate: Evaluate,
    settings: SearchSettings,
    *,
    cells: Callable[[Floats], Floats],
    group: Callable[[int, int], Ints],
    limits: Floats,
    store: Store | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Search a space for the candidates of least worst regret.

    Parameters
    ----------
    space : Space
        Of all candidates.
    evaluate : callable
        Outcomes of candidates in patients from one number to another; the same patients in every call.
    settings : SearchSettings
        Sizes and the seed of the candidates.
    cells : callable
        Cells in all of candidates.
    group : callable
        Subgroups of patients from one number to another.
    limits : (harm,)
        Largest acceptable excesses, in the order of `Outcomes.excess`.
    store : Store, optional
        Where evaluations are kept, so that a run that is killed goes on.
    progress : Progress, optional
        Told of the stages "search", "race" and "fresh", in candidates times patients.
    """
    kept = store or Store(None, "")
    run = _Run(space, evaluate, settings, limits, kept, progress or ignore_progress)
    points, first = run.ask_and_tell()
    finish = run.race(points, first)
    entered = worst_regret(patient_mean(first.gain), admissible(first, limits))
    by_cells = best_by_cells(cells(points), entered, bins=settings.cells_bins)
    named = run.named(finish, by_cells, group(0, finish.rungs[-1].patients))
    who = np.array(sorted(named), np.int64)
    raced, fresh = run.again(points[who])
    begin = settings.race_patients
    among = group(begin, begin + settings.fresh_patients)
    leaders, choice = estimate_leaders(fresh, who, named, among, cells=cells(points[who]), limits=limits, raced=raced)
    return SearchResult(
        points=points,
        gain=patient_mean(first.gain),
        rungs=finish.rungs,
        leaders=leaders,
        choice=choice,
        value=cross_fitted_gain(fresh, limits, raced),
        front=front_of(leaders),
        spent=kept.spent,
        resumed=kept.resumed,
    )


@dataclass(frozen=True)
class _Run:
    """One search under way."""

    space: Space
    evaluate: Evaluate
    settings: SearchSettings
    limits: Floats
    store: Store
    report: Progress

    def evaluated(self, points: Floats, first: int, last: int) -> Outcomes:
        """Outcomes from the store or from the evaluation."""
        return self.store.evaluate(self.evaluate, points, first, last)

    def ask_and_tell(self) -> tuple[Floats, Outcomes]:
        """All candidates with their outcomes in the first patients: spread first, then as the surrogate proposes."""
        s = self.settings
        points = self.spread()
        outcomes = self.tell(points, 0)
        while len(points) < s.candidates:
            mean, allowed = patient_mean(outcomes.gain), admissible(outcomes, self.limits)
            size = min(s.batch, s.candidates - len(points))
            asked = propose(self.space, points, mean, allowed, n=size, seed=s.seed, batch=len(points) // s.batch)
            if not len(asked):
                break  # a small space holds no more
            outcomes = outcomes.and_candidates(self.tell(asked, len(points)))
            points = np.concatenate([points, asked])
        self.report("search", s.candidates, s.candidates)
        return points, outcomes

    def spread(self) -> Floats:
        """Candidates spread over the space, without repeats; fewer if the space holds no more."""
        s, points = self.settings, np.empty((0, len(self.space.axes)))
        needed = max(1, round(s.spread * s.candidates))
        for block in range(MAX_BLOCKS):
            more = self.space.sample(s.seed, block * needed, needed)
            points = np.concatenate([points, drop_repeats(more, [points])])[:needed]
            if len(points) == needed:
                break
        return points

    def tell(self, points: Floats, done: int) -> Outcomes:
        """Outcomes of candidates in the first patients, a batch at a time."""
        s, parts = self.settings, []
        for first in range(0, len(points), s.batch):
            self.report("search", done + first, s.candidates)
            parts.append(self.evaluated(points[first : first + s.batch], 0, s.first_patients))
        outcomes = parts[0]
        for more in parts[1:]:
            outcomes = outcomes.and_candidates(more)
        return outcomes

    def race(self, points: Floats, first: Outcomes) -> Race:
        """Sequential halving of all candidates."""
        s = self.settings
        rungs = schedule(len(points), s.first_patients, keep=s.keep, most=s.race_patients, least=s.leaders)
        total, done = max(len(rungs) - 1, 1), 0

        def evaluate(left: Ints, begin: int, end: int) -> Outcomes:
            nonlocal done
            outcomes = self.evaluated(points[left], begin, end)
            done += 1
            self.report("race", done, total)
            return outcomes

        return race(evaluate, first, self.limits, rungs)

    def again(self, points: Floats) -> tuple[Outcomes, Outcomes]:
        """Outcomes in all patients of the race, and in fresh ones, whose numbers follow theirs."""
        first = self.settings.race_patients
        self.report("fresh", 0, 2)
        raced = self.evaluated(points, 0, first)
        self.report("fresh", 1, 2)
        fresh = self.evaluated(points, first, first + self.settings.fresh_patients)
        self.report("fresh", 2, 2)
        return raced, fresh

    def named(self, finish: Race, by_cells: Ints, group: Ints) -> dict[int, list[Role]]:
        """Candidates to estimate in fresh patients, with their reasons."""
        here = np.flatnonzero(np.isin(finish.entrants, by_cells))
        roles = roles_of(finish.outcomes, finish.regret, group, here, n=self.settings.leaders)
        named = {int(finish.entrants[k]): why for k, why in roles.items()}
        for k in by_cells:
            named.setdefault(int(k), [Role.CELLS])
        return named or {int(finish.entrants[0]): []}  # none admissible: one is shown all the same


def front_of(leaders: tuple[Leader, ...]) -> tuple[tuple[int, ...], ...]:
    """Places of leaders that no other one beats in benefit before harms, harm and cells together, per hypothesis."""
    fronts = []
    for h in range(len(leaders[0].gain)):
        costs = np.array(
            [(-(leader.gain[h].mean + leader.lost[h].mean), leader.lost[h].mean, leader.cells) for leader in leaders]
        )
        fronts.append(tuple(int(k) for k in np.flatnonzero(nondominated(costs))))
    return tuple(fronts)
