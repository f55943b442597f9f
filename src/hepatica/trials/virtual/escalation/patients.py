"""Escalations patient by patient on the bank: each decision follows what the patients before have really had.

Operating characteristics take the mean probabilities of a level; here every patient of a trial has own events, labs and
lot, as the datasets of one simulated trial need them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.dose_finding_table import WITH_PENDING, CountedAt
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.design import Design, advance
from hepatica.trials.dose_finding.state import STOPS, WITH_RESPONSE
from hepatica.trials.dose_finding.time_to_event.tite_design import TiteDesign, sum_by_level
from hepatica.trials.dose_finding.time_to_event.tite_simulation import PendingTrials, wait_to_decide
from hepatica.trials.virtual.conduct.block import Adapted, TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import Eligible, eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario
from hepatica.trials.virtual.conduct.streams import WIDTH
from hepatica.trials.virtual.escalation.designs import design_of, pending_design, rule_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class EscalatedPatients(NamedTuple):
    """Block of escalations: data, patients enrolled (trial, patient), level selected (trial,), -1 for none."""

    data: EndpointData
    entered: Bools
    selected: Ints


class _Place(NamedTuple):
    """Trial, scenario, bank, eligible patients and block."""

    trial: Trial
    scenario: Scenario
    bank: Bank
    eligible: Eligible
    block: int

    def data(self, arm: Ints, entry: Floats | None = None) -> EndpointData:
        adapted = Adapted(arm=arm, entry=entry)
        return EndpointData.of(TrialBlock(*self, arm.shape[1], adapted))


def escalate_patients(trial: Trial, bank: Bank, scenario: Scenario, block: int) -> EscalatedPatients:
    """Escalations of a block, patient by patient.

    Parameters
    ----------
    trial : Trial
        Of dose finding, by the level assigned.
    bank : Bank
        That holds its regimens.
    scenario : Scenario
        What is true.
    block : int
        Of the streams.

    Raises
    ------
    InputError
        If patients are counted at the dose delivered.
    """
    rule = rule_of(trial)
    if rule.counted_at is not CountedAt.ASSIGNED:
        raise InputError("dose_finding.counted_at", rule.counted_at.value, "'assigned', to go patient by patient")
    place = _Place(trial, scenario, bank, eligible_patients(bank, trial), block)
    if rule.design in WITH_PENDING:
        return _with_pending(place, pending_design(rule.design, trial))
    return _by_cohorts(place, design_of(rule.design, trial))


def onset(data: EndpointData, trial: Trial) -> Floats:
    """Day of the first toxicity of each patient within the window, (trial, patient); inf for none.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    trial : Trial
        Of dose finding.
    """
    rule, b = rule_of(trial), data.block
    days = [b.death if name == "death" else b.event(name) for name in rule.toxicity]
    first = np.min(np.stack(days), axis=0).astype(float)
    end = np.maximum(b.native_end[0], b.death) if "death" in rule.toxicity else b.native_end[0]
    return np.where((first <= rule.window) & (first <= end), first, np.inf)


def _by_cohorts(place: _Place, design: Design) -> EscalatedPatients:
    """Escalations that wait for the whole outcomes of each cohort."""
    trial, window, size = place.trial, float(rule_of(place.trial).window), design.max_patients
    arm, trials, n = np.zeros((WIDTH, size), np.int64), WIDTH, size
    arrival = place.data(arm).block.entry
    entry, entered = np.full(arm.shape, np.inf), np.zeros(arm.shape, bool)
    state, who = design.begin(trials), np.arange(trials)
    final, wait = state.take(who), np.zeros(trials)
    while len(who):
        first, more = state.counts.sum(axis=(1, 2)), design.cohort_size(state)
        column = np.arange(n)
        new = (column >= first[:, None]) & (column < (first + more)[:, None])
        wait[who] = np.maximum(
            wait[who], _free(entry[who], entered[who], window) - arrival[who, np.minimum(first, n - 1)]
        )
        arm = arm.copy()  # data of the cohort before keep theirs
        arm[who] = np.where(new, state.level[:, None], arm[who])
        entry[who] = np.where(new, arrival[who] + wait[who, None], entry[who])
        entered[who] |= new
        last = _outcomes(place.data(arm, entry), trial, design, who, new)
        state.counts[np.arange(len(who)), state.level] += last
        state, why = advance(design, state, last)
        ended = STOPS[why]
        for kept, now in zip(final, state, strict=True):
            kept[who[ended]] = now[ended]
        state, who = state.take(~ended), who[~ended]
    return EscalatedPatients(place.data(arm, entry), entered, design.select(final))


def _free(entry: Floats, entered: Bools, window: float) -> Floats:
    """Day from which the next cohort may enter: the last patient has been followed for the window, (trial,)."""
    return np.asarray(np.where(entered, entry + window, -np.inf).max(axis=1))


def _outcomes(data: EndpointData, trial: Trial, design: Design, who: Ints, new: Bools) -> Ints:
    """Outcomes of the new patients (trial of `who`, patient) counted by category, (trial of `who`, category)."""
    category = np.isfinite(onset(data, trial))[who].astype(np.int64)
    if design.categories == WITH_RESPONSE:
        endpoint = rule_of(trial).responding()
        assert endpoint is not None
        hit, present = data.proportion(endpoint)
        category = 2 * category + (hit & present)[who]
    return np.stack([((category == k) & new).sum(axis=1) for k in range(design.categories)], axis=1)


def _with_pending(place: _Place, design: TiteDesign) -> EscalatedPatients:
    """Escalations that decide while outcomes are pending."""
    window, size, count = float(rule_of(place.trial).window), design.max_patients, WIDTH
    level_of, entry = np.full((count, size), -1), np.full((count, size), np.inf)
    gaps = np.diff(place.data(np.zeros((count, size), np.int64)).block.entry, axis=1, prepend=0.0)
    now, level, ceiling = np.zeros(count), np.full(count, design.start), np.full(count, design.levels - 1)
    open_ = np.ones(count, bool)
    for patient in range(size):
        now = np.where(open_, now + gaps[:, patient], now)
        if patient and patient % design.cohort == 0:
            who = np.flatnonzero(open_)
            run = _pending(place, level_of, entry).take(who)
            step, now[who] = wait_to_decide(
                design, run, now[who], window, (level[who], ceiling[who], np.full(len(who), patient))
            )
            level[who], ceiling[who] = step.level, step.ceiling
            open_[who[STOPS[step.reason]]] = False
        level_of[open_, patient], entry[open_, patient] = level[open_], now[open_]
        if not open_.any():
            break
    run = _pending(place, level_of, entry)
    entered = level_of >= 0
    sums = [sum_by_level(what & entered, level_of, design.levels).astype(np.int64) for what in (run.hit, entered)]
    seen = run.seen(np.full(count, np.inf), window, entered.sum(axis=1))
    for each in range(design.levels):
        decided = design.decide(seen, np.full(count, each), ceiling)
        ceiling = np.where(sums[1][:, each] > 0, decided.ceiling, ceiling)
    data = place.data(np.maximum(level_of, 0), entry)
    return EscalatedPatients(data, entered, design.select(sums[0], sums[1], ceiling))


def _pending(place: _Place, level_of: Ints, entry: Floats) -> PendingTrials:
    """Trials under way, with the toxicities that their patients have at their levels."""
    when = onset(place.data(np.maximum(level_of, 0), entry), place.trial)
    hit = np.isfinite(when) & (level_of >= 0)
    none = np.zeros(entry.shape)
    return PendingTrials(none, none, np.where(hit, when, 0.0), level_of, np.where(level_of >= 0, entry, 0.0), hit)
