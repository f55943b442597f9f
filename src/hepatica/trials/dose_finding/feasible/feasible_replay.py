"""Replay of a trial on delivered doses: what a rule of feasible-dose finding recommends after each cohort, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.feasible.rules import FeasibleRule
from hepatica.trials.dose_finding.state import NONE, Reason


class DeliveredCohort(NamedTuple):
    """Patients treated together.

    Attributes
    ----------
    level : int
        Level assigned, counted from 1.
    doses : tuple of float
        Dose delivered to each patient.
    toxic : tuple of bool
        Toxicity of each patient.
    """

    level: int
    doses: tuple[float, ...]
    toxic: tuple[bool, ...]


class FeasibleRecommendation(NamedTuple):
    """Recommendation after a cohort.

    Attributes
    ----------
    cohort : DeliveredCohort
    next_level : int or None
        Counted from 1; None where the trial stops.
    reason : Reason
    reached : int or None
        Highest level that a dose delivered has reached by now, counted from 1; None for none.
    selected : int or None
        Level that would be selected if the trial ended here, counted from 1.
    """

    cohort: DeliveredCohort
    next_level: int | None
    reason: Reason
    reached: int | None
    selected: int | None


def _check(rule: FeasibleRule, cohort: DeliveredCohort) -> None:
    if not 1 <= cohort.level <= rule.levels:
        raise InputError("history", f"level {cohort.level}", f"a level from 1 to {rule.levels}")
    if not cohort.doses or len(cohort.doses) != len(cohort.toxic):
        raise InputError("history", cohort, "a dose and an outcome for each patient")
    if not all(np.isfinite(dose) and dose > 0 for dose in cohort.doses):
        raise InputError("history", cohort.doses, "positive doses; leave out a patient who got nothing")


def replay_feasible(rule: FeasibleRule, history: Sequence[DeliveredCohort]) -> list[FeasibleRecommendation]:
    """Recommendations along a history of delivered doses.

    Parameters
    ----------
    rule : FeasibleRule
        Rule of the trial.
    history : sequence of DeliveredCohort
        Cohorts in their order, at whatever level they were assigned.

    Raises
    ------
    InputError
        If a cohort cannot be.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm
    >>> rule = ContinuousCrm(doses=(1.0, 2.0, 4.0), max_patients=30, skeleton=(0.1, 0.25, 0.4), target=0.25)
    >>> full = DeliveredCohort(1, (1.0, 1.0, 1.0), (False, False, False))
    >>> short = DeliveredCohort(2, (1.2, 1.0, 1.1), (False, False, False))
    >>> [row.next_level for row in replay_feasible(rule, [full, short])]
    [2, 2]
    """
    memory, rows, treated = rule.begin(1), [], 0
    for cohort in history:
        _check(rule, cohort)
        memory = memory._replace(level=np.array([cohort.level - 1]))
        memory = rule.observe(memory, np.array([cohort.doses], float), np.array([cohort.toxic], bool))
        memory, why = rule.decide(memory)
        treated += len(cohort.doses)
        reason = Reason(int(why[0]))
        if treated >= rule.max_patients and not reason.stops:
            reason = Reason.STOP_SIZE
        chosen = NONE if memory.ceiling[0] < 0 else int(rule.select(memory)[0])
        reached = int(memory.reached[0])
        rows.append(
            FeasibleRecommendation(
                cohort,
                None if reason.stops else int(memory.level[0]) + 1,
                reason,
                None if reached == NONE else reached + 1,
                None if chosen == NONE else chosen + 1,
            )
        )
    return rows
