"""Decision tables of dose finding, and the design that follows one: the user's own, or that of an interval design."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design, move
from hepatica.trials.dose_finding.isotonic import nearest_to_target
from hepatica.trials.dose_finding.state import NONE, Ints, Reason, State, Step, at_level

MAX_PATIENTS = 1000
"""Most patients at a level of a decision table, whose size is the square of it."""


def check_patients(patients: int) -> None:
    """Refuse a table too large to hold, or of no size.

    Raises
    ------
    InputError
        If it is no whole number from 1 to `MAX_PATIENTS`.

    Examples
    --------
    >>> check_patients(30)
    """
    if patients != int(patients) or not 1 <= patients <= MAX_PATIENTS:
        raise InputError("max_patients", patients, f"a whole number of patients at a level, from 1 to {MAX_PATIENTS}")


class Cell(IntEnum):
    """Decision of a cell of the table; letters as in the papers on mTPI."""

    DU = -2  # de-escalate, and close this level and those above
    D = -1  # de-escalate
    S = 0  # stay
    E = 1  # escalate


class DecisionTable(NamedTuple):
    """Decisions by number treated and number with toxicity at a level.

    Attributes
    ----------
    cells : array of int, (patients + 1, patients + 1)
        Values of `Cell`, at [treated, toxic]; those with more toxic than treated do not count.
    stop_lowest : array of bool, (patients + 1, patients + 1)
        At the lowest level: stop the trial.
    """

    cells: NDArray[np.int8]
    stop_lowest: NDArray[np.bool_]

    @property
    def patients(self) -> int:
        """Most patients at a level that the table covers."""
        return len(self.cells) - 1

    def letters(self, treated: int) -> list[str]:
        """Letters for 0, 1, ... toxic of a number treated."""
        return [Cell(int(code)).name for code in self.cells[treated, : treated + 1]]


def make_table(rows: Iterable[tuple[int, int, str]]) -> DecisionTable:
    """Table from rows of treated, toxic and letter: E, S, D or DU.

    Numbers treated that no row names take no decision: the design's cohorts must not meet them.

    Raises
    ------
    InputError
        If a letter is unknown, a row comes twice, or a named number treated lacks a row.

    Examples
    --------
    >>> make_table([(1, 0, "E"), (1, 1, "D")]).letters(1)
    ['E', 'D']
    """
    decisions: dict[tuple[int, int], Cell] = {}
    for treated, toxic, letter in rows:
        if letter not in Cell.__members__:
            raise InputError(
                "decision", letter, "E (escalate), S (stay), D (de-escalate) or DU (de-escalate, eliminate)"
            )
        if not 0 <= toxic <= treated or treated < 1 or (treated, toxic) in decisions:
            raise InputError("row", (treated, toxic), "each number treated and number toxic among them, once")
        decisions[treated, toxic] = Cell[letter]
    size = max((treated for treated, _ in decisions), default=0) + 1
    if size == 1:
        raise InputError("table", "no rows", "rows of treated, toxic and decision")
    cells = np.zeros((size, size), np.int8)
    for treated in {n for n, _ in decisions}:
        for toxic in range(treated + 1):
            if (treated, toxic) not in decisions:
                raise InputError("table", f"no row for {toxic} of {treated}", "a row for each number toxic")
            cells[treated, toxic] = decisions[treated, toxic]
    return DecisionTable(cells, np.zeros_like(cells, bool))


def read_table(path: Path) -> DecisionTable:
    """Table from a CSV file with columns treated, toxic and decision.

    Raises
    ------
    InputError
        If the file cannot be read, or as `make_table`.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(int(r["treated"]), int(r["toxic"]), r["decision"].strip().upper()) for r in csv.DictReader(file)]
    except OSError as error:
        raise InputError("table", str(path), f"a file that can be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError("table", str(path), "CSV with columns treated, toxic (whole numbers) and decision") from None
    return make_table(rows)


@dataclass(frozen=True, kw_only=True)
class TableDesign(Design):
    """Design that follows a decision table, and selects by isotonic regression.

    Parameters
    ----------
    table : DecisionTable
        Decision table.
    target : float
        Toxicity aimed at.
    stop_at : int or None
        Patients at a level that end the trial.
    stop_only_if_staying : bool
        End it only if the decision is to go on at that level, as BOIN does.
    select_limit : float
        Isotonic estimates above it are not selected.
    """

    table: DecisionTable
    target: float
    stop_at: int | None = None
    stop_only_if_staying: bool = True
    select_limit: float = np.inf

    def __post_init__(self) -> None:
        """Check target and size of the table.

        Raises
        ------
        InputError
            If the target is no probability, or the table too small.
        """
        super().__post_init__()
        if not 0 < self.target < 1:
            raise InputError("target", self.target, "a probability between 0 and 1")
        most = self.max_patients if self.stop_at is None or self.stop_only_if_staying else self.stop_at + self.cohort
        if self.table.patients < min(most, self.max_patients):
            raise InputError("table", f"{self.table.patients} patients", f"rows up to {self.max_patients} at a level")

    def step(self, state: State, last: Ints) -> Step:
        """Decision of the table at the current level; see `Design.step`."""
        del last  # all of it is in the counts
        treated, toxic = at_level(state.treated, state.level), at_level(state.toxic, state.level)
        cell = self.table.cells[treated, toxic].astype(np.int64)
        closed = cell == Cell.DU
        ceiling = np.where(closed, np.minimum(state.ceiling, state.level - 1), state.ceiling)
        level, reason = move(state.level, np.maximum(cell, -1), ceiling)
        reason = np.where(closed, int(Reason.ELIMINATE), reason)
        if self.stop_at is not None:
            staying = (level == state.level) | (not self.stop_only_if_staying)
            reason = np.where((treated >= self.stop_at) & staying & ~closed, int(Reason.STOP_AT_LEVEL), reason)
        stop = (state.level == 0) & (closed | self.table.stop_lowest[treated, toxic])
        reason = np.where(stop, int(Reason.STOP_TOXIC), reason)
        return Step(level, reason, np.where(stop, NONE, ceiling), state.stage)

    def select(self, state: State) -> Ints:
        """Open level whose isotonic estimate is nearest to the target."""
        return nearest_to_target(state.toxic, state.treated, self.target, state.ceiling, limit=self.select_limit)
