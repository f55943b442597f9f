"""Value of information of an answer: of everything, of groups of parameters, and of trials by size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dosing import Conclusion
from hepatica.dosing.information.perfect import Value, partial_perfect_information, perfect_information
from hepatica.dosing.information.sample import TrialValue
from hepatica.dosing.predictive import Predictive, bootstrap_counts
from hepatica.dosing.verdict import TRIAL_REPEATS as REPEATS
from hepatica.dosing.verdict import Thresholds, side, trial_of
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


class Worth(StrEnum):
    """Worth of trials to the patients whom the answer serves."""

    PAYS = "pays"  # one of them is worth its cost by two Monte-Carlo errors
    UNTOLD = "untold"
    COSTS = "costs"  # none of them is


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
    arm : int
        Regimen that the trials try: the dose, unless a trial of another leader is worth more by two Monte-Carlo errors.
    trials : tuple of TrialValue
        EVSI of trials of it against standard care, by size, and net of their cost to the population.
    """

    hypothesis: str
    everything: Value
    groups: dict[Group, Value]
    arm: int
    trials: tuple[TrialValue, ...]

    @property
    def best_trial(self) -> TrialValue:
        """The trial of the largest net value."""
        return max(self.trials, key=lambda t: t.net)

    @property
    def best_sizes(self) -> tuple[int, ...]:
        """Sizes of the trials that two Monte-Carlo errors, in pairs, do not tell from the best."""
        best = self.best_trial
        return tuple(t.people for t in self.trials if side(best.net - t.net, 0.0, _paired(best, t)) <= 0)

    @property
    def worth(self) -> Worth:
        """Worth of the trials: whether one pays by two Monte-Carlo errors, or none does."""
        sides = [side(t.net, 0.0, t.error) for t in self.trials]
        if max(sides) < 0:
            return Worth.COSTS
        return Worth.PAYS if side(self.best_trial.net, 0.0, self.best_trial.error) > 0 else Worth.UNTOLD

    @property
    def leading(self) -> tuple[Group, ...]:
        """Groups worth knowing most, the first and those not told from it; none if it is not told from worthless."""
        ranked = sorted(self.groups, key=lambda g: -self.groups[g].mean)
        most = self.groups[ranked[0]]
        if side(most.mean, 0.0, most.error) <= 0:
            return ()
        return tuple(
            g
            for g in ranked
            if side(most.mean - (v := self.groups[g]).mean, 0.0, float(np.hypot(most.error, v.error))) <= 0
        )


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


def _paired(one: TrialValue, other: TrialValue) -> float:
    """Monte-Carlo error of the difference of two net values; that of both together where replicates are not kept."""
    if one.net_replicates and other.net_replicates:
        return float(np.std(np.subtract(one.net_replicates, other.net_replicates)))
    return float(np.hypot(one.error, other.error))


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
    arm = worth_trying(c, p, t, replicates)
    return InformationValue(
        hypothesis=p.hypothesis,
        everything=Value(
            perfect_information(p.learnable_gain, p.learnable_weight),
            float(np.std([perfect_information(r.learnable_gain, r.learnable_weight) for r in replicates])),
        ),
        groups=groups,
        arm=arm,
        trials=tuple(trial_of(p, c.column(arm), n, t, replicates=replicates) for n in SIZES),
    )


def worth_trying(c: Conclusion, p: Predictive, t: Thresholds, replicates: Sequence[Predictive]) -> int:
    """Arm whose trial of the affordable size is worth most: the dose, unless two Monte-Carlo errors tell another."""

    def worth(arm: int, some: Sequence[Predictive] = ()) -> TrialValue:
        return trial_of(p, c.column(arm), t.trial_people, t, replicates=some)

    nets = {x.arm: worth(x.arm).net for x in c.leaders if x.judgements}
    for arm in sorted(nets, key=lambda a: -nets[a]):
        if nets[arm] <= nets[c.dose]:
            break
        other, own = worth(arm, replicates), worth(c.dose, replicates)
        if side(other.net - own.net, 0.0, _paired(other, own)) > 0:
            return arm
    return c.dose


def _parameters(answer: Answer, p: Predictive) -> dict[Group, Floats]:
    """Coordinates of the uncertain parameters in each draw of a predictive distribution, by group."""
    model, cohort = answer.system.model, answer.patients.cohort
    rows = p.draw
    known = cohort.known or Draws.prior(model, int(rows.max()) + 1, seed=answer.decision.conclusion.seed)
    columns: dict[Group, list[Floats]] = {g: [] for g in Group}
    for name, parameter in model.parameters.items():
        if not parameter.entry.prior.varies:
            continue
        for key in (DrawKey.coordinate(name, p.hypothesis), DrawKey(DrawKind.SPIKE, name, p.hypothesis)):
            values = known.of(key, rows)
            if values is not None:
                columns[group_of(name, parameter.module)].append(values)
    return {g: np.stack(v, axis=1) if v else np.zeros((len(rows), 0)) for g, v in columns.items()}
