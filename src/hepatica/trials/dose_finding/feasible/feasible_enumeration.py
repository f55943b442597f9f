"""Exact operating characteristics of a rule by counts, where lots deliver one of a few shares of the dose assigned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.dose_finding.enumeration import MAX_STATES, cohort_outcomes, merge
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_simulation import MARGIN
from hepatica.trials.dose_finding.feasible.rules import CountRule, Memory
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares
from hepatica.trials.dose_finding.state import NONE, STOPS, Bools, Floats, State


class ExactFeasible(NamedTuple):
    """Operating characteristics without simulation; as of `FeasibleCharacteristics`."""

    selection: Floats
    none: float
    correct: float
    overdose: float
    toxicities: float
    size: float


class CohortOutcomes(NamedTuple):
    """Possible outcomes of a cohort at a level: doses and toxicities, (outcomes, patients), and probabilities."""

    dose: Floats
    toxic: Bools
    chance: Floats


def list_outcomes(curve: DoseCurve, shortfall: DeliveredShares, level: int, size: int) -> CohortOutcomes:
    """Outcomes of a cohort at an assigned level, in no order of its patients.

    Parameters
    ----------
    curve : DoseCurve
        True toxicity.
    shortfall : DeliveredShares
        What lots hold.
    level : int
        Level assigned, counted from 0.
    size : int
        Patients of the cohort.

    Examples
    --------
    >>> curve = DoseCurve(doses=(1.0, 2.0), toxicity=(0.1, 0.3))
    >>> lots = DeliveredShares(shares=(0.5, 1.0), probabilities=(0.2, 0.8))
    >>> round(float(list_outcomes(curve, lots, 1, 3).chance.sum()), 12)
    1.0
    """
    dose = curve.doses[level] * np.array(shortfall.shares)
    p, lots = curve.at(dose), np.array(shortfall.probabilities)
    if shortfall.shared:  # one share for all, then toxicities
        counts, orders = cohort_outcomes(size, 2)
        toxic = np.arange(size) < counts[:, 1:]
        chance = lots[:, None] * orders * p[:, None] ** counts[:, 1] * (1 - p[:, None]) ** counts[:, 0]
        each = np.repeat(dose, len(counts))
        return CohortOutcomes(np.tile(each[:, None], size), np.tile(toxic, (len(dose), 1)), chance.ravel())
    counts, orders = cohort_outcomes(size, 2 * len(dose))
    patient = np.concatenate([lots * (1 - p), lots * p])
    kind = np.array([np.repeat(np.arange(2 * len(dose)), row) for row in counts])
    return CohortOutcomes(dose[kind % len(dose)], kind >= len(dose), orders * np.prod(patient**counts, axis=1))


def _grow(
    rule: CountRule, memory: Memory, weight: Floats, outcomes: list[CohortOutcomes]
) -> tuple[Memory, Floats, float]:
    """Memories after every outcome of a cohort, their probabilities, and the expected toxicities of the cohort."""
    parts: list[tuple[Memory, Floats]] = []
    hits = 0.0
    for level in np.unique(memory.level):
        rows = np.flatnonzero(memory.level == level)
        dose, toxic, chance = outcomes[level]
        row = np.repeat(rows, len(chance))
        share = weight[row] * np.tile(chance, len(rows))
        toxic_here = np.tile(toxic, (len(rows), 1))
        parts.append((rule.observe(memory.take(row), np.tile(dose, (len(rows), 1)), toxic_here), share))
        hits += float(share @ toxic_here.sum(axis=1))
    joined = [np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)]
    return Memory(*joined), np.concatenate([part[1] for part in parts]), hits


def _merge(memory: Memory, weight: Floats) -> tuple[Memory, Floats]:
    zero = np.zeros(len(weight), np.int64)
    state, weight = merge(State(memory.counts, memory.level, memory.ceiling, zero), weight)
    count = len(weight)
    empty = np.zeros(count, np.int64)  # a rule by counts takes nothing else
    return Memory(state.counts, np.zeros((count, 0)), state.level, state.ceiling, empty - 1, empty), weight


def exact_feasible(
    rule: CountRule, curve: DoseCurve, shortfall: DeliveredShares, target: float, *, max_states: int = MAX_STATES
) -> ExactFeasible:
    """Operating characteristics of a rule by counts without simulation.

    Parameters
    ----------
    rule : CountRule
        Rule of the trial.
    curve : DoseCurve
        True toxicity, at the doses of the rule.
    shortfall : DeliveredShares
        What lots hold.
    target : float
        Toxicity aimed at, of a level that is delivered whole.
    max_states : int
        Most states to hold at once.

    Raises
    ------
    InputError
        If the rule goes by a model, the doses differ, or the tree is too large.
    """
    if not isinstance(rule, CountRule):
        raise InputError("rule", type(rule).__name__, "a rule by counts; simulate a rule by a model")
    if curve.doses != rule.doses:
        raise InputError("curve", curve.doses, f"the doses of the rule, {rule.doses}")
    memory, weight = rule.begin(1), np.ones(1)
    truth, levels = np.array(curve.toxicity), rule.levels
    selection, none, toxicities, size = np.zeros(levels), 0.0, 0.0, 0.0
    for first in range(0, rule.max_patients, rule.cohort):
        patients = min(rule.cohort, rule.max_patients - first)
        outcomes = [list_outcomes(curve, shortfall, level, patients) for level in range(levels)]
        size += patients * float(weight.sum())
        memory, weight, hits = _grow(rule, memory, weight, outcomes)
        toxicities += hits
        memory, why = rule.decide(memory)
        over = STOPS[why] | (first + patients == rule.max_patients)
        ended = memory.take(over)
        chosen = np.where(ended.ceiling < 0, NONE, rule.select(ended))
        none += float(weight[over][chosen < 0].sum())
        selection += np.bincount(chosen[chosen >= 0], weights=weight[over][chosen >= 0], minlength=levels)
        memory, weight = _merge(memory.take(~over), weight[~over])
        if len(weight) > max_states:
            raise InputError("max_patients", rule.max_patients, f"fewer, or simulate: more than {max_states} states")
        if not len(weight):
            break
    best = int(np.abs(truth - target).argmin())
    over_target = float(selection[truth > target + MARGIN].sum())
    return ExactFeasible(selection, none, float(selection[best]), over_target, toxicities, size)
