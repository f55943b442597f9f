"""Dose-finding design: from the patients so far to the level of the next cohort, with the reason, and to a dose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import NONE, STOPS, Ints, Reason, State, Step, start_state


@dataclass(frozen=True, kw_only=True)
class Design(ABC):
    """Rule of dose finding on counts by level; every array holds many trials, so that they run side by side.

    Parameters
    ----------
    levels : int
        Dose levels.
    max_patients : int
        Patients in all.
    cohort : int
        Patients between decisions.
    start : int
        First level, counted from 0.
    """

    levels: int
    max_patients: int
    cohort: int = 3
    start: int = 0

    categories = 2  # of outcomes: toxicity or none

    def __post_init__(self) -> None:
        """Check the numbers that all designs have.

        Raises
        ------
        InputError
            If a number is not possible.
        """
        for name in ("levels", "max_patients", "cohort", "start"):
            if getattr(self, name) != int(getattr(self, name)):
                raise InputError(name, getattr(self, name), "a whole number")
        if self.levels < 1:
            raise InputError("levels", self.levels, "at least one dose level")
        if not 0 <= self.start < self.levels:
            raise InputError("start", self.start, f"a level from 0 to {self.levels - 1}")
        if self.cohort < 1 or self.max_patients < self.cohort:
            raise InputError("max_patients", self.max_patients, f"at least one cohort of {max(self.cohort, 1)}")

    @abstractmethod
    def step(self, state: State, last: Ints) -> Step:
        """Decisions after a cohort.

        Parameters
        ----------
        state : State
            With the last cohort's outcomes counted.
        last : array of int, (trials, categories)
            Outcomes of the last cohort.
        """

    @abstractmethod
    def select(self, state: State) -> Ints:
        """Level selected by each trial at its end, -1 where none, (trials,)."""

    def begin(self, trials: int) -> State:
        """State before the first patient."""
        return start_state(trials, self.levels, self.categories, self.start)

    def cohort_size(self, state: State) -> Ints:
        """Patients of the next cohort: the last one may be smaller, (trials,)."""
        left = self.max_patients - state.counts.sum(axis=(1, 2))
        return np.asarray(np.minimum(self.cohort, np.maximum(left, 0)))

    def changed(self, **fields: object) -> Self:
        """Copy of the design with other values of some fields."""
        return replace(self, **fields)  # type: ignore[arg-type]


def advance(design: Design, state: State, last: Ints) -> tuple[State, Ints]:
    """State with the decision taken, and the reason; a trial that has all its patients stops.

    Parameters
    ----------
    design : Design
        Design of the trial.
    state : State
        With the last cohort counted.
    last : array of int, (trials, categories)
        Outcomes of the last cohort.

    Returns
    -------
    State
    array of int, (trials,)
        Values of `Reason`.
    """
    step = design.step(state, last)
    full = (state.counts.sum(axis=(1, 2)) >= design.max_patients) & ~STOPS[step.reason]
    reason = np.where(full, int(Reason.STOP_SIZE), step.reason)
    return State(state.counts, step.level, step.ceiling, step.stage), reason


def move(level: Ints, wanted: Ints, ceiling: Ints) -> tuple[Ints, Ints]:
    """Level one up, here or one down, and the reason, where no closed level may be entered.

    Parameters
    ----------
    level : array of int, (trials,)
        Level of each trial.
    wanted : array of int, (trials,)
        1 to escalate, 0 to stay, -1 to de-escalate.
    ceiling : array of int, (trials,)
        Highest open level, at least 0.

    Examples
    --------
    >>> to, why = move(np.array([0, 2, 0]), np.array([1, 1, -1]), np.array([2, 2, 2]))
    >>> to.tolist(), [Reason(r).name for r in why]
    ([1, 2, 0], ['ESCALATE', 'STAY_AT_TOP', 'STAY_AT_BOTTOM'])
    """
    goal = np.clip(level + wanted, 0, np.maximum(ceiling, 0))
    reason = np.select(
        [goal > level, goal < level, wanted > 0, wanted < 0],
        [int(Reason.ESCALATE), int(Reason.DEESCALATE), int(Reason.STAY_AT_TOP), int(Reason.STAY_AT_BOTTOM)],
        int(Reason.STAY),
    )
    return np.asarray(goal, np.int64), np.asarray(reason, np.int64)


def nothing_open(ceiling: Ints, selected: Ints) -> Ints:
    """Selection with no level where none is open."""
    return np.asarray(np.where(ceiling < 0, NONE, selected), np.int64)
