"""Dose finding on the bank: toxicity of each level by parameter draw, and designs side by side on the same patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.plan import DEATHS
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.interval_designs import interval_design, interval_table
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.simulation import run_trials, simulate
from hepatica.trials.dose_finding.three_plus_three import COHORT, ThreePlusThree
from hepatica.trials.virtual.conduct.population import Eligible, eligible_patients
from hepatica.trials.virtual.effects import USELESS, true_effects
from hepatica.trials.virtual.operating import Rate

Floats = NDArray[np.float64]
DESIGNS = ("boin", "3+3", "mtpi2", "crm")
HALF_WIDTH = 0.25  # of the indifference interval of the CRM's skeleton, as a share of the target
TOO_TOXIC = 0.1  # above the target, where no level should be selected if the lowest is so toxic


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
    drawn : DrawnEscalation
        The trial's design.
    """

    hypothesis: str
    truth: Truth
    by_draw: Floats
    gain: Floats
    designs: Mapping[str, Characteristics]
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


def design_of(name: str, trial: Trial) -> Design:
    """Design by name, for the levels, patients and target of a trial.

    Parameters
    ----------
    name : str
        One of `DESIGNS`.
    trial : Trial
        Of dose finding.

    Raises
    ------
    InputError
        If 3+3 has other cohorts than three.
    """
    rule = trial.dose_finding
    assert rule is not None
    levels, most = len(trial.arm), trial.patients
    if name == "boin":
        return boin(rule.target, levels, most, cohort=rule.cohort)
    if name == "mtpi2":
        return interval_design(rule.target, interval_table(rule.target, most), levels, most, cohort=rule.cohort)
    if name == "crm":
        skeleton = calibrate_skeleton(HALF_WIDTH * rule.target, rule.target, (levels - 1) // 2, levels)
        return Crm(
            levels=levels,
            max_patients=most,
            cohort=rule.cohort,
            skeleton=tuple(skeleton.tolist()),
            target=rule.target,
        )
    if rule.cohort != COHORT:
        raise InputError("dose_finding.cohort", rule.cohort, f"{COHORT}: 3+3 has cohorts of three")
    return ThreePlusThree(levels=levels)


def toxicity_by_patient(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str) -> Floats:
    """Probability of dose-limiting toxicity within the window, (level, patient), lots that fall short averaged in.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    bank : Bank
        That holds its regimens.
    eligible : Eligible
        Patients of the trial.
    hypothesis : str
        Of the bank.
    """
    rule, outcomes = trial.dose_finding, bank.outcomes[hypothesis]
    assert rule is not None
    day, who = int(np.ceil(rule.window)), eligible.patients
    chances = [1 - sum(trial.batches.chances), *trial.batches.chances]
    toxic = np.zeros((len(trial.arm), len(who)))
    for level, shares in enumerate(trial.arms()):
        for chance, arm in zip(chances, shares, strict=True):
            row, free = bank.regimen(arm), np.ones(len(who))
            for event in rule.toxicity:
                if event == "infection":
                    free = free * (outcomes.infection[row, who] > rule.window)
                else:
                    causes = DEATHS if event == "death" else (event,)
                    free = free * np.exp(-np.sum([outcomes.hazards[c][row, who, day] for c in causes], axis=0))
            toxic[level] += chance * (1 - free)
    return toxic


def truth_of(toxicity: Floats, target: float) -> Truth:
    """Scenario of toxicity by level, which need not rise; the level nearest to the target should be selected.

    Parameters
    ----------
    toxicity : (level,)
        Probability.
    target : float
        Toxicity aimed at.

    Examples
    --------
    >>> truth_of(np.array([0.1, 0.3, 0.28]), 0.3).best
    1
    """
    p = np.clip(toxicity, 0.0, 1.0)
    best = -1 if p.min() > target + TOO_TOXIC else int(np.abs(p - target).argmin())
    return Truth(outcomes=np.stack([1 - p, p], axis=1), best=best)


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
    rule, eligible, views = trial.dose_finding, eligible_patients(bank, trial), []
    assert rule is not None
    for hypothesis in trial.hypotheses:
        toxic = toxicity_by_patient(trial, bank, eligible, hypothesis)
        of = bank.draw[eligible.patients]
        by_draw = np.stack([toxic[:, of == d].mean(axis=1) for d in eligible.draws])
        truth = truth_of(by_draw.mean(axis=0), rule.target)
        names = [n for n in dict.fromkeys((rule.design, *DESIGNS)) if n != "3+3" or rule.cohort == COHORT]
        designs = {}
        for k, name in enumerate(names):
            progress(f"trials_{hypothesis}", k, len(names) + 1)
            designs[name] = simulate(design_of(name, trial), truth, trials=trials, seed=trial.seed)
        effects = true_effects(with_care(trial), bank, eligible, hypothesis)
        gain = effects.gain[:, 1:]
        drawn = _drawn(design_of(rule.design, trial), by_draw, gain, rule.target, trials, trial.seed)
        progress(f"trials_{hypothesis}", len(names) + 1, len(names) + 1)
        views.append(HypothesisEscalation(hypothesis, truth, by_draw, gain.mean(axis=0), designs, drawn))
    return EscalationCharacteristics(trial, eligible, tuple(views))


def with_care(trial: Trial) -> Trial:
    """The same trial with standard care before its arms, against which gains are reckoned.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    """
    care = trial.arm[0].model_copy(update={"name": "standard care", "dose": None})
    return trial.model_copy(update={"arm": (care, *trial.arm)})


def _drawn(design: Design, by_draw: Floats, gain: Floats, target: float, trials: int, seed: int) -> DrawnEscalation:
    """Trials spread evenly over the draws, each with its own truth."""
    each = -(-trials // len(by_draw))
    hits, selected, treated, toxic, useless, harmful = [], [], [], [], [], []
    for d, toxicity in enumerate(by_draw):
        truth = truth_of(toxicity, target)
        state, chosen, _ = run_trials(design, truth, np.arange(d * each, (d + 1) * each), seed)
        hits.append(chosen == truth.best)
        selected.append(chosen)
        treated.append(state.treated)
        toxic.append(state.toxic)
        useless.append(state.treated @ (np.abs(gain[d]) < USELESS))
        harmful.append(state.treated @ (gain[d] <= -USELESS))
    chosen = np.concatenate(selected)
    return DrawnEscalation(
        correct=Rate.of(np.concatenate(hits)),
        selection=np.array([(chosen == k).mean() for k in range(by_draw.shape[1])]),
        none=float((chosen < 0).mean()),
        patients=np.concatenate(treated).mean(axis=0),
        toxicities=np.concatenate(toxic).mean(axis=0),
        useless=float(np.concatenate(useless).mean()),
        harmful=float(np.concatenate(harmful).mean()),
        trials=len(chosen),
    )
