"""Dose finding on the bank: toxicity of each level by parameter draw, and designs side by side on the same patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.dose_finding_table import BY_RESPONSE, CountedAt
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth
from hepatica.trials.dose_finding.feasible.feasible_simulation import FeasibleCharacteristics, compare_rules
from hepatica.trials.virtual.conduct.population import Eligible, eligible_patients
from hepatica.trials.virtual.effects import USELESS, true_effects
from hepatica.trials.virtual.escalation.conduct import LevelTruth, design_characteristics, run_escalation
from hepatica.trials.virtual.escalation.designs import feasible_rules, limits_of, rule_of, shown_designs, utility_of
from hepatica.trials.virtual.escalation.outcomes import (
    LevelOutcomes,
    delivered_curve,
    level_outcomes,
    lots_of,
    response_truth,
    truth_of,
)
from hepatica.trials.virtual.operating import Rate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnEscalation:
    """Escalation whose truth is drawn from trial to trial.

    Attributes
    ----------
    correct : Rate
        The level is selected that should be, of each draw's own.
    selection : (level,)
    none : float
    patients, toxicities : (level,)
        Expected numbers.
    useless, harmful : float
        Expected patients on levels that do not change survival, or lower it.
    trials : int
    """

    correct: Rate
    selection: Floats
    none: float
    patients: Floats
    toxicities: Floats
    useless: float
    harmful: float
    trials: int


@dataclass(frozen=True)
class HypothesisEscalation:
    """Escalation under a hypothesis.

    Attributes
    ----------
    hypothesis : str
    truth : Truth
        Toxicity by level in the mean over draws.
    by_draw : (draw, level)
        Toxicity.
    gain : (level,)
        Gain of survival over no cells at the end of follow-up, in the mean.
    designs : dict of str to Characteristics
        Every design under the mean truth.
    days : dict of str to float
        Mean duration of its trials.
    feasible : dict of str to FeasibleCharacteristics
        The trial's design by each way of counting patients whose lot fell short, under the mean truth.
    drawn : DrawnEscalation
        The trial's design.
    """

    hypothesis: str
    truth: Truth
    by_draw: Floats
    gain: Floats
    designs: Mapping[str, Characteristics]
    days: Mapping[str, float]
    feasible: Mapping[str, FeasibleCharacteristics]
    drawn: DrawnEscalation


@dataclass(frozen=True)
class EscalationCharacteristics:
    """Operating characteristics of a dose-finding trial.

    Attributes
    ----------
    trial : Trial
    eligible : Eligible
    hypotheses : tuple of HypothesisEscalation
    """

    trial: Trial
    eligible: Eligible
    hypotheses: tuple[HypothesisEscalation, ...]


def characterise_escalation(
    trial: Trial, bank: Bank, *, trials: int = 2000, progress: Progress = ignore_progress
) -> EscalationCharacteristics:
    """Operating characteristics of a dose-finding trial under every hypothesis, other designs beside it.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    bank : Bank
        That holds its regimens, and standard care if any trial of it has it.
    trials : int
        Simulated for each design, and over the draws.
    progress : Progress
        Told of each hypothesis as a stage.

    Raises
    ------
    InputError
        If nobody is eligible.
    """
    eligible, views = eligible_patients(bank, trial), []
    for hypothesis in trial.hypotheses:
        outcomes = level_outcomes(trial, bank, eligible, hypothesis)
        of = bank.draw[eligible.patients]
        truths = [_truth(trial, outcomes, of == d) for d in eligible.draws]
        mean = mean_truth(trial, outcomes, of, eligible)
        names = shown_designs(trial)
        designs: dict[str, Characteristics] = {}
        days: dict[str, float] = {}
        for k, name in enumerate(names):
            progress(f"trials_{hypothesis}", k, len(names) + 1)
            designs[name.value], days[name.value] = design_characteristics(name, trial, mean, trials)
        effects = true_effects(with_care(trial), bank, eligible, hypothesis)
        gain = effects.gain[:, 1:]
        drawn = _drawn(trial, truths, gain, trials)
        by_draw = np.stack([level.truth.toxicity for level in truths])
        feasible = _feasible(trial, mean, trials)
        progress(f"trials_{hypothesis}", len(names) + 1, len(names) + 1)
        views.append(
            HypothesisEscalation(hypothesis, mean.truth, by_draw, gain.mean(axis=0), designs, days, feasible, drawn)
        )
    return EscalationCharacteristics(trial, eligible, tuple(views))


def _truth(trial: Trial, outcomes: LevelOutcomes, of: NDArray[np.bool_]) -> LevelTruth:
    """Truth of an escalation in some of the patients."""
    part = outcomes.take(of)
    return _level_truth(trial, part.joint().mean(axis=2), part.toxicity.mean(axis=2), part.late())


def mean_truth(trial: Trial, outcomes: LevelOutcomes, of: NDArray[np.int64], eligible: Eligible) -> LevelTruth:
    """Truth in the mean over draws, each counting alike.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    outcomes : LevelOutcomes
        Of its levels.
    of : (eligible,)
        Draw of each patient.
    eligible : Eligible
        Patients of the trial.
    """
    weight = np.zeros(len(of))
    for d in eligible.draws:
        weight[of == d] = 1 / ((of == d).sum() * len(eligible.draws))
    return _level_truth(trial, outcomes.joint() @ weight, outcomes.toxicity @ weight, outcomes.late())


def _level_truth(trial: Trial, joint: Floats, toxicity: Floats, late: float) -> LevelTruth:
    """Truth from joint outcomes (level, 4) and toxicity by delivered share (level, share)."""
    rule = rule_of(trial)
    curve = delivered_curve(trial, toxicity) if can_count_delivered(trial) else None
    if rule.design in BY_RESPONSE:
        return LevelTruth(response_truth(joint, utility_of(rule), limits_of(rule)), curve, late)
    truth = truth_of(joint[:, 2:].sum(axis=1), rule.target)  # lots averaged in
    if rule.counted_at is not CountedAt.ASSIGNED:  # judged as delivered whole
        truth = Truth(outcomes=truth.outcomes, best=truth_of(toxicity[:, 0], rule.target).best)
    return LevelTruth(truth, curve, late)


def can_count_delivered(trial: Trial) -> bool:
    """True where lots deliver shares above 0 of two levels or more, so that delivered doses can be counted."""
    return bool(trial.batches.shares) and min(trial.batches.shares) > 0 and len(trial.arm) > 1


def _feasible(trial: Trial, mean: LevelTruth, trials: int) -> dict[str, FeasibleCharacteristics]:
    """Ways of counting side by side, where lots fall short."""
    if mean.curve is None:
        return {}
    rules = {way.value: rule for way, rule in feasible_rules(trial).items()}
    return compare_rules(rules, mean.curve, lots_of(trial), rule_of(trial).target, trials=trials, seed=trial.seed)


def with_care(trial: Trial) -> Trial:
    """The same trial with standard care before its arms, against which gains are reckoned.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    """
    care = trial.arm[0].model_copy(update={"name": "standard care", "dose": None})
    return trial.model_copy(update={"arm": (care, *trial.arm)})


def _drawn(trial: Trial, truths: Sequence[LevelTruth], gain: Floats, trials: int) -> DrawnEscalation:
    """Trials spread evenly over the draws, each with its own truth."""
    each = -(-trials // len(truths))
    hits, selected, treated, toxic, useless, harmful = [], [], [], [], [], []
    for d, level in enumerate(truths):
        run = run_escalation(trial, level, np.arange(d * each, (d + 1) * each))
        hits.append(run.selected == level.truth.best)
        selected.append(run.selected)
        treated.append(run.treated)
        toxic.append(run.toxic)
        useless.append(run.treated @ (np.abs(gain[d]) < USELESS))
        harmful.append(run.treated @ (gain[d] <= -USELESS))
    chosen = np.concatenate(selected)
    return DrawnEscalation(
        correct=Rate.of(np.concatenate(hits)),
        selection=np.array([(chosen == k).mean() for k in range(gain.shape[1])]),
        none=float((chosen < 0).mean()),
        patients=np.concatenate(treated).mean(axis=0),
        toxicities=np.concatenate(toxic).mean(axis=0),
        useless=float(np.concatenate(useless).mean()),
        harmful=float(np.concatenate(harmful).mean()),
        trials=len(chosen),
    )
