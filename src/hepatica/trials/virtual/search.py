"""Search for the cheapest design: sizes, looks and regimens side by side on the same virtual patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.design_tables import MONTH
from hepatica.trials.definition.dose_finding_table import DesignName
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.characteristics import Characteristics
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.effects import true_effects
from hepatica.trials.virtual.escalation.characteristics import mean_truth
from hepatica.trials.virtual.escalation.conduct import design_characteristics
from hepatica.trials.virtual.escalation.designs import design_of
from hepatica.trials.virtual.escalation.outcomes import level_outcomes
from hepatica.trials.virtual.operating import Operating, Rate, operating
from hepatica.trials.virtual.search_plans import LOOKS, adaptive_plans, escalation_plans, sequential_plans
from hepatica.trials.virtual.simulate import Simulator


@dataclass(frozen=True)
class Candidate:
    """Design that was tried.

    Attributes
    ----------
    regimen : str
        Name of the arm or alternative whose regimen is given.
    patients : int
        Largest number randomised.
    rule : str
        Of `LOOKS` for a fixed or group sequential design; keys of the adaptive table with their values; or the design
        of dose finding.
    success : Rate
        By the truth asked for, the least over the hypotheses; of an escalation selection of the level that should be.
    cost : float
        Expected, the most over the hypotheses.
    size, months : float
        Expected.
    harmful : float
        Expected share of patients with cells on a harmful dose; of an escalation above the level to select.
    reaches : bool
        Success and safety as asked.
    """

    regimen: str
    patients: int
    rule: str
    success: Rate
    cost: float
    size: float
    months: float
    harmful: float
    reaches: bool


@dataclass(frozen=True)
class SearchResult:
    """Designs tried, the cheapest that reaches what was asked first, then the others by success.

    Attributes
    ----------
    candidates : tuple of Candidate
    power : float
        Asked for.
    truth : Truth
    kind : str
        Of the designs: sequential, adaptive or escalation.
    """

    candidates: tuple[Candidate, ...]
    power: float
    truth: Truth
    kind: str = "sequential"

    @property
    def best(self) -> Candidate | None:
        """The cheapest design that reaches what was asked; None where none does."""
        return self.candidates[0] if self.candidates[0].reaches else None

    @property
    def truth_word(self) -> str:
        """Name of what was asked for: power, assurance or correct selection."""
        if self.kind == "escalation":
            return "correct"
        return "assurance" if self.truth is Truth.DRAWN else "power"

    def rule_of(self, candidate: Candidate) -> str:
        """Rule of a candidate as a number of looks, or as it stands in a trial file.

        Parameters
        ----------
        candidate : Candidate
            One of these.
        """
        return str(len(LOOKS[candidate.rule])) if self.kind == "sequential" else candidate.rule


def search_design(
    trial: Trial,
    bank: Bank,
    *,
    sizes: Sequence[int],
    truth: Truth = Truth.AVERAGE,
    most_harmful: float = 0.1,
    trials: int = 500,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> SearchResult:
    """The cheapest design that reaches the power and safety asked for, under every hypothesis.

    Candidates are all sizes with no look to two looks and every regimen of the arms with cells and the alternatives; of
    an adaptive trial its own design with other values of its rules; of an escalation all designs of its kind. They meet
    the same patients with the same fates.

    Parameters
    ----------
    trial : Trial
        Its costs and power; of an escalation power is the probability of correct selection.
    bank : Bank
        That holds its regimens.
    sizes : sequence of int
        Largest numbers of patients.
    truth : Truth
        Average asks for power, drawn for assurance.
    most_harmful : float
        Largest share of treated patients on a harmful dose, or of an escalation above the level to select.
    trials : int
        Simulated for each candidate.
    workers : int, optional
        Threads.
    progress : Progress
        Told of the stage "designs", in candidates.

    Raises
    ------
    InputError
        If a fixed or group sequential trial has more than two arms, or a size is too small.
    """
    if not sizes or min(sizes) < 4:
        raise InputError("sizes", list(sizes), "numbers of patients from 4 on")
    sizes = sorted(set(sizes))
    if trial.dose_finding is not None:
        return SearchResult(
            tuple(_ranked(_escalations(trial, bank, sizes, most_harmful, trials, progress))),
            trial.analysis.power,
            truth,
            "escalation",
        )
    plans = adaptive_plans(trial, sizes) if trial.adaptive else sequential_plans(trial, sizes)
    tried = []
    for k, (rule, changed) in enumerate(plans):
        progress("designs", k, len(plans))
        tried.append(_try(changed, bank, rule, truth, most_harmful, trials, workers))
    progress("designs", len(plans), len(plans))
    kind = "adaptive" if trial.adaptive else "sequential"
    return SearchResult(tuple(_ranked(tried)), trial.analysis.power, truth, kind)


def _ranked(tried: list[Candidate]) -> list[Candidate]:
    """Those that reach what was asked first, the cheapest before the others; the rest by success."""
    return sorted(tried, key=lambda c: (not c.reaches, c.cost if c.reaches else -c.success.value))


def _escalations(
    trial: Trial, bank: Bank, sizes: Sequence[int], most_harmful: float, trials: int, progress: Progress
) -> list[Candidate]:
    """Designs of dose finding at each size, under the mean truth of every hypothesis."""
    eligible, plans = eligible_patients(bank, trial), escalation_plans(trial, sizes)
    levels = {
        h: mean_truth(trial, level_outcomes(trial, bank, eligible, h), bank.draw[eligible.patients], eligible)
        for h in trial.hypotheses
    }
    tried = []
    for k, (name, changed) in enumerate(plans):
        progress("designs", k, len(plans))
        views = [design_characteristics(name, changed, level, trials) for level in levels.values()]
        tried.append(_escalation(changed, name, views, most_harmful))
    progress("designs", len(plans), len(plans))
    return tried


def _escalation(
    trial: Trial, name: DesignName, views: Sequence[tuple[Characteristics, float]], most_harmful: float
) -> Candidate:
    """One design of dose finding from its characteristics and days under every hypothesis."""
    correct = min(c.correct for c, _ in views)
    simulated = max(views[0][0].trials, 1)
    infusions, cost = len(trial.arm[0].regimen().times), trial.cost
    costs = [
        cost.patient * c.size + cost.infusion * infusions * c.size + cost.month * days / MONTH for c, days in views
    ]
    harmful = max(c.overdosed for c, _ in views)
    has_own_size = name is DesignName.THREE_PLUS_THREE
    return Candidate(
        regimen=" / ".join(arm.name for arm in trial.arm),
        patients=design_of(name, trial).max_patients if has_own_size else trial.patients,
        rule=name.value,
        success=Rate(correct, float(np.sqrt(correct * (1 - correct) / simulated))),
        cost=max(costs),
        size=max(c.size for c, _ in views),
        months=max(days for _, days in views) / MONTH,
        harmful=float(harmful),
        reaches=correct >= trial.analysis.power and harmful <= most_harmful,
    )


def _try(
    trial: Trial, bank: Bank, rule: str, truth: Truth, most_harmful: float, trials: int, workers: int | None
) -> Candidate:
    """One candidate under every hypothesis: its least success and its highest cost."""
    simulator, views = Simulator.of(trial, bank), []
    for hypothesis in trial.hypotheses:
        effects = true_effects(trial, bank, simulator.eligible, hypothesis)
        records = simulator.run(Scenario(hypothesis, truth), trials, workers=workers)
        views.append(operating(records, np.full(1, np.nan), effects))
    worst = min(views, key=lambda o: o.success.value)
    harmful = max(o.harmful / max(o.randomised[1:].sum(), 1e-9) for o in views)
    return Candidate(
        regimen=" / ".join(arm.name for arm in trial.arm[1:]),
        patients=trial.patients,
        rule=rule,
        success=worst.success,
        cost=max(_cost(trial, o) for o in views),
        size=max(o.size for o in views),
        months=max(o.day for o in views) / MONTH,
        harmful=float(harmful),
        reaches=worst.success.value >= trial.analysis.power and harmful <= most_harmful,
    )


def _cost(trial: Trial, o: Operating) -> float:
    """Expected cost: patients, infusions planned for those with cells, and months."""
    given = [len(arm.regimen().times) for arm in trial.arm[1:]]
    infusions = float(np.dot(given, o.randomised[1:]))
    return trial.cost.patient * o.size + trial.cost.infusion * infusions + trial.cost.month * o.day / MONTH
