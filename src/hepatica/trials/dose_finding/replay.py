"""Replay of a trial: a design's recommendation after each cohort of a history, beside the level that was given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design, advance
from hepatica.trials.dose_finding.state import NONE, TOXICITY_ONLY, Reason, State

LETTERS = {"N": (False, False), "E": (False, True), "T": (True, False), "B": (True, True)}  # toxic, responding


class Cohort(NamedTuple):
    """Patients treated together.

    Attributes
    ----------
    level : int
        Counted from 1.
    outcomes : str
        A letter a patient: N neither, T toxicity, E response (efficacy), B both.
    """

    level: int
    outcomes: str


class Recommendation(NamedTuple):
    """Recommendation after a cohort.

    Attributes
    ----------
    cohort : Cohort
    next_level : int or None
        Counted from 1; None where the trial stops.
    reason : Reason
    followed : bool or None
        Agreement of the next cohort's level; None after the last.
    selected : int or None
        Level that would be selected if the trial ended here, counted from 1.
    """

    cohort: Cohort
    next_level: int | None
    reason: Reason
    followed: bool | None
    selected: int | None


def read_history(text: str) -> tuple[Cohort, ...]:
    """History in the usual notation: a level and the letters of its patients, cohort by cohort.

    Parameters
    ----------
    text : str
        Such as ``"1NNN 2NTN"``.

    Raises
    ------
    InputError
        If a cohort cannot be read.

    Examples
    --------
    >>> read_history("1NNN 2NTN")[1]
    Cohort(level=2, outcomes='NTN')
    """
    cohorts = []
    for word in text.replace(",", " ").split():
        match = re.fullmatch(r"(\d{1,3})([NTEB]+)", word.upper())
        if not match or int(match.group(1)) < 1:
            raise InputError(
                "history", word, "a level from 1 and a letter a patient: N neither, T toxicity, E response, B both"
            )
        cohorts.append(Cohort(int(match.group(1)), match.group(2)))
    return tuple(cohorts)


def count_outcomes(design: Design, cohort: Cohort) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Outcome categories of a cohort, (categories,).

    Raises
    ------
    InputError
        If the level does not exist, or the design knows no response.
    """
    if not 1 <= cohort.level <= design.levels:
        raise InputError("history", f"level {cohort.level}", f"a level from 1 to {design.levels}")
    counts = np.zeros(design.categories, np.int64)
    for letter in cohort.outcomes:
        toxic, responding = LETTERS[letter]
        if responding and design.categories == TOXICITY_ONLY:
            raise InputError("history", f"{cohort.level}{cohort.outcomes}", "N or T: this design counts no responses")
        counts[toxic * (design.categories // 2) + responding] += 1
    return counts


def follow(design: Design, state: State, cohort: Cohort) -> tuple[State, Reason]:
    """State and reason after one more cohort, at whatever level it was treated."""
    last = count_outcomes(design, cohort)
    counts = state.counts.copy()
    counts[0, cohort.level - 1] += last
    seen = State(counts, np.array([cohort.level - 1]), state.ceiling, state.stage)
    after, why = advance(design, seen, last[None])
    return after, Reason(int(why[0]))


def _from_one(level: int) -> int | None:
    return None if level == NONE else level + 1


def replay(design: Design, history: Sequence[Cohort]) -> list[Recommendation]:
    """Recommendations along a history; cohorts at another level than recommended are taken as they were.

    Parameters
    ----------
    design : Design
        Design of the trial.
    history : sequence of Cohort
        Cohorts in their order.

    Raises
    ------
    InputError
        If a cohort does not fit the design.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.boin import boin
    >>> rows = replay(boin(0.3, levels=5, max_patients=30), read_history("1NNN 2NTN 2NTT"))
    >>> [(row.next_level, row.reason.name, row.followed) for row in rows]
    [(2, 'ESCALATE', True), (2, 'STAY', True), (1, 'DEESCALATE', None)]
    """
    state, rows = design.begin(1), []
    for place, cohort in enumerate(history):
        state, reason = follow(design, state, cohort)
        to = None if reason.stops else int(state.level[0]) + 1
        given = history[place + 1].level if place + 1 < len(history) else None
        selected = _from_one(int(design.select(state)[0]))
        rows.append(Recommendation(cohort, to, reason, None if given is None else given == to, selected))
    return rows
