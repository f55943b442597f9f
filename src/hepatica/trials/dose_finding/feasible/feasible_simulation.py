"""Operating characteristics of rules of feasible-dose finding under a stated shortfall of lots, by simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress, staged
from hepatica.trials.dose_finding.feasible.attribution import level_below
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.rules import FeasibleRule, Memory
from hepatica.trials.dose_finding.feasible.shortfall import Shortfall
from hepatica.trials.dose_finding.simulation import PURPOSE
from hepatica.trials.dose_finding.state import NONE, STOPS, Floats, Ints, Reason

BLOCK = 2000  # trials at once
MARGIN = 0.1  # of toxicity above the target: an overdose


class TrialRecord(NamedTuple):
    """Course of simulated trials, (trials, patients) and (trials,); patients not treated have level -1.

    Attributes
    ----------
    assigned : array of int
        Level assigned.
    dose : array of float
        Dose delivered.
    toxic : array of bool
        Toxicity.
    selected, reason : array of int
        Level selected, -1 for none, and reason for the end.
    """

    assigned: Ints
    dose: Floats
    toxic: Ints
    selected: Ints
    reason: Ints


@dataclass(frozen=True, kw_only=True)
class FeasibleCharacteristics:
    """Operating characteristics on delivered doses; a selected level is judged as delivered whole.

    Attributes
    ----------
    selection : array of float, (levels,)
        Probability that each level is selected.
    none, correct, overdose : float
        Probability that no level is selected, the level nearest to the target, and one whose toxicity exceeds the
        target by `MARGIN`.
    toxicity_selected : float
        Mean toxicity of the level selected, among trials that select one.
    assigned, delivered : array of float, (levels,)
        Expected patients by level assigned, and by level reached by the dose delivered (below the first: none).
    toxicities, size, delivered_share : float
        Expected toxicities and patients, and mean of delivered / assigned.
    errors : dict
        Monte-Carlo standard errors of ``none``, ``correct``, ``overdose``, ``toxicity_selected``, ``toxicities`` and
        ``size``.
    reasons : dict
        Probability of each reason for the end.
    trials : int
    """

    selection: Floats
    none: float
    correct: float
    overdose: float
    toxicity_selected: float
    assigned: Floats
    delivered: Floats
    toxicities: float
    size: float
    delivered_share: float
    errors: dict[str, float]
    reasons: dict[Reason, float]
    trials: int


def run_feasible(rule: FeasibleRule, curve: DoseCurve, shortfall: Shortfall, trials: Ints, seed: int) -> TrialRecord:
    """Courses of numbered trials; a trial is the same whatever others run, and meets the same patients and lots.

    Parameters
    ----------
    rule : FeasibleRule
        Rule of the trial.
    curve : DoseCurve
        True toxicity.
    shortfall : Shortfall
        Distribution of what lots hold.
    trials : array of int
        Numbers of the trials, which key their streams.
    seed : int
        Seed of the streams.
    """
    size, count = rule.max_patients, len(trials)
    tolerance = uniforms(seed, trials, PURPOSE, size)
    lot = uniforms(seed, trials, "dose_finding:lot", size)
    assigned, dose = np.full((count, size), NONE), np.zeros((count, size))
    toxic, reason = np.zeros((count, size), bool), np.full(count, int(Reason.STOP_SIZE))
    memory, who = rule.begin(count), np.arange(count)
    final = memory.take(who)
    doses = np.array(rule.doses)
    for first in range(0, size, rule.cohort):
        cohort = slice(first, min(first + rule.cohort, size))
        numbers = lot[who, cohort]
        numbers = np.broadcast_to(numbers[:, :1], numbers.shape) if shortfall.shared else numbers
        got = shortfall.deliver(doses[memory.level][:, None], numbers)
        hit = tolerance[who, cohort] < curve.at(got)
        assigned[who, cohort], dose[who, cohort], toxic[who, cohort] = memory.level[:, None], got, hit
        memory, why = rule.decide(rule.observe(memory, got, hit))
        ended = STOPS[why] | (cohort.stop == size)
        reason[who] = np.where(STOPS[why], why, int(Reason.STOP_SIZE))
        for kept, now in zip(final, memory, strict=True):
            kept[who[ended]] = now[ended]
        memory, who = memory.take(~ended), who[~ended]
        if not len(who):
            break
    return TrialRecord(assigned, dose, toxic, _select(rule, final), reason)


def _select(rule: FeasibleRule, memory: Memory) -> Ints:
    return np.asarray(np.where(memory.ceiling < 0, NONE, rule.select(memory)))


def summarise_feasible(record: TrialRecord, curve: DoseCurve, target: float) -> FeasibleCharacteristics:
    """Operating characteristics of simulated courses.

    Parameters
    ----------
    record : TrialRecord
        Courses.
    curve : DoseCurve
        True toxicity.
    target : float
        Toxicity aimed at.
    """
    trials, levels = len(record.selected), len(curve.doses)
    truth, doses = np.array(curve.toxicity), np.array(curve.doses)
    best = int(np.abs(truth - target).argmin())
    treated = record.assigned >= 0
    chosen = record.selected >= 0
    over = chosen & (truth[record.selected] > target + MARGIN)
    reached = np.where(treated, level_below(doses, record.dose), NONE)
    share = record.dose[treated] / doses[record.assigned[treated]]
    each: dict[str, Floats] = {
        "none": (~chosen).astype(float),
        "correct": (record.selected == best).astype(float),
        "overdose": over.astype(float),
        "toxicity_selected": truth[record.selected[chosen]],
        "toxicities": record.toxic.sum(axis=1).astype(float),
        "size": treated.sum(axis=1).astype(float),
    }
    mean = {name: float(values.mean()) if len(values) else float("nan") for name, values in each.items()}
    error = {name: float(v.std() / np.sqrt(len(v))) if len(v) else float("nan") for name, v in each.items()}
    return FeasibleCharacteristics(
        selection=np.bincount(record.selected[chosen], minlength=levels) / trials,
        assigned=np.array([(record.assigned == j).sum() for j in range(levels)]) / trials,
        delivered=np.array([(reached == j).sum() for j in range(levels)]) / trials,
        delivered_share=float(share.mean()),
        errors=error,
        reasons={Reason(int(r)): float((record.reason == r).mean()) for r in np.unique(record.reason)},
        trials=trials,
        **mean,
    )


def simulate_feasible(
    rule: FeasibleRule,
    curve: DoseCurve,
    shortfall: Shortfall,
    target: float,
    *,
    trials: int = 2000,
    seed: int = 1,
    progress: Progress = ignore_progress,
) -> FeasibleCharacteristics:
    """Operating characteristics of a rule by simulation.

    Parameters
    ----------
    rule : FeasibleRule
        Rule of the trial.
    curve : DoseCurve
        True toxicity, at the doses of the rule.
    shortfall : Shortfall
        Distribution of what lots hold.
    target : float
        Toxicity aimed at, of a level that is delivered whole.
    trials : int
        Number of trials.
    seed : int
        Seed of the streams; rules simulated with one seed meet the same patients and lots.
    progress : Progress
        Receiver of progress.

    Raises
    ------
    InputError
        If the doses differ, or no trial is asked for.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm
    >>> from hepatica.trials.dose_finding.feasible.shortfall import LotYield
    >>> doses = (0.5, 1.0, 2.0, 4.0)
    >>> rule = ContinuousCrm(doses=doses, max_patients=18, skeleton=(0.1, 0.2, 0.3, 0.4), target=0.25)
    >>> curve = DoseCurve(doses=doses, toxicity=(0.05, 0.1, 0.25, 0.45))
    >>> result = simulate_feasible(rule, curve, LotYield(median=2.0, cv=0.6), 0.25, trials=200)
    >>> result.delivered_share < 1
    True
    """
    if curve.doses != rule.doses:
        raise InputError("curve", curve.doses, f"the doses of the rule, {rule.doses}")
    if trials < 1:
        raise InputError("trials", trials, "at least one")
    parts = []
    for first in range(0, trials, BLOCK):
        progress("trials", first, trials)
        parts.append(run_feasible(rule, curve, shortfall, np.arange(first, min(first + BLOCK, trials)), seed))
    progress("trials", trials, trials)
    record = TrialRecord(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return summarise_feasible(record, curve, target)


def compare_rules(
    rules: Mapping[str, FeasibleRule],
    curve: DoseCurve,
    shortfall: Shortfall,
    target: float,
    *,
    trials: int = 2000,
    seed: int = 1,
    progress: Progress = ignore_progress,
) -> dict[str, FeasibleCharacteristics]:
    """Rules side by side on the same patients and lots: what ignoring the shortfall costs.

    Parameters
    ----------
    rules : mapping of str to FeasibleRule
        Rules by name.
    curve, shortfall, target, trials, seed, progress
        As of `simulate_feasible`.

    Raises
    ------
    InputError
        As `simulate_feasible`.
    """
    return {
        name: simulate_feasible(
            rule, curve, shortfall, target, trials=trials, seed=seed, progress=staged(progress, name)
        )
        for name, rule in rules.items()
    }
