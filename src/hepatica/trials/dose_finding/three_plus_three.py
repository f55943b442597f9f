"""3+3 design (Storer 1989, Biometrics 45:925): cohorts of three, six at the most at a level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.state import NONE, Ints, Reason, State, Step, at_level

COHORT, FULL = 3, 6


@dataclass(frozen=True, kw_only=True)
class ThreePlusThree(Design):
    """3+3: none of three toxic escalates, one of three adds three, at most one of six escalates, else de-escalate.

    Parameters
    ----------
    levels : int
        Dose levels.
    six_to_select : bool
        A level is selected only when six were treated there; otherwise three without toxicity suffice.

    Examples
    --------
    >>> ThreePlusThree(levels=5).max_patients
    30
    """

    max_patients: int = 0  # six a level, unless given
    six_to_select: bool = True

    def __post_init__(self) -> None:
        """Check size and cohort.

        Raises
        ------
        InputError
            If the cohort is not of three.
        """
        if self.cohort != COHORT:
            raise InputError("cohort", self.cohort, f"{COHORT}: the design has cohorts of three")
        object.__setattr__(self, "max_patients", self.max_patients or FULL * self.levels)
        super().__post_init__()

    def step(self, state: State, last: Ints) -> Step:
        """Decision by the numbers at the current level; see `Design.step`."""
        del last
        treated, level = state.treated, state.level
        n, x = at_level(treated, level), at_level(state.toxic, level)
        toxic = x > 1
        ceiling = np.where(toxic, np.minimum(state.ceiling, level - 1), state.ceiling)
        good = ~toxic & ((x == 0) | (n >= FULL))
        below = np.maximum(level - 1, 0)
        enough = FULL if self.six_to_select else COHORT
        can_rise, done_here = good & (level < ceiling), good & (level >= ceiling) & (n >= enough)
        done_below = toxic & (at_level(treated, below) >= enough)
        reason = np.select(
            [toxic & (level == 0), done_here | done_below, toxic, can_rise, good],
            [
                int(Reason.STOP_TOXIC),
                int(Reason.STOP_FOUND),
                int(Reason.ELIMINATE),
                int(Reason.ESCALATE),
                int(Reason.STAY_AT_TOP),
            ],
            int(Reason.STAY),
        )
        to = np.where(toxic, below, np.where(can_rise, level + 1, level))
        return Step(to, reason, np.where(toxic & (level == 0), NONE, ceiling), state.stage)

    def select(self, state: State) -> Ints:
        """Highest open level with at most one of six toxic (or none of three, if three suffice)."""
        n, x = state.treated, state.toxic
        place = np.arange(self.levels)
        met = ((n >= FULL) & (x <= 1)) | ((n >= COHORT) & (x == 0) & (not self.six_to_select))
        met &= place <= state.ceiling[:, None]
        return np.asarray(np.where(met, place, NONE).max(axis=1))
