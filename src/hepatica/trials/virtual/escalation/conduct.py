"""Conduct of escalations by any design: numbered trials under one truth, and characteristics with their duration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.definition.dose_finding_table import WITH_PENDING, CountedAt, DesignName
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth
from hepatica.trials.dose_finding.feasible.feasible_simulation import run_feasible
from hepatica.trials.dose_finding.simulation import run_trials, simulate
from hepatica.trials.dose_finding.time_to_event.tite_simulation import Accrual, run_tite, simulate_tite
from hepatica.trials.virtual.escalation.designs import design_of, feasible_rules, pending_design, rule_of
from hepatica.trials.virtual.escalation.outcomes import DeliveredCurve, lots_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class LevelTruth(NamedTuple):
    """Truth of an escalation: outcomes by level, toxicity by dose delivered (None without lots), and late share."""

    truth: Truth
    curve: DeliveredCurve | None
    late: float


class Escalated(NamedTuple):
    """Trials that were run: level selected (-1 none), (trial,); patients and toxicities, (trial, level)."""

    selected: Ints
    treated: Ints
    toxic: Ints


def accrual_of(trial: Trial, late: float) -> Accrual:
    """Arrival of patients at the rate of all centres together, and when in the window toxicity comes.

    Parameters
    ----------
    trial : Trial
        Its centres, taken as open from the start, and its window.
    late : float
        Share of the toxicities in the second half of the window.
    """
    rate = sum(centre.per_day for centre in trial.centre)
    return Accrual(window=float(rule_of(trial).window), rate=rate, late=late)


def run_escalation(trial: Trial, level: LevelTruth, numbers: Ints) -> Escalated:
    """Numbered trials of the trial's own design under one truth.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    level : LevelTruth
        True outcomes.
    numbers : (trial,)
        That key the streams.
    """
    rule, seed = rule_of(trial), trial.seed
    if rule.counted_at is not CountedAt.ASSIGNED:
        assert level.curve is not None
        record = run_feasible(feasible_rules(trial)[rule.counted_at], level.curve, lots_of(trial), numbers, seed)
        here = record.assigned[:, :, None] == np.arange(len(trial.arm))
        return Escalated(record.selected, here.sum(axis=1), (here & record.toxic[:, :, None]).sum(axis=1))
    if rule.design in WITH_PENDING:
        design = pending_design(rule.design, trial)
        state, chosen, *_ = run_tite(design, level.truth, accrual_of(trial, level.late), numbers, seed)
    else:
        state, chosen, _ = run_trials(design_of(rule.design, trial), level.truth, numbers, seed)
    return Escalated(chosen, state.treated, state.toxic)


def design_characteristics(
    name: DesignName, trial: Trial, level: LevelTruth, trials: int
) -> tuple[Characteristics, float]:
    """Operating characteristics of a design under one truth, and the mean duration of its trials in days.

    A design that waits for whole outcomes takes the window for each cohort and the time between arrivals for each
    patient; recruitment pauses meanwhile.

    Parameters
    ----------
    name : DesignName
        Design, the trial's own or another.
    trial : Trial
        Of dose finding.
    level : LevelTruth
        True outcomes.
    trials : int
        Simulated.
    """
    accrual = accrual_of(trial, level.late)
    if name in WITH_PENDING:
        made = simulate_tite(pending_design(name, trial), level.truth, accrual, trials=trials, seed=trial.seed)
        return made.characteristics, made.duration
    design = design_of(name, trial)
    c = simulate(design, level.truth, trials=trials, seed=trial.seed)
    return c, c.size / accrual.rate + accrual.window * c.size / design.cohort
