"""Outcomes of each level on the bank: toxicity, response, and both together, by delivered share and patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.bank.build import Bank
from hepatica.trials.bank.plan import DEATHS
from hepatica.trials.definition.endpoint import ALIVE
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.characteristics import Truth
from hepatica.trials.dose_finding.feasible.curve import DoseCurve, interpolate_logit
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.virtual.conduct.population import Eligible
from hepatica.trials.virtual.escalation.designs import rule_of

Floats = NDArray[np.float64]
TOO_TOXIC = 0.1  # above the target, where no level should be selected if the lowest is so toxic
NEAR_CERTAIN = 1e-6  # probabilities of the curve are kept this far from 0 and 1


@dataclass(frozen=True)
class LevelOutcomes:
    """Outcome probabilities of eligible patients under a hypothesis.

    Attributes
    ----------
    toxicity : (level, share, patient)
        Within the window, each delivered share of the dose, the whole dose first.
    early : (level, share, patient)
        In the first half of it.
    response : (level, share, patient)
        Zero where the trial has none.
    chances : (share,)
        Of a lot that delivers the share.
    """

    toxicity: Floats
    early: Floats
    response: Floats
    chances: Floats

    def take(self, patients: NDArray[np.bool_]) -> LevelOutcomes:
        """Those of some of the patients."""
        each = (values[..., patients] for values in (self.toxicity, self.early, self.response))
        toxicity, early, response = each
        return LevelOutcomes(toxicity, early, response, self.chances)

    def joint(self) -> Floats:
        """Probability of neither, response, toxicity and both, (level, category, patient), lots averaged in.

        Toxicity and response are independent in a patient; patients differ, which makes them go together.
        """
        t, r = self.toxicity, self.response
        parts = [(1 - t) * (1 - r), (1 - t) * r, t * (1 - r), t * r]
        return np.stack([self._mean(part) for part in parts], axis=1)

    def mean_toxicity(self) -> Floats:
        """Toxicity (level, patient), lots that fall short averaged in."""
        return self._mean(self.toxicity)

    def late(self) -> float:
        """Share of the toxicities that come in the second half of the window."""
        total = float(self._mean(self.toxicity).mean())
        share = 0.5 if total == 0 else 1 - float(self._mean(self.early).mean()) / total
        return float(np.clip(share, 0.01, 0.99))

    def _mean(self, values: Floats) -> Floats:
        return np.asarray(np.einsum("s,lsp->lp", self.chances, values))


def level_outcomes(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str) -> LevelOutcomes:
    """Outcome probabilities of the levels of an escalation, by delivered share and patient.

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
    rule, chances = rule_of(trial), [1 - sum(trial.batches.chances), *trial.batches.chances]
    shape = (len(trial.arm), len(chances), len(eligible.patients))
    toxic, early, response = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for level, shares in enumerate(trial.arms()):
        for s, arm in enumerate(shares):
            row = bank.regimen(arm)
            toxic[level, s] = _toxicity(trial, bank, eligible, hypothesis, row, rule.window)
            early[level, s] = _toxicity(trial, bank, eligible, hypothesis, row, rule.window / 2)
            response[level, s] = _response(trial, bank, eligible, hypothesis, row)
    return LevelOutcomes(toxic, early, response, np.array(chances, float))


def _toxicity(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str, row: int, day: float) -> Floats:
    """Probability of any toxicity up to a day under one regimen, (patient,)."""
    outcomes, who, last = bank.outcomes[hypothesis], eligible.patients, int(np.ceil(day))
    free = np.ones(len(who))
    for event in rule_of(trial).toxicity:
        if event == "infection":
            free = free * (outcomes.infection[row, who] > day)
        else:
            causes = DEATHS if event == "death" else (event,)
            free = free * np.exp(-np.sum([outcomes.hazards[c][row, who, last] for c in causes], axis=0))
    return np.asarray(1 - free, float)


def _response(trial: Trial, bank: Bank, eligible: Eligible, hypothesis: str, row: int) -> Floats:
    """Probability of being alive at the visit where the labs, without error, meet the condition, (patient,)."""
    endpoint, who = rule_of(trial).responding(), eligible.patients
    if endpoint is None:
        return np.zeros(len(who))
    outcomes, condition = bank.outcomes[hypothesis], endpoint.condition()
    day = int(np.floor(endpoint.visit(trial.follow_up)))
    alive = np.exp(-np.sum([outcomes.hazards[c][row, who, day] for c in DEATHS], axis=0))
    labs = {name: outcomes.labs[name][row, who, day].astype(float) for name in condition.names - {ALIVE}}
    ones = np.ones(len(who))
    if_alive, if_dead = (np.broadcast_to(condition(labs | {ALIVE: k * ones}), ones.shape) for k in (1.0, 0.0))
    if ALIVE not in condition.names:
        if_dead = np.zeros(len(who), bool)  # a patient who has died has no lab
    return np.asarray(alive * if_alive + (1 - alive) * if_dead, float)


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


def response_truth(joint: Floats, utility: Utility, limits: Limits) -> Truth:
    """Scenario of toxicity and response; the level of highest mean utility within both limits should be selected.

    Parameters
    ----------
    joint : (level, 4)
        Probabilities of neither, response, toxicity and both.
    utility : Utility
        Utilities of the four outcomes.
    limits : Limits
        Of toxicity and response.

    Examples
    --------
    >>> joint = np.array([[0.7, 0.2, 0.1, 0.0], [0.3, 0.5, 0.1, 0.1]])
    >>> response_truth(joint, Utility(neither=40, both=60), Limits(toxicity=0.35, response=0.25)).best
    1
    """
    p = np.clip(joint, 0.0, 1.0)
    p = p / p.sum(axis=1, keepdims=True)
    allowed = (p[:, 2:].sum(axis=1) <= limits.toxicity) & (p[:, [1, 3]].sum(axis=1) >= limits.response)
    best = int(np.where(allowed, p @ utility.values, -1.0).argmax()) if allowed.any() else -1
    return Truth(outcomes=p, best=best)


@dataclass(frozen=True, kw_only=True)
class DeliveredCurve(DoseCurve):
    """Toxicity of any dose delivered, exact at every share of every level that the bank holds.

    Parameters
    ----------
    doses, toxicity : tuple of float
        As of `DoseCurve`; toxicity need not rise.
    delivered, known : tuple of float
        Doses that lots deliver, rising, and their toxicity.
    """

    delivered: tuple[float, ...]
    known: tuple[float, ...]

    def __post_init__(self) -> None:
        """No check: the bank's own probabilities need not rise with the dose."""

    def at(self, dose: Floats) -> Floats:
        """Toxicity at doses."""
        return interpolate_logit(np.array(self.delivered), np.array(self.known), dose)


def delivered_curve(trial: Trial, toxicity: Floats) -> DeliveredCurve:
    """Curve of toxicity over the doses that lots deliver.

    Parameters
    ----------
    trial : Trial
        Its levels and shares.
    toxicity : (level, share)
        Probability, the whole dose first.
    """
    p = np.clip(toxicity, NEAR_CERTAIN, 1 - NEAR_CERTAIN)
    doses = np.array([arm.regimen().dose for arm in trial.arm])
    each = (doses[:, None] * np.array([1.0, *trial.batches.shares])).ravel()
    delivered, first = np.unique(each, return_index=True)
    known = p.ravel()[first]
    return DeliveredCurve(
        doses=tuple(doses.tolist()),
        toxicity=tuple(p[:, 0].tolist()),
        delivered=tuple(delivered.tolist()),
        known=tuple(known.tolist()),
    )


def lots_of(trial: Trial) -> DeliveredShares:
    """Shares that lots deliver; a lot serves a cohort where it suffices for as many patients.

    Parameters
    ----------
    trial : Trial
        Of dose finding, with shares above 0.
    """
    chances = (1 - sum(trial.batches.chances), *trial.batches.chances)
    shared = trial.batches.patients >= rule_of(trial).cohort
    return DeliveredShares(shares=(1.0, *trial.batches.shares), probabilities=chances, shared=shared)
