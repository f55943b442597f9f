"""mTPI, mTPI-2 and keyboard designs: the interval of toxicity with most posterior probability for its length decides.

mTPI: Ji, Liu, Li & Bekele 2010, Clin Trials 7:653, with three intervals: below, at and above the target. mTPI-2: Guo,
Wang, Yang, Lynn & Ji 2017, Contemp Clin Trials 58:23. Keyboard: Yan, Mandrekar & Yuan 2017, Clin Cancer Res 23:3994.
The last two differ at the ends of the scale alone: mTPI-2 keeps what is left there as shorter intervals, the keyboard
drops it.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import CUTOFF, safety
from hepatica.trials.dose_finding.state import Floats
from hepatica.trials.dose_finding.table_design import Cell, DecisionTable, TableDesign, check_patients

_EDGE = 1e-9  # a remainder shorter than this is rounding


def intervals(target: float, below: float, above: float, *, whole_only: bool = False) -> tuple[Floats, int]:
    """Ends of the intervals that tile the scale, and the place of the one that holds the target.

    Parameters
    ----------
    target, below, above : float
        The interval of the target is target - below to target + above; the others have its length.
    whole_only : bool
        Drop what is left at the ends of the scale, as the keyboard does.

    Raises
    ------
    InputError
        If the interval leaves the scale.

    Examples
    --------
    >>> ends, place = intervals(0.3, 0.05, 0.05)
    >>> ends[:3].round(2).tolist(), place
    ([0.0, 0.05, 0.15], 3)
    """
    if not (below >= 0 and above >= 0 and below + above > 0 and target - below > 0 and target + above < 1):
        raise InputError("below, above", (below, above), f"an interval about {target} within 0 and 1")
    length, low = below + above, target - below
    down, up = int((low + _EDGE) / length), int((1 - target - above + _EDGE) / length)
    ends = low + length * np.arange(-down, up + 2)
    if not whole_only and ends[0] > _EDGE:
        ends = np.concatenate([[0.0], ends])
    if not whole_only and ends[-1] < 1 - _EDGE:
        ends = np.append(ends, 1.0)
    return np.clip(ends, 0.0, 1.0), int(np.searchsorted(ends, target, side="right")) - 1


def interval_table(
    target: float,
    patients: int,
    *,
    below: float = 0.05,
    above: float = 0.05,
    keyboard: bool = False,
    cutoff: float = CUTOFF,
) -> DecisionTable:
    """Decision table of mTPI-2 or, for whole intervals only, of the keyboard design; the prior is uniform.

    Parameters
    ----------
    target : float
        Toxicity aimed at.
    patients : int
        Most patients at a level.
    below, above : float
        As of `intervals`.
    keyboard : bool
        Whole intervals only.
    cutoff : float
        Posterior probability of exceeding the target that closes a level.

    Raises
    ------
    InputError
        As `intervals`.

    Examples
    --------
    >>> interval_table(0.3, 6).letters(6)
    ['E', 'E', 'S', 'D', 'DU', 'DU', 'DU']
    """
    ends, place = intervals(target, below, above, whole_only=keyboard)
    return _of_mass(target, patients, ends, place, cutoff)


def mtpi_table(
    target: float, patients: int, *, below: float = 0.05, above: float = 0.05, cutoff: float = CUTOFF
) -> DecisionTable:
    """Decision table of mTPI: three intervals of unequal length; the prior is uniform.

    Parameters
    ----------
    target, patients, below, above, cutoff
        As of `interval_table`.

    Raises
    ------
    InputError
        As `intervals`.

    Examples
    --------
    >>> mtpi_table(0.3, 6).letters(6)
    ['E', 'E', 'S', 'S', 'DU', 'DU', 'DU']
    """
    intervals(target, below, above)
    return _of_mass(target, patients, np.array([0.0, target - below, target + above, 1.0]), 1, cutoff)


def _of_mass(target: float, patients: int, ends: Floats, place: int, cutoff: float) -> DecisionTable:
    """Decisions by the interval with the highest unit probability mass; one below the place of the target escalates."""
    check_patients(patients)
    treated, toxic = np.meshgrid(np.arange(patients + 1), np.arange(patients + 1), indexing="ij")
    a, b = 1.0 + toxic, 1.0 + np.maximum(treated - toxic, 0)
    # unit probability mass: posterior probability of each interval for its length
    mass = np.diff(betainc(a[..., None], b[..., None], ends), axis=-1) / np.diff(ends)
    best = mass.argmax(axis=-1)
    cells = np.sign(place - best)
    close, stop = safety(patients, target, cutoff=cutoff)
    return DecisionTable(np.where(close, int(Cell.DU), cells).astype(np.int8), np.asarray(stop, bool))


def i3plus3_table(target: float, patients: int, *, below: float = 0.05, above: float = 0.05) -> DecisionTable:
    """Decision table of i3+3 (Liu, Wang & Ji 2020, J Biopharm Stat 30:294).

    Observed toxicity under the interval escalates, within it stays; over it de-escalates, unless one toxicity less
    would lie under it: then a single patient decided, and the design stays.

    Raises
    ------
    InputError
        As `intervals`.

    Examples
    --------
    >>> i3plus3_table(0.3, 3).letters(3)
    ['E', 'S', 'D', 'DU']
    """
    intervals(target, below, above)
    check_patients(patients)
    low, high = target - below, target + above
    n = np.maximum(np.arange(patients + 1)[:, None], 1)
    x = np.arange(patients + 1)[None, :]
    rate, less = x / n, (x - 1) / n
    over = np.where(less < low - _EDGE, int(Cell.S), int(Cell.D))
    cells = np.where(rate < low - _EDGE, int(Cell.E), np.where(rate <= high + _EDGE, int(Cell.S), over))
    close, stop = safety(patients, target)
    return DecisionTable(np.where(close, int(Cell.DU), cells).astype(np.int8), np.asarray(stop, bool))


def interval_design(
    target: float,
    table: DecisionTable,
    levels: int,
    max_patients: int,
    *,
    cohort: int = 3,
    start: int = 0,
    stop_at: int | None = None,
) -> TableDesign:
    """Design of an interval table: mTPI, mTPI-2, keyboard or i3+3, by the table given.

    Parameters
    ----------
    target : float
        Toxicity aimed at.
    table : DecisionTable
        Of `mtpi_table`, `interval_table` or `i3plus3_table`.
    levels, max_patients, cohort, start, stop_at : int
        As of `TableDesign`.

    Examples
    --------
    >>> interval_design(0.3, interval_table(0.3, 30), levels=5, max_patients=30).cohort
    3
    """
    return TableDesign(
        levels=levels,
        max_patients=max_patients,
        cohort=cohort,
        start=start,
        table=table,
        target=target,
        stop_at=stop_at,
    )
