"""Simulated operating characteristics of designs that decide while outcomes are pending, with the trial's duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth, summarise
from hepatica.trials.dose_finding.simulation import PURPOSE
from hepatica.trials.dose_finding.state import STOPS, TOXICITY_ONLY, Bools, Floats, Ints, Reason, State
from hepatica.trials.dose_finding.time_to_event.follow_up import Snapshot
from hepatica.trials.dose_finding.time_to_event.tite_design import TiteDesign, TiteStep, sum_by_level

BLOCK = 2000  # trials at once


@dataclass(frozen=True, kw_only=True)
class Accrual:
    """Arrival of patients, and when in the window toxicity comes.

    Parameters
    ----------
    window : float
        Length of the window, in a unit of time.
    rate : float
        Patients per unit of time; the times between them are exponential.
    late : float
        Share of the toxicities that come in the second half of the window; 0.5 for a uniform time.
    """

    window: float
    rate: float
    late: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        InputError
            If one is impossible.
        """
        if not (self.window > 0 and self.rate > 0):
            raise InputError("window, rate", (self.window, self.rate), "positive numbers")
        if not 0 < self.late < 1:
            raise InputError("late", self.late, "a share between 0 and 1")


class TiteCharacteristics(NamedTuple):
    """Operating characteristics, mean duration of the trial with its Monte-Carlo error, and mean time suspended."""

    characteristics: Characteristics
    duration: float
    duration_error: float
    suspended: float


class PendingTrials(NamedTuple):
    """Trials under way: what was drawn, and what has happened so far."""

    gaps: Floats
    tolerance: Floats
    when: Floats  # time of toxicity after enrolment, had it
    level: Ints
    entry: Floats
    hit: Bools

    def take(self, rows: Ints) -> PendingTrials:
        """Some of the trials."""
        gaps, tolerance, when, level, entry, hit = (part[rows] for part in self)
        return PendingTrials(gaps, tolerance, when, level, entry, hit)  # type: ignore[arg-type]

    def seen(self, now: Floats, window: float, enrolled: Ints) -> Snapshot:
        """Follow-up and toxicities as they are known at a moment of each trial, (trials,)."""
        since = now[:, None] - self.entry
        there = np.arange(self.level.shape[1]) < enrolled[:, None]
        toxic = there & self.hit & (self.when <= since)
        followed = np.where(toxic, self.when, np.minimum(since, window)) / window
        share = np.where(there, np.where(toxic, np.minimum(followed, 1.0), followed), 0.0)
        return Snapshot(np.where(there, self.level, -1), np.where(share > 1 - 1e-12, 1.0, share), toxic)


def _draw(design: TiteDesign, accrual: Accrual, trials: Ints, seed: int) -> PendingTrials:
    size = design.max_patients
    gaps = -np.log(uniforms(seed, trials, "dose_finding:arrival", size)) / accrual.rate
    power = np.log(0.5) / np.log(1 - accrual.late)
    when = accrual.window * uniforms(seed, trials, "dose_finding:onset", size) ** power
    shape = (len(trials), size)
    tolerance = uniforms(seed, trials, PURPOSE, size)
    return PendingTrials(gaps, tolerance, when, np.full(shape, -1, np.int64), np.zeros(shape), np.zeros(shape, bool))


def wait_to_decide(
    design: TiteDesign, run: PendingTrials, now: Floats, window: float, known: tuple[Ints, Ints, Ints]
) -> tuple[TiteStep, Floats]:
    """Decision of each trial, once it need not wait, and the moment of it.

    Parameters
    ----------
    design : TiteDesign
        Design of the trials.
    run : PendingTrials
        So far.
    now : (trials,)
        Moments from which decisions are asked for.
    window : float
        Of toxicity.
    known : level, ceiling, enrolled
        (trials,) each.
    """
    level, ceiling, enrolled = known
    step = design.decide(run.seen(now, window, enrolled), level, ceiling)
    now = now.copy()
    for _ in range(run.level.shape[1] + 1):
        held = np.flatnonzero(step.reason == int(Reason.SUSPEND))
        if not len(held):
            break
        some = run.take(held)
        seen = some.seen(now[held], window, enrolled[held])
        waiting = seen.pending & (seen.level == level[held, None])
        ends = some.entry + np.where(some.hit, some.when, window)  # the outcome is known at toxicity or at the end
        now[held] = np.maximum(now[held], np.where(waiting, ends, np.inf).min(axis=1)) + 1e-9 * window
        again = design.decide(some.seen(now[held], window, enrolled[held]), level[held], ceiling[held])
        for kept, fresh in zip(step, again, strict=True):
            kept[held] = fresh
    return step, now


def run_tite(
    design: TiteDesign, truth: Truth, accrual: Accrual, trials: Ints, seed: int
) -> tuple[State, Ints, Ints, Floats]:
    """Final states, levels selected, reasons, and duration and time suspended, (trials, 2), of numbered trials.

    Parameters
    ----------
    design : TiteDesign
        Design of the trial.
    truth : Truth
        True outcome probabilities, within the window.
    accrual : Accrual
        Arrival, and time to toxicity.
    trials : array of int
        Numbers of the trials, which key their streams.
    seed : int
        Seed of the streams.
    """
    run, count = _draw(design, accrual, trials, seed), len(trials)
    now, level = np.zeros(count), np.full(count, design.start)
    ceiling, reason = np.full(count, design.levels - 1), np.full(count, int(Reason.STOP_SIZE))
    enrolled, lost, open_ = np.zeros(count, np.int64), np.zeros(count), np.ones(count, bool)
    toxicity = truth.toxicity
    for patient in range(design.max_patients):
        now = np.where(open_, now + run.gaps[:, patient], now)
        if patient and patient % design.cohort == 0:
            who = np.flatnonzero(open_)
            known = (level[who], ceiling[who], enrolled[who])
            step, then = wait_to_decide(design, run.take(who), now[who], accrual.window, known)
            lost[who] += then - now[who]
            now[who], level[who], ceiling[who] = then, step.level, step.ceiling
            ended = STOPS[step.reason]
            reason[who[ended]], open_[who[ended]] = step.reason[ended], False
        who = np.flatnonzero(open_)
        if not len(who):
            break
        run.level[who, patient], run.entry[who, patient] = level[who], now[who]
        run.hit[who, patient] = run.tolerance[who, patient] < toxicity[level[who]]
        enrolled[who] += 1
    treated = sum_by_level(run.level >= 0, run.level, design.levels).astype(np.int64)
    toxic = sum_by_level(run.hit & (run.level >= 0), run.level, design.levels).astype(np.int64)
    # once all are followed up, a level may close yet
    final = run.seen(np.full(count, np.inf), accrual.window, enrolled)
    for each in range(design.levels):
        there = treated[:, each] > 0
        ceiling = np.where(there, design.decide(final, np.full(count, each), ceiling).ceiling, ceiling)
    state = State(np.stack([treated - toxic, toxic], axis=2), level, ceiling, np.zeros(count, np.int64))
    known_at = run.entry + np.where(run.hit, run.when, accrual.window)
    duration = np.where(run.level >= 0, known_at, 0.0).max(axis=1)
    return state, design.select(toxic, treated, ceiling), reason, np.stack([duration, lost], axis=1)


def simulate_tite(
    design: TiteDesign,
    truth: Truth,
    accrual: Accrual,
    *,
    trials: int = 2000,
    seed: int = 1,
    progress: Progress = ignore_progress,
) -> TiteCharacteristics:
    """Operating characteristics by simulation of a design that decides while outcomes are pending.

    Parameters
    ----------
    design : TiteDesign
        Design of the trial.
    truth : Truth
        True probabilities of toxicity within the window.
    accrual : Accrual
        Arrival, and time to toxicity.
    trials : int
        Number of trials.
    seed : int
        Seed of the streams.
    progress : Progress
        Receiver of progress.

    Raises
    ------
    InputError
        If the scenario does not fit the design, or no trial is asked for.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.characteristics import toxicity_truth
    >>> from hepatica.trials.dose_finding.time_to_event.tite_boin import TiteBoin
    >>> truth = toxicity_truth([0.1, 0.3, 0.5], 0.3)
    >>> slow = simulate_tite(TiteBoin(levels=3, max_patients=18, target=0.3), truth, Accrual(window=3, rate=1))
    >>> fast = simulate_tite(TiteBoin(levels=3, max_patients=18, target=0.3), truth, Accrual(window=3, rate=9))
    >>> fast.duration < slow.duration
    True
    """
    if truth.outcomes.shape != (design.levels, TOXICITY_ONLY):
        raise InputError("truth", truth.outcomes.shape, f"toxicity at {design.levels} levels, without response")
    if trials < 1:
        raise InputError("trials", trials, "at least one")
    parts = []
    for first in range(0, trials, BLOCK):
        progress("trials", first, trials)
        parts.append(run_tite(design, truth, accrual, np.arange(first, min(first + BLOCK, trials)), seed))
    progress("trials", trials, trials)
    state = State(*(np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)))
    selected, reason, times = (np.concatenate([part[place] for part in parts]) for place in (1, 2, 3))
    duration, lost = times.T
    error = float(duration.std() / np.sqrt(trials))
    return TiteCharacteristics(summarise(state, selected, reason, truth), float(duration.mean()), error, lost.mean())
