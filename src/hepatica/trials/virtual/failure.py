"""Reasons for failure: the share of 1 - P(success) that goes when each cause of it is taken away.

Causes are removed one after the other until none is left, in one order and in its reverse, and the gains of each are
averaged: a two-permutation estimate of its Shapley value (Castro, Gomez and Tejada 2009, Comput Oper Res 36:1726). The
gains of all causes and what remains add up to 1 - P(success).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.effects import true_effects
from hepatica.trials.virtual.operating import Rate
from hepatica.trials.virtual.simulate import Simulator

LARGER = 4  # times the patients, where size is taken away as a cause


class Cause(StrEnum):
    """Cause of a trial's failure."""

    IGNORANCE = "ignorance"
    HETEROGENEITY = "heterogeneity"
    DOSE = "dose"
    DELIVERY = "delivery"
    DROPOUT = "dropout"
    TRANSPLANT = "transplant"
    ENDPOINT = "endpoint"
    SIZE = "size"


@dataclass(frozen=True)
class FailureShares:
    """Shares of the probability of failure.

    Attributes
    ----------
    hypothesis : str
    success : Rate
        Of the trial as planned, its truths drawn.
    shares : dict of Cause to float
        Rise of P(success) by each cause; a negative one helps the trial.
    remaining : float
        Probability of failure that no cause explains: too small an effect.
    trials : int
    """

    hypothesis: str
    success: Rate
    shares: dict[Cause, float]
    remaining: float
    trials: int


def failure_shares(
    trial: Trial,
    bank: Bank,
    hypothesis: str,
    *,
    trials: int = 500,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> FailureShares:
    """Shares of 1 - P(success) by cause.

    Parameters
    ----------
    trial : Trial
        Confirmatory.
    bank : Bank
        That holds its regimens.
    hypothesis : str
        Of the bank.
    trials : int
        Simulated at each step.
    workers : int, optional
        Threads.
    progress : Progress
        Told of the stage "failure".
    """
    order = list(Cause)
    steps = 2 * len(order) + 2
    progress("failure", 0, steps)
    rival = strongest_endpoint(Simulator.of(trial, bank), Scenario(hypothesis, Truth.DRAWN))
    kept: dict[frozenset[Cause], float] = {}

    def chance(removed: frozenset[Cause]) -> float:
        if removed not in kept:
            kept[removed] = _chance(trial, bank, hypothesis, removed, rival, trials, workers)
            progress("failure", min(len(kept), steps), steps)
        return kept[removed]

    gains = dict.fromkeys(order, 0.0)
    for sequence in (order, order[::-1]):
        removed: frozenset[Cause] = frozenset()
        for cause in sequence:
            more = removed | {cause}
            gains[cause] += 0.5 * (chance(more) - chance(removed))
            removed = more
    progress("failure", steps, steps)
    start = kept[frozenset()]
    return FailureShares(
        hypothesis=hypothesis,
        success=Rate(start, float(np.sqrt(start * (1 - start) / trials))),
        shares=gains,
        remaining=1 - kept[frozenset(order)],
        trials=trials,
    )


def _chance(
    trial: Trial, bank: Bank, hypothesis: str, removed: frozenset[Cause], rival: str, trials: int, workers: int | None
) -> float:
    """Probability of success with some causes taken away."""
    scenario = Scenario(
        hypothesis,
        Truth.AVERAGE if Cause.IGNORANCE in removed else Truth.DRAWN,
        drops_out=Cause.DROPOUT not in removed,
        transplants=Cause.TRANSPLANT not in removed,
        falls_short=Cause.DELIVERY not in removed,
        varies=Cause.HETEROGENEITY not in removed,
    )
    changed = trial
    if Cause.DOSE in removed and trial.mcp_mod is None:  # of a dose response every dose is a part, none the wrong one
        changed = with_best_arm(changed, bank, hypothesis)
    if Cause.SIZE in removed:
        changed = larger(changed, LARGER)
    names = {trial.primary.name} | ({rival} if Cause.ENDPOINT in removed else set())
    chances = (
        Simulator.of(primary_of(changed, name), bank).run(scenario, trials, workers=workers).success.mean()
        for name in sorted(names)
    )
    return float(max(chances))


def strongest_endpoint(simulator: Simulator, scenario: Scenario) -> str:
    """Endpoint whose statistic lies farthest above its critical value, in the mean of a block of trials.

    Parameters
    ----------
    simulator : Simulator
        Of the trial.
    scenario : Scenario
        What is true.
    """
    margin = simulator.block(scenario, 0, with_secondary=True).secondary
    return max(margin, key=lambda name: float(np.mean(margin[name])))


def primary_of(trial: Trial, name: str) -> Trial:
    """The same trial with another primary endpoint.

    Parameters
    ----------
    trial : Trial
        Any.
    name : str
        Of one of its endpoints.
    """
    if name == trial.primary.name:
        return trial
    endpoints = tuple(e.model_copy(update={"primary": e.name == name}) for e in trial.endpoint)
    analysis = trial.analysis.model_copy(update={"events": None})
    return trial.model_copy(update={"endpoint": endpoints, "analysis": analysis})


def larger(trial: Trial, times: int) -> Trial:
    """The same trial with more patients, accrued as much faster, and more events where they are stated.

    Parameters
    ----------
    trial : Trial
        Any.
    times : int
        As many.
    """
    centres = tuple(c.model_copy(update={"per_month": c.per_month * times}) for c in trial.centre)
    events = trial.analysis.events
    analysis = trial.analysis.model_copy(update={"events": None if events is None else events * times})
    return trial.model_copy(update={"patients": trial.patients * times, "centre": centres, "analysis": analysis})


def with_best_arm(trial: Trial, bank: Bank, hypothesis: str) -> Trial:
    """The same trial whose every arm with cells has the regimen, of all in its file, of the largest true gain.

    Parameters
    ----------
    trial : Trial
        Its arms and alternatives.
    bank : Bank
        That holds them.
    hypothesis : str
        Of the bank.
    """
    tables = [trial.arm[0], *(a for a in trial.arm[1:] if a.dose), *trial.alternative]
    wide = trial.model_copy(update={"arm": tuple(tables)})
    gain = true_effects(wide, bank, eligible_patients(bank, trial), hypothesis).gain.mean(axis=0)
    best = tables[int(np.argmax(gain[1:])) + 1]
    own = ("name", "ratio")
    fields = {k: getattr(best, k) for k in type(best).model_fields if k not in own}
    arms = tuple(a if a.dose is None else a.model_copy(update=fields) for a in trial.arm)
    return trial.model_copy(update={"arm": arms})
