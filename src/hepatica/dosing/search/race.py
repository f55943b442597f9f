"""Race: sequential halving of candidates in the same, ever more patients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.outcomes import Outcomes, admissible, patient_mean, worst_regret

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Rung(NamedTuple):
    """Rung of a race: candidates that were in it, and patients in whom each was followed by then."""

    candidates: int
    patients: int


class Race(NamedTuple):
    """Candidates left at the end of a race, with their outcomes in the same patients, the best first.

    Attributes
    ----------
    entrants : (finalist,)
        Their places among those that entered.
    outcomes : Outcomes
    regret : (finalist,)
        Worst regret over the hypotheses.
    rungs : tuple of Rung
    """

    entrants: Ints
    outcomes: Outcomes
    regret: Floats
    rungs: tuple[Rung, ...]


def schedule(candidates: int, patients: int, *, keep: float, most: int, least: int) -> tuple[Rung, ...]:
    """Rungs of a race: a share is kept from each to the next, in as many times more patients.

    Parameters
    ----------
    candidates, patients : int
        Of the first rung.
    keep : float
        Share kept, from 0 to 1.
    most : int
        Patients of the last rung.
    least : int
        Candidates of the last rung, at least.

    Examples
    --------
    >>> [tuple(rung) for rung in schedule(900, 30, keep=1 / 3, most=400, least=8)]
    [(900, 30), (300, 90), (100, 270), (34, 400)]
    """
    rungs = [Rung(candidates, patients)]
    while rungs[-1].patients < most and rungs[-1].candidates > least:
        last = rungs[-1]
        rungs.append(Rung(max(least, math.ceil(last.candidates * keep)), min(most, round(last.patients / keep))))
    return tuple(rungs)


def race(
    evaluate: Callable[[Ints, int, int], Outcomes],
    first: Outcomes,
    limits: Floats,
    rungs: tuple[Rung, ...],
) -> Race:
    """Sequential halving (Karnin2013) with common random numbers: all candidates of a rung meet the same patients.

    Parameters
    ----------
    evaluate : callable
        Outcomes of entrants, by place, in patients from one number to another.
    first : Outcomes
        Of all entrants in the patients of the first rung.
    limits : (harm,)
        Largest acceptable excesses.
    rungs : tuple of Rung
        The first of them done.
    """
    left, outcomes = np.arange(first.gain.shape[1]), first
    for before, rung in zip(rungs, rungs[1:], strict=False):
        kept = np.sort(ranked(outcomes, limits)[: rung.candidates])
        left, outcomes = left[kept], outcomes.take(kept)
        outcomes = outcomes.and_patients(evaluate(left, before.patients, rung.patients))
    order = ranked(outcomes, limits)
    regret = _regret(outcomes, limits)
    return Race(left[order], outcomes.take(order), regret[order], rungs)


def _regret(outcomes: Outcomes, limits: Floats) -> Floats:
    return worst_regret(patient_mean(outcomes.gain), admissible(outcomes, limits))


def ranked(outcomes: Outcomes, limits: Floats) -> Ints:
    """Places of candidates by worst regret, the least first; those given up last."""
    return np.argsort(_regret(outcomes, limits), kind="stable")
