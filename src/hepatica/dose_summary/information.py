"""Value of information of an answer: of everything, of groups of parameters, and of trials by size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dosing.information.perfect import Value, partial_perfect_information, perfect_information
from hepatica.dosing.information.sample import TrialValue
from hepatica.dosing.predictive import Predictive, bootstrap_counts
from hepatica.dosing.verdict import TRIAL_REPEATS as REPEATS
from hepatica.dosing.verdict import Thresholds, trial_of
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import DrawKind

Floats = NDArray[np.float64]
SIZES = (50, 100, 200, 400, 800, 1600)  # people in a trial
CELL_MODULES = {"cells", "secretome", "label"}
UNEXPLAINED = "unexplained_"
CLOTTING = ("clot_", "embolism_", "lethal_load", "tissue_factor", "heparin_")


class Group(StrEnum):
    """Group of uncertain parameters."""

    CELLS = "potency_and_exposure"
    UNEXPLAINED = "unexplained_effect"
    CLOTTING = "thrombosis"
    UNTREATED = "untreated_risk"


@dataclass(frozen=True, kw_only=True)
class InformationValue:
    """Value of information under one hypothesis, in quality-adjusted life days per patient.

    Attributes
    ----------
    hypothesis : str
    everything : Value
        EVPI, with its Monte-Carlo standard error.
    groups : dict of Group to Value
        EVPPI; `UNEXPLAINED` tells whether cells do anything, too.
    trials : tuple of TrialValue
        EVSI of trials of the dose against standard care, by size, and net of their cost to the population.
    """

    hypothesis: str
    everything: Value
    groups: dict[Group, Value]
    trials: tuple[TrialValue, ...]

    @property
    def best_trial(self) -> TrialValue:
        """The trial of the largest net value."""
        return max(self.trials, key=lambda t: t.net)

    @property
    def first(self) -> Group:
        """Group that is worth knowing most."""
        return max(self.groups, key=lambda g: self.groups[g].mean)


@dataclass(frozen=True, kw_only=True)
class Information:
    """Value of information of an answer.

    Attributes
    ----------
    by_hypothesis : tuple of InformationValue
    hypothesis_value : Value
        Days per patient by knowing which hypothesis holds, if both are held alike; 0 where there is one. The hypotheses
        are averaged for this question alone.
    """

    by_hypothesis: tuple[InformationValue, ...]
    hypothesis_value: Value


def group_of(parameter: str, module: str) -> Group:
    """Group of a parameter by its module and name.

    Examples
    --------
    >>> group_of("death_lung", "cells").value, group_of("clot_cells", "hazards").value
    ('potency_and_exposure', 'thrombosis')
    """
    if parameter.startswith(UNEXPLAINED):
        return Group.UNEXPLAINED
    if parameter.startswith(CLOTTING):
        return Group.CLOTTING
    return Group.CELLS if module in CELL_MODULES else Group.UNTREATED


def information(answer: Answer) -> Information | None:
    """Value of information of an answer; None without a regimen of cells."""
    c, t = answer.decision.conclusion, answer.study.verdict.thresholds()
    if not c.dose:
        return None
    rng = np.random.default_rng([answer.study.seed, len(c.leaders)])
    replicates = [[p.resampled(n) for n in bootstrap_counts(rng, len(p.weight), REPEATS)] for p in c.predictive]
    rows = tuple(_of(answer, p, t, some) for p, some in zip(c.predictive, replicates, strict=True))
    error = float(np.std([_between(some) for some in zip(*replicates, strict=True)]))
    return Information(by_hypothesis=rows, hypothesis_value=Value(_between(c.predictive), error))


def _between(predictive: Sequence[Predictive]) -> float:
    """Value of knowing which hypothesis holds, each as likely as the other."""
    means = np.stack([p.mean() for p in predictive])
    return max(float(means.max(axis=1).mean() - means.mean(axis=0).max()), 0.0)


def _of(answer: Answer, p: Predictive, t: Thresholds, replicates: Sequence[Predictive]) -> InformationValue:
    c = answer.decision.conclusion
    null = p.weight @ p.null
    columns = _parameters(answer, p)
    groups = {
        g: partial_perfect_information(
            p.raw,
            x,
            p.weight,
            null=null,
            null_probability=p.null_effect_probability,
            knows_null=g is Group.UNEXPLAINED,
            seed=answer.study.seed,
        )
        for g, x in columns.items()
    }
    return InformationValue(
        hypothesis=p.hypothesis,
        everything=Value(
            perfect_information(p.learnable_gain, p.learnable_weight),
            float(np.std([perfect_information(r.learnable_gain, r.learnable_weight) for r in replicates])),
        ),
        groups=groups,
        trials=tuple(trial_of(p, c.column(c.dose), n, t, replicates=replicates) for n in SIZES),
    )


def _parameters(answer: Answer, p: Predictive) -> dict[Group, Floats]:
    """Coordinates of the uncertain parameters in each draw of a predictive distribution, by group."""
    model, cohort = answer.system.model, answer.patients.cohort
    rows = p.draw
    known = cohort.known or Draws.prior(model, int(rows.max()) + 1, seed=cohort.seed)
    columns: dict[Group, list[Floats]] = {g: [] for g in Group}
    for name, parameter in model.parameters.items():
        if not parameter.entry.prior.varies:
            continue
        for key in (DrawKey.coordinate(name, p.hypothesis), DrawKey(DrawKind.SPIKE, name, p.hypothesis)):
            values = known.of(key, rows)
            if values is not None:
                columns[group_of(name, parameter.module)].append(values)
    return {g: np.stack(v, axis=1) if v else np.zeros((len(rows), 0)) for g, v in columns.items()}
