"""Exact operating characteristics: every course that a trial can take, merged by state, with its probability."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth, summarise
from hepatica.trials.dose_finding.design import Design, advance
from hepatica.trials.dose_finding.simulation import check_truth
from hepatica.trials.dose_finding.state import STOPS, Floats, Ints, State

MAX_STATES = 4_000_000  # about 1 GB


class Leaves(NamedTuple):
    """Final states of all courses, their probabilities, the level selected, the reason, and what was left out."""

    state: State
    weight: Floats
    selected: Ints
    reason: Ints
    lost: float


def cohort_outcomes(size: int, categories: int) -> tuple[Ints, Floats]:
    """Counts by category that a cohort can show, and the number of orders of each.

    Examples
    --------
    >>> counts, orders = cohort_outcomes(2, 2)
    >>> counts.tolist(), orders.tolist()
    ([[0, 2], [1, 1], [2, 0]], [1.0, 2.0, 1.0])
    """
    compositions = [row for row in itertools.product(range(size + 1), repeat=categories) if sum(row) == size]
    counts = np.array(compositions, np.int64)
    return counts, np.exp(gammaln(size + 1) - gammaln(counts + 1).sum(axis=1)).round()


def merge(state: State, weight: Floats) -> tuple[State, Floats]:
    """States that are alike as one, with their probabilities added."""
    if len(weight) < 2:
        return state, weight
    flat = np.column_stack([state.counts.reshape(len(weight), -1), state.level, state.ceiling, state.stage])
    low = flat.min(axis=0)
    bits = [int(width).bit_length() for width in flat.max(axis=0) - low]
    words: list[Ints] = []
    used = 64
    for column, width in enumerate(bits):  # as few 63-bit words as hold every column
        if width == 0:
            continue
        if used + width > 63:
            words.append(np.zeros(len(weight), np.int64))
            used = 0
        words[-1] |= (flat[:, column] - low[column]) << used
        used += width
    if not words:
        return state.take(np.array([0])), np.array([weight.sum()])
    order = np.lexsort(words) if len(words) > 1 else np.argsort(words[0], kind="stable")
    changed = np.zeros(len(weight), bool)
    changed[0] = True
    for word in words:
        kept = word[order]
        changed[1:] |= kept[1:] != kept[:-1]
    first = np.flatnonzero(changed)
    return state.take(order[first]), np.add.reduceat(weight[order], first)


def _expand(state: State, weight: Floats, size: int, truth: Truth) -> tuple[State, Floats, Ints]:
    """States after every outcome of a cohort, their probabilities, and the outcomes."""
    outcomes, orders = cohort_outcomes(size, truth.outcomes.shape[1])
    with np.errstate(divide="ignore"):
        logs = np.log(truth.outcomes)[:, None, :]
    chance = orders * np.exp(np.where(outcomes > 0, outcomes * logs, 0.0).sum(axis=2))  # (levels, outcomes)
    here = chance[state.level]
    row, which = np.nonzero(here * weight[:, None])
    after = state.take(row)
    after.counts[np.arange(len(row)), after.level] += outcomes[which]
    return after, weight[row] * here[row, which], outcomes[which]


def enumerate_trials(
    design: Design,
    truth: Truth,
    *,
    prune: float = 0.0,
    max_states: int = MAX_STATES,
    progress: Progress = ignore_progress,
) -> Leaves:
    """Final states of all courses with their probabilities.

    Parameters
    ----------
    design : Design
        Design of the trial.
    truth : Truth
        True outcome probabilities.
    prune : float
        States less probable than this are left out, and their probability reported; 0 leaves out none.
    max_states : int
        Most states to hold at once.
    progress : Progress
        Receiver of progress.

    Raises
    ------
    InputError
        If the scenario does not fit the design, or the tree has too many states.
    """
    check_truth(design, truth)
    state, weight, lost = design.begin(1), np.ones(1), 0.0
    ends: list[tuple[State, Floats, Ints]] = []
    while len(weight):
        progress("enumeration", int(state.counts[0].sum()), design.max_patients)
        sizes = design.cohort_size(state)
        parts = [_expand(state.take(sizes == s), weight[sizes == s], int(s), truth) for s in np.unique(sizes)]
        joined = State(*(np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)))
        weight = np.concatenate([part[1] for part in parts])
        state, why = advance(design, joined, np.concatenate([part[2] for part in parts]))
        over = STOPS[why]
        if over.any():
            ends.append((state.take(over), weight[over], why[over]))
        state, weight = merge(state.take(~over), weight[~over])
        if prune > 0 and len(weight):
            rare = weight < prune
            lost += float(weight[rare].sum())
            state, weight = state.take(~rare), weight[~rare]
        if len(weight) > max_states:
            raise InputError(
                "max_patients",
                design.max_patients,
                f"fewer patients or levels, prune=1e-12, or simulate: more than {max_states} states",
            )
    progress("enumeration", design.max_patients, design.max_patients)
    final = State(*(np.concatenate(columns) for columns in zip(*(end[0] for end in ends), strict=True)))
    return Leaves(
        final,
        np.concatenate([end[1] for end in ends]),
        design.select(final),
        np.concatenate([end[2] for end in ends]),
        lost,
    )


def exact(
    design: Design,
    truth: Truth,
    *,
    prune: float = 0.0,
    max_states: int = MAX_STATES,
    progress: Progress = ignore_progress,
) -> Characteristics:
    """Operating characteristics without simulation.

    Parameters
    ----------
    design, truth, prune, max_states, progress
        As of `enumerate_trials`.

    Raises
    ------
    InputError
        As `enumerate_trials`.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.characteristics import toxicity_truth
    >>> from hepatica.trials.dose_finding.three_plus_three import ThreePlusThree
    >>> result = exact(ThreePlusThree(levels=1), toxicity_truth([0.5], 0.25))
    >>> round(result.none, 4)  # 57 / 64
    0.8906
    """
    leaves = enumerate_trials(design, truth, prune=prune, max_states=max_states, progress=progress)
    return summarise(leaves.state, leaves.selected, leaves.reason, truth, weight=leaves.weight, lost=leaves.lost)
