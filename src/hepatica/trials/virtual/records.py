"""Records of simulated trials: what each trial concluded, when, and what happened to its patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.virtual.conduct.endpoints import EndpointData

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
        Statistic of each endpoint less its critical value at the end of a trial that is not stopped: 0 or more
        rejects for one arm at least.
    adapted : dict of str to (trial,)
        Changes by an adaptive design, by name; an arm's own follows a colon.
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
    adapted: Mapping[str, Floats] = field(default_factory=dict)

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
        if f.name not in ("secondary", "adapted")
    }
    names = list(parts[0].secondary)
    secondary = {n: np.concatenate([p.secondary[n] for p in parts if n in p.secondary])[:trials] for n in names}
    adapted = {n: np.concatenate([p.adapted[n] for p in parts])[:trials] for n in parts[0].adapted}
    return Records(**arrays, secondary=secondary, adapted=adapted)


class Ending(NamedTuple):
    """End of each trial; attributes as of `Records`, `rejected` before futility and harm are taken into account."""

    look: Ints
    stop: Ints
    rejected: Bools
    z: Floats
    estimate: Floats
    information: Floats
    day: Floats


class Conducted(NamedTuple):
    """Block of trials as an adaptive design conducted them: the arguments of `conclude`."""

    data: EndpointData
    ending: Ending
    entered: Bools
    adapted: Mapping[str, Floats]


def conclude(
    data: EndpointData, ending: Ending, entered: Bools, adapted: Mapping[str, Floats] | None = None
) -> Records:
    """Records of a block of trials from how they ended.

    Parameters
    ----------
    data : EndpointData
        Of the block, as it was conducted.
    ending : Ending
        Of each trial.
    entered : (trial, patient)
        Patients randomised until then.
    adapted : mapping of str to (trial,), optional
        Changes by an adaptive design.
    """
    block, arms = data.block, len(data.block.trial.arm)
    stop = ending.stop
    final = ending.rejected & (stop != Stop.FUTILITY)[:, None] & (stop != Stop.HARM)[:, None]
    stop = np.where((stop == Stop.COMPLETE) & final.any(axis=1), int(Stop.EFFICACY), stop)
    shown = np.where(final, ending.z, -np.inf)
    dead, grafted = (when <= block.trial.follow_up for when in (block.death, block.transplant))

    def by_arm(what: Bools) -> Ints:
        return np.stack([(what & entered & (block.arm == a)).sum(axis=1) for a in range(arms)], axis=1)

    return Records(
        look=ending.look,
        stop=stop,
        rejected=final,
        selected=np.where(final.any(axis=1), shown.argmax(axis=1) + 1, 0),
        estimate=ending.estimate,
        z=ending.z,
        information=ending.information,
        size=entered.sum(axis=1),
        day=ending.day,
        randomised=by_arm(np.ones_like(dead)),
        deaths=by_arm(dead),
        transplants=by_arm(grafted),
        draw=block.draw_row,
        secondary={},
        adapted=adapted or {},
    )
