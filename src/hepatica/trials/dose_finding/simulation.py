"""Simulated operating characteristics: many trials of a design side by side, from keyed random streams."""

from __future__ import annotations

import numpy as np

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth, summarise
from hepatica.trials.dose_finding.design import Design, advance
from hepatica.trials.dose_finding.state import NONE, STOPS, Floats, Ints, State

PURPOSE = "dose_finding:tolerance"  # the stream of a patient's tolerance: the same under every design
BLOCK = 10_000  # trials at once, so that a block stays in the cache


def check_truth(design: Design, truth: Truth) -> None:
    """Agreement of a scenario with a design.

    Raises
    ------
    InputError
        If levels or outcome categories differ.
    """
    if truth.outcomes.shape != (design.levels, design.categories):
        raise InputError(
            "truth",
            f"{truth.outcomes.shape[0]} levels and {truth.outcomes.shape[1]} outcomes",
            f"{design.levels} levels and {design.categories} outcomes, as the design has",
        )


def draw_outcomes(tolerance: Floats, cumulative: Floats, level: Ints, size: Ints) -> Ints:
    """Counts of outcome categories of a cohort.

    Parameters
    ----------
    tolerance : array of float, (trials, cohort)
        Uniform numbers, one a patient.
    cumulative : array of float, (levels, categories - 1)
        Probability of the last category, of the last two, and so on: low tolerance is toxic at any level.
    level, size : array of int, (trials,)
        Level and patients of each trial.

    Returns
    -------
    array of int, (trials, categories)
    """
    bounds = cumulative[level]
    above = np.empty((len(level), bounds.shape[1] + 2), np.int64)
    above[:, 0], above[:, -1] = 0, size
    there = np.arange(tolerance.shape[1]) < size[:, None] if (size < tolerance.shape[1]).any() else None
    for place in range(bounds.shape[1]):
        hit = tolerance < bounds[:, place, None]
        above[:, place + 1] = (hit if there is None else hit & there).sum(axis=1)
    return np.diff(above, axis=1)[:, ::-1]


def _next_patients(tolerance: Floats, who: Ints, state: State, cohort: int) -> Floats:
    """Tolerance of the patients of the next cohort, (trials, cohort)."""
    treated = state.counts.sum(axis=(1, 2))
    first, most = int(treated[0]), tolerance.shape[1]
    if (treated == first).all() and first + cohort <= most:
        return tolerance[who, first : first + cohort]
    return np.asarray(tolerance[who[:, None], np.minimum(treated[:, None] + np.arange(cohort), most - 1)])


def run_trials(design: Design, truth: Truth, trials: Ints, seed: int) -> tuple[State, Ints, Ints]:
    """Final states, levels selected and reasons of numbered trials; a trial is the same whatever others run.

    Parameters
    ----------
    design : Design
        Design of the trial.
    truth : Truth
        True outcome probabilities.
    trials : array of int
        Numbers of the trials, which key their streams.
    seed : int
        Seed of the streams.

    Returns
    -------
    State, array of int, array of int
        Final state, level selected (-1 for none) and reason, by trial.
    """
    cumulative = np.cumsum(truth.outcomes[:, ::-1], axis=1)[:, :-1]
    tolerance = uniforms(seed, trials, PURPOSE, design.max_patients)
    state = design.begin(len(trials))
    final, reason = state.take(np.arange(len(trials))), np.full(len(trials), NONE, np.int64)
    who = np.arange(len(trials))
    while len(who):
        size = design.cohort_size(state)
        last = draw_outcomes(_next_patients(tolerance, who, state, design.cohort), cumulative, state.level, size)
        state.counts[np.arange(len(who)), state.level] += last
        state, why = advance(design, state, last)
        ended = STOPS[why]
        if ended.any():
            for kept, now in zip(final, state, strict=True):
                kept[who[ended]] = now[ended]
            reason[who[ended]] = why[ended]
            state, who = state.take(~ended), who[~ended]
    return final, design.select(final), reason


def simulate(
    design: Design, truth: Truth, *, trials: int = 10_000, seed: int = 1, progress: Progress = ignore_progress
) -> Characteristics:
    """Operating characteristics by simulation, with Monte-Carlo standard errors.

    Designs simulated with one seed meet the same patients.

    Parameters
    ----------
    design : Design
        Design of the trial.
    truth : Truth
        True outcome probabilities.
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
    >>> from hepatica.trials.dose_finding.boin import boin
    >>> from hepatica.trials.dose_finding.characteristics import toxicity_truth
    >>> truth = toxicity_truth([0.05, 0.15, 0.3, 0.45, 0.6], 0.3)
    >>> result = simulate(boin(0.3, levels=5, max_patients=30), truth, trials=2000)
    >>> result.correct > 0.4
    True
    """
    check_truth(design, truth)
    if trials < 1:
        raise InputError("trials", trials, "at least one")
    parts = []
    for first in range(0, trials, BLOCK):
        progress("trials", first, trials)
        parts.append(run_trials(design, truth, np.arange(first, min(first + BLOCK, trials)), seed))
    progress("trials", trials, trials)
    state = State(*(np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)))
    return summarise(
        state, np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts]), truth
    )
