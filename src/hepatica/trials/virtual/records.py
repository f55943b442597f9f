"""Records of simulated trials: what each trial concluded, when, and what happened to its patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Stop(IntEnum):
    """Reason for which a trial ends."""

    COMPLETE = 0
    EFFICACY = 1
    FUTILITY = 2
    HARM = 3


@dataclass(frozen=True)
class Records:
    """Records of trials.

    Attributes
    ----------
    look : (trial,)
        Look at which it stopped, the final analysis last.
    stop : (trial,)
        `Stop`.
    rejected : (trial, arm with cells)
        Null hypotheses rejected.
    selected : (trial,)
        Arm chosen: that of the largest z among those rejected; 0 for none.
    estimate : (trial, arm with cells)
        Of the primary endpoint when it stopped.
    z : (trial, arm with cells)
    information : (trial,)
        Events or patients analysed when it stopped.
    size, day : (trial,)
        Patients randomised and day of the trial when it stopped.
    randomised, deaths, transplants : (trial, arm)
        Of the patients randomised until then, to the end of their follow-up.
    draw : (trial,)
        Row of the parameter draw; -1 where draws are mixed.
    secondary : dict of str to (trials evaluated,)
        z of each endpoint at the end of a trial that is not stopped, of the arm against control with the largest z.
    """

    look: Ints
    stop: Ints
    rejected: Bools
    selected: Ints
    estimate: Floats
    z: Floats
    information: Floats
    size: Ints
    day: Floats
    randomised: Ints
    deaths: Ints
    transplants: Ints
    draw: Ints
    secondary: Mapping[str, Floats]

    @property
    def trials(self) -> int:
        """Number of trials."""
        return len(self.look)

    @property
    def success(self) -> Bools:
        """Trials that reject any null hypothesis, (trial,)."""
        return np.asarray(self.rejected.any(axis=1))


def join(parts: Sequence[Records], trials: int) -> Records:
    """The first trials of some blocks of records.

    Parameters
    ----------
    parts : sequence of Records
        In order.
    trials : int
        To keep.
    """
    arrays = {
        f.name: np.concatenate([getattr(p, f.name) for p in parts])[:trials]
        for f in fields(Records)
        if f.name != "secondary"
    }
    names = list(parts[0].secondary)
    secondary = {n: np.concatenate([p.secondary[n] for p in parts if n in p.secondary])[:trials] for n in names}
    return Records(**arrays, secondary=secondary)
