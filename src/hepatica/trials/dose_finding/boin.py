"""BOIN, the Bayesian optimal interval design: boundaries, decision table and design.

Liu & Yuan 2015, JRSS-C 64:507; elimination and extra safety as in Yan et al. 2020, JSS 94(13), sections 2 and 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from hepatica.errors import InputError
from hepatica.trials.dose_finding.state import Bools, Floats
from hepatica.trials.dose_finding.table_design import Cell, DecisionTable, TableDesign, check_patients

SAFE, TOXIC = 0.6, 1.4  # times the target: what is clearly too low and clearly too high
MIN_TO_ELIMINATE = 3  # patients at a level
CUTOFF, OFFSET = 0.95, 0.05
ROUNDING = 1e-9  # products that are whole but for rounding count as whole


class Boundaries(NamedTuple):
    """Interval of observed toxicity within which BOIN stays.

    Attributes
    ----------
    escalate, deescalate : float
        lambda_e and lambda_d.
    """

    escalate: float
    deescalate: float


def boundaries(target: float, safe: float | None = None, toxic: float | None = None) -> Boundaries:
    """Optimal boundaries lambda_e and lambda_d (Liu & Yuan 2015, equations 3 and 4).

    Parameters
    ----------
    target : float
        Toxicity aimed at.
    safe : float, optional
        Highest toxicity that is clearly too low; 0.6 times the target by default.
    toxic : float, optional
        Lowest toxicity that is clearly too high; 1.4 times the target by default.

    Raises
    ------
    InputError
        If the three probabilities are not in order.

    Examples
    --------
    >>> [round(x, 4) for x in boundaries(0.3)]
    [0.2365, 0.3585]
    """
    low = SAFE * target if safe is None else safe
    high = TOXIC * target if toxic is None else toxic
    if not 0 < low < target < high < 1:
        raise InputError("safe, target, toxic", (low, target, high), "three probabilities, each above the one before")

    def log_odds(p: float) -> float:
        return float(np.log(p / (1 - p)))

    return Boundaries(
        float(np.log((1 - low) / (1 - target)) / (log_odds(target) - log_odds(low))),
        float(np.log((1 - target) / (1 - high)) / (log_odds(high) - log_odds(target))),
    )


def exceedance(patients: int, target: float, a: float = 1.0, b: float = 1.0) -> Floats:
    """Posterior probability that toxicity exceeds the target under a beta prior, at [treated, toxic]."""
    treated, toxic = np.meshgrid(np.arange(patients + 1), np.arange(patients + 1), indexing="ij")
    none = np.maximum(treated - toxic, 0)
    return np.asarray(1 - betainc(a + toxic, b + none, target))


def safety(
    patients: int, target: float, *, cutoff: float = CUTOFF, offset: float | None = None, least: int = MIN_TO_ELIMINATE
) -> tuple[Bools, Bools]:
    """Cells that close a level, and cells that stop the trial at the lowest one, both at [treated, toxic].

    Parameters
    ----------
    patients : int
        Most patients at a level.
    target : float
        Toxicity aimed at.
    cutoff : float
        Posterior probability of exceeding the target that closes a level.
    offset : float, optional
        The trial stops at the lowest level if that probability exceeds `cutoff` less this.
    least : int
        Patients at a level before it can be closed.
    """
    above = exceedance(patients, target)
    enough = np.arange(patients + 1)[:, None] >= least
    possible = np.arange(patients + 1)[None, :] <= np.arange(patients + 1)[:, None]
    stop = (above > cutoff - offset) if offset is not None else np.zeros_like(above, bool)
    return (above > cutoff) & enough & possible, stop & enough & possible


def boin_table(
    target: float,
    patients: int,
    *,
    safe: float | None = None,
    toxic: float | None = None,
    cutoff: float = CUTOFF,
    offset: float | None = None,
) -> DecisionTable:
    """Decision table of BOIN.

    Parameters
    ----------
    target : float
        Toxicity aimed at.
    patients : int
        Most patients at a level.
    safe, toxic : float, optional
        As of `boundaries`.
    cutoff, offset : float
        As of `safety`; an offset makes the rule extra safe.

    Raises
    ------
    InputError
        As `boundaries`.

    Examples
    --------
    >>> boin_table(0.3, 6).letters(6)
    ['E', 'E', 'S', 'D', 'DU', 'DU', 'DU']
    """
    low, high = boundaries(target, safe, toxic)
    check_patients(patients)
    n, x = np.arange(patients + 1)[:, None], np.arange(patients + 1)[None, :]
    cells = np.where(x <= low * n + ROUNDING, int(Cell.E), np.where(x >= high * n - ROUNDING, int(Cell.D), int(Cell.S)))
    close, stop = safety(patients, target, cutoff=cutoff, offset=offset)
    return DecisionTable(np.where(close, int(Cell.DU), cells).astype(np.int8), np.asarray(stop, bool))


class BoinRow(NamedTuple):
    """Line of BOIN's table for a number treated; None where no number of toxicities does it."""

    treated: int
    escalate_if_le: int | None
    deescalate_if_ge: int | None
    eliminate_if_ge: int | None
    stop_lowest_if_ge: int | None


def boundary_row(table: DecisionTable, treated: int) -> BoinRow:
    """Line of a decision table as numbers of toxicities, the form in which protocols print it.

    Examples
    --------
    >>> boundary_row(boin_table(0.3, 6), 6)[:4]
    (6, 1, 3, 4)
    """
    cells, stop = table.cells[treated, : treated + 1], table.stop_lowest[treated, : treated + 1]

    def first(where: Bools) -> int | None:
        return int(np.argmax(where)) if where.any() else None

    up = np.flatnonzero(cells == Cell.E)
    lowest = first(stop | (cells == Cell.DU))
    return BoinRow(treated, int(up[-1]) if len(up) else None, first(cells <= Cell.D), first(cells == Cell.DU), lowest)


def boin(
    target: float,
    levels: int,
    max_patients: int,
    *,
    cohort: int = 3,
    start: int = 0,
    stop_at: int | None = None,
    extra_safe: bool = False,
    bound_selection: bool = False,
) -> TableDesign:
    """BOIN design.

    Parameters
    ----------
    target : float
        Toxicity aimed at.
    levels, max_patients, cohort, start : int
        As of `Design`.
    stop_at : int, optional
        Patients at a level that end the trial when the decision is to go on there.
    extra_safe : bool
        Stop at the lowest level when toxicity exceeds the target with probability 0.90 instead of 0.95.
    bound_selection : bool
        Select no level whose estimate reaches the boundary of de-escalation.

    Raises
    ------
    InputError
        If a number is not possible.

    Examples
    --------
    >>> boin(0.3, levels=5, max_patients=30).table.letters(3)
    ['E', 'S', 'D', 'DU']
    """
    table = boin_table(target, max_patients, offset=OFFSET if extra_safe else None)
    limit = boundaries(target).deescalate if bound_selection else np.inf
    return TableDesign(
        levels=levels,
        max_patients=max_patients,
        cohort=cohort,
        start=start,
        table=table,
        target=target,
        stop_at=stop_at,
        select_limit=limit,
    )
