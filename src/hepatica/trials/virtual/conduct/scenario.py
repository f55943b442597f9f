"""Scenarios of simulated trials: what is true of the cells, and what is left out of a trial's conduct."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.definition.trial import Trial

Ints = NDArray[np.int64]


class Truth(StrEnum):
    """Truth of simulated trials under a hypothesis."""

    AVERAGE = "average"  # patients of all parameter draws mixed: the effect expected, for power
    DRAWN = "drawn"  # each trial has one parameter draw and its own deviation: for assurance
    NULL = "null"  # every arm has the outcomes of standard care: for type I error


@dataclass(frozen=True)
class Scenario:
    """Scenario of simulated trials.

    Attributes
    ----------
    hypothesis : str
    truth : Truth
    drops_out, transplants, falls_short, varies : bool
        False leaves drop-out and missed visits, transplants, lots that fall short, or differences between trials and
        frailty, out.
    """

    hypothesis: str
    truth: Truth
    drops_out: bool = True
    transplants: bool = True
    falls_short: bool = True
    varies: bool = True

    def with_truth(self, truth: Truth) -> Scenario:
        """The same scenario under another truth.

        Parameters
        ----------
        truth : Truth
            The other.
        """
        return replace(self, truth=truth)


def conduct(trial: Trial, scenario: Scenario) -> Trial:
    """Trial whose conduct is that of a scenario.

    Parameters
    ----------
    trial : Trial
        As planned.
    scenario : Scenario
        What is left out of it.
    """
    changes: dict[str, object] = {}
    if not scenario.drops_out:
        changes["dropout"] = trial.dropout.model_copy(update={"per_month": 0.0})
        changes["visits"] = trial.visits.model_copy(update={"missed": 0.0})
    if not scenario.falls_short:
        changes["batches"] = trial.batches.model_copy(update={"shares": (), "chances": ()})
    if not scenario.varies:
        none = {"between_trials": 0.0, "effect_between_trials": 0.0, "frailty": 0.0}
        changes["variation"] = trial.variation.model_copy(update=none)
    return trial.model_copy(update=changes) if changes else trial
