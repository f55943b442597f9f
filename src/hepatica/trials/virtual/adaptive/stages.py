"""Two stages of a trial: patients before and after an interim decision, and the randomisation of the second stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.randomisation import PermutedBlocks, Scheme
from hepatica.trials.virtual.conduct.allocation import allocate
from hepatica.trials.virtual.conduct.block import TrialBlock

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def decision_days(entry: Floats, first: int, lag: float) -> Floats:
    """Day of the interim decision, (trial,): the last of the first patients has been followed for the lag.

    Parameters
    ----------
    entry : (trial, patient)
        Days of randomisation, rising.
    first : int
        Patients.
    lag : float
        Day.

    Examples
    --------
    >>> decision_days(np.array([[0.0, 2.0, 5.0]]), 2, 10.0).tolist()
    [12.0]
    """
    return np.asarray(entry[:, first - 1] + lag)


def second_stage_arms(block: TrialBlock, selected: Bools, first_stage: Bools) -> Ints:
    """Arms (trial, patient) of the second stage: control and the arms selected, in the planned ratio.

    Parameters
    ----------
    block : TrialBlock
        As planned.
    selected : (trial, arm with cells)
        Arms that go on; a trial without any keeps its plan.
    first_stage : (trial, patient)
        Patients randomised before; their numbers mean nothing.
    """
    factors, trial = block.factors, block.trial
    own = factors * 2 + first_stage[..., None] if factors.shape[-1] else first_stage[..., None].astype(np.int64)
    arms = block.arm.copy()
    for pattern in np.unique(selected, axis=0):
        if not pattern.any():
            continue
        rows = (selected == pattern).all(axis=1)
        there = np.array([0, *(np.flatnonzero(pattern) + 1)])
        scheme = _scheme(block, tuple(trial.ratio[a] for a in there))
        drawn = allocate(scheme, own, trial.seed, block.block, purpose=f"allocation:{pattern.astype(int).tolist()}")
        arms[rows] = there[drawn[rows]]
    return arms


def _scheme(block: TrialBlock, ratio: tuple[int, ...]) -> Scheme:
    """Scheme of the trial for fewer arms; blocks of stated sizes hold where they are multiples of the new ratio."""
    randomisation, total = block.trial.randomisation, sum(ratio)
    if randomisation.method == "blocks" and any(size % total for size in randomisation.sizes):
        return PermutedBlocks(ratio, (2 * total,))
    return randomisation.scheme(ratio)
