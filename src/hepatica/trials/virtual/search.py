"""Search for the cheapest design: sizes, looks and regimens side by side on the same virtual patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.analysis_tables import Look
from hepatica.trials.definition.design_tables import MONTH
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.effects import true_effects
from hepatica.trials.virtual.operating import Operating, Rate, operating
from hepatica.trials.virtual.simulate import Simulator

LOOKS: dict[str, tuple[float, ...]] = {"none": (), "one": (0.5,), "two": (0.5, 0.75)}


@dataclass(frozen=True)
class Candidate:
    """Design that was tried.

    Attributes
    ----------
    regimen : str
        Name of the arm or alternative whose regimen is given.
    patients : int
        Largest number randomised.
    looks : str
        Of `LOOKS`.
    success : Rate
        By the truth asked for, the least over the hypotheses.
    cost : float
        Expected, the most over the hypotheses.
    size, months : float
        Expected.
    harmful : float
        Expected share of patients with cells on a harmful dose.
    reaches : bool
        Success and safety as asked.
    """

    regimen: str
    patients: int
    looks: str
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
    """

    candidates: tuple[Candidate, ...]
    power: float
    truth: Truth

    @property
    def best(self) -> Candidate | None:
        """The cheapest design that reaches what was asked; None where none does."""
        return self.candidates[0] if self.candidates[0].reaches else None

    @property
    def truth_word(self) -> str:
        """Name of what was asked for: power or assurance."""
        return "assurance" if self.truth is Truth.DRAWN else "power"

    def looks_of(self, candidate: Candidate) -> tuple[float, ...]:
        """Information fractions of the interim looks of a candidate.

        Parameters
        ----------
        candidate : Candidate
            One of these.
        """
        return LOOKS[candidate.looks]


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

    Candidates are all sizes, no look to two looks, and every regimen of the arms with cells and the alternatives; they
    meet the same patients with the same fates.

    Parameters
    ----------
    trial : Trial
        Of two arms; its costs and power.
    bank : Bank
        That holds its regimens.
    sizes : sequence of int
        Largest numbers of patients.
    truth : Truth
        Average asks for power, drawn for assurance.
    most_harmful : float
        Largest share of treated patients on a harmful dose.
    trials : int
        Simulated for each candidate.
    workers : int, optional
        Threads.
    progress : Progress
        Told of the stage "designs", in candidates.

    Raises
    ------
    InputError
        If the trial has more than two arms, or a size is too small.
    """
    if len(trial.arm) != 2:
        raise InputError("arm", [a.name for a in trial.arm], "two arms; give further regimens as [[alternative]]")
    if trial.adaptive:
        raise InputError(trial.adaptive, "[adaptive design]", "none: fixed and group sequential designs are searched")
    if not sizes or min(sizes) < 4:
        raise InputError("sizes", list(sizes), "numbers of patients from 4 on")
    tables = [trial.arm[1], *trial.alternative]
    plans = [(table, n, looks) for table in tables for n in sorted(set(sizes)) for looks in LOOKS]
    tried = []
    for k, (table, n, looks) in enumerate(plans):
        progress("designs", k, len(plans))
        changed = trial.model_copy(
            update={
                "arm": (trial.arm[0], table.model_copy(update={"ratio": trial.arm[1].ratio})),
                "patients": n,
                "look": tuple(Look(fraction=f) for f in LOOKS[looks]),
                "stopping": trial.stopping.model_copy(update={"futility": ()}),
                "analysis": trial.analysis.model_copy(update={"events": None}),
            }
        )
        tried.append(_try(changed, bank, looks, truth, most_harmful, trials, workers))
    progress("designs", len(plans), len(plans))
    tried.sort(key=lambda c: (not c.reaches, c.cost if c.reaches else -c.success.value))
    return SearchResult(tuple(tried), trial.analysis.power, truth)


def _try(
    trial: Trial, bank: Bank, looks: str, truth: Truth, most_harmful: float, trials: int, workers: int | None
) -> Candidate:
    """One candidate under every hypothesis: its least success and its highest cost."""
    simulator, views = Simulator.of(trial, bank), []
    for hypothesis in trial.hypotheses:
        effects = true_effects(trial, bank, simulator.eligible, hypothesis)
        records = simulator.run(Scenario(hypothesis, truth), trials, workers=workers)
        views.append(operating(records, np.full(1, np.nan), effects))
    worst = min(views, key=lambda o: o.success.value)
    harmful = max(o.harmful / max(o.randomised[1], 1e-9) for o in views)
    return Candidate(
        regimen=trial.arm[1].name,
        patients=trial.patients,
        looks=looks,
        success=worst.success,
        cost=max(_cost(trial, o) for o in views),
        size=max(o.size for o in views),
        months=max(o.day for o in views) / MONTH,
        harmful=float(harmful),
        reaches=worst.success.value >= trial.analysis.power and harmful <= most_harmful,
    )


def _cost(trial: Trial, o: Operating) -> float:
    """Expected cost: patients, infusions planned for those with cells, and months."""
    infusions = len(trial.arm[1].regimen().times) * float(o.randomised[1])
    return trial.cost.patient * o.size + trial.cost.infusion * infusions + trial.cost.month * o.day / MONTH
