"""State of dose-finding trials, many at once, and the decisions taken on them.

Levels are counted from 0 in arrays and from 1 wherever a person reads them. Outcomes are categories: two (no
toxicity, toxicity), or four (neither, response alone, toxicity alone, both).
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE = -1  # no level: nothing was selected, or every level is closed
TOXICITY_ONLY, WITH_RESPONSE = 2, 4  # outcome categories


class Action(Enum):
    """Action of a decision, in the words of protocols."""

    ESCALATE = "escalate"
    STAY = "stay"
    DEESCALATE = "de-escalate"
    ELIMINATE = "eliminate"
    STOP = "stop"
    SUSPEND = "suspend"


class Reason(IntEnum):
    """Reason code of a decision.

    Examples
    --------
    >>> Reason.STAY_AT_TOP.action.value, Reason.STOP_TOXIC.stops
    ('stay', True)
    """

    ESCALATE = 0
    STAY = 1
    DEESCALATE = 2
    ELIMINATE = 3  # this level and those above are closed
    STAY_AT_TOP = 4  # the rule says escalate, and no level above is open
    STAY_AT_BOTTOM = 5  # the rule says de-escalate, and this is the lowest level
    STAY_INCOHERENT = 6  # the model says escalate, straight after toxicity
    ESCALATE_ONE = 7  # the model says further, and no level may be skipped
    EXPAND = 8  # more patients at the level selected
    STOP_TOXIC = 9  # the lowest level is too toxic
    STOP_SIZE = 10  # all patients are treated
    STOP_AT_LEVEL = 11  # enough patients at this level
    STOP_FOUND = 12  # the rule has found its level
    STOP_NO_LEVEL = 13  # no level is both safe and active
    SUSPEND = 14  # too many outcomes are pending

    @property
    def action(self) -> Action:
        """Action that the reason explains."""
        return _ACTIONS[self]

    @property
    def stops(self) -> bool:
        """End of the trial."""
        return self.action is Action.STOP


_ACTIONS = {
    Reason.ESCALATE: Action.ESCALATE,
    Reason.STAY: Action.STAY,
    Reason.DEESCALATE: Action.DEESCALATE,
    Reason.ELIMINATE: Action.ELIMINATE,
    Reason.STAY_AT_TOP: Action.STAY,
    Reason.STAY_AT_BOTTOM: Action.STAY,
    Reason.STAY_INCOHERENT: Action.STAY,
    Reason.ESCALATE_ONE: Action.ESCALATE,
    Reason.EXPAND: Action.STAY,
    Reason.STOP_TOXIC: Action.STOP,
    Reason.STOP_SIZE: Action.STOP,
    Reason.STOP_AT_LEVEL: Action.STOP,
    Reason.STOP_FOUND: Action.STOP,
    Reason.STOP_NO_LEVEL: Action.STOP,
    Reason.SUSPEND: Action.SUSPEND,
}
STOPS = np.array([reason.stops for reason in Reason])


class State(NamedTuple):
    """Trials under way, one a row.

    Attributes
    ----------
    counts : array of int, (trials, levels, categories)
        Patients by level and outcome.
    level : array of int, (trials,)
        Level of the last cohort.
    ceiling : array of int, (trials,)
        Highest level still open; -1 where none is.
    stage : array of int, (trials,)
        Stage of a design that has several, else 0.
    """

    counts: Ints
    level: Ints
    ceiling: Ints
    stage: Ints

    @property
    def treated(self) -> Ints:
        """Patients by level, (trials, levels)."""
        return np.asarray(self.counts.sum(axis=2))

    @property
    def toxic(self) -> Ints:
        """Patients with toxicity by level: the upper half of the categories."""
        half = self.counts.shape[2] // 2
        return np.asarray(self.counts[:, :, half:].sum(axis=2))

    @property
    def responding(self) -> Ints:
        """Patients with response by level; zero where response is not observed."""
        if self.counts.shape[2] == TOXICITY_ONLY:
            return np.zeros(self.counts.shape[:2], np.int64)
        return np.asarray(self.counts[:, :, 1] + self.counts[:, :, 3])

    def take(self, rows: NDArray[np.bool_] | Ints) -> State:
        """State of some of the trials."""
        return State(*(part[rows] for part in self))


class Step(NamedTuple):
    """Decisions after a cohort, one a trial.

    Attributes
    ----------
    level : array of int, (trials,)
        Level of the next cohort; where the trial stops, the level at which it was.
    reason : array of int, (trials,)
        Values of `Reason`.
    ceiling, stage : array of int, (trials,)
        As of `State`, from now on.
    """

    level: Ints
    reason: Ints
    ceiling: Ints
    stage: Ints


def start_state(trials: int, levels: int, categories: int, start: int) -> State:
    """State of trials before their first patient.

    Examples
    --------
    >>> start_state(2, 5, 2, 0).counts.shape
    (2, 5, 2)
    """
    return State(
        np.zeros((trials, levels, categories), np.int64),
        np.full(trials, start, np.int64),
        np.full(trials, levels - 1, np.int64),
        np.zeros(trials, np.int64),
    )


def distinct(*columns: Ints) -> tuple[Ints, Ints]:
    """First place of each distinct trial, and the place among them of every trial.

    Parameters
    ----------
    *columns : array of int, (trials, ...)
        What trials that count as one share; not negative.

    Examples
    --------
    >>> first, place = distinct(np.array([[1, 2], [0, 2], [1, 2]]))
    >>> first.tolist(), place.tolist()
    ([1, 0], [1, 0, 1])
    """
    flat = np.column_stack([column.reshape(len(column), -1) for column in columns])
    bits = [int(width).bit_length() for width in flat.max(axis=0, initial=0)]
    if sum(bits) < 64:
        code = np.zeros(len(flat), np.int64)
        for column, width in enumerate(bits):
            code = (code << width) | flat[:, column]
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
    else:
        _, first, place = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    return first, place.reshape(-1)


def at_level(values: NDArray[np.int64], level: Ints) -> Ints:
    """Values of each trial at its level, (trials,)."""
    return np.asarray(values[np.arange(len(level)), level])
