"""Subgroup analysis: gain by baseline risk, optimum by subgroup, and a short dosing rule, under each hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dose_study import Answer
from hepatica.dosing.groups.dosing_rule import RuleValue, value_of_rule
from hepatica.dosing.groups.subgroups import PrognosticShare, SubgroupOptimum, prognostic_share, subgroup_optima

Floats = NDArray[np.float64]
FEATURES = ("meld", "bilirubin", "inr", "body_weight")  # severity, two labs and the weight
MIN_PATIENTS = 60  # of a study, below which no rule is learnt


@dataclass(frozen=True, kw_only=True)
class WhomItHelps:
    """Subgroup analysis under one hypothesis, in the patients of the search.

    Attributes
    ----------
    hypothesis : str
    risk : PrognosticShare
        Gain in survival by the risk of death under standard care.
    arms : tuple of int
        Arms that subgroups and rule choose among: standard care and the leaders.
    subgroups : tuple of SubgroupOptimum
        Their `best` is a place in `arms`.
    rule : RuleValue or None
        None in a small study; leaves name places in `arms`.
    """

    hypothesis: str
    risk: PrognosticShare
    arms: tuple[int, ...]
    subgroups: tuple[SubgroupOptimum, ...]
    rule: RuleValue | None


def features(answer: Answer) -> Floats:
    """Measurements at admission, (patient, feature), of `FEATURES`."""
    cohort, labs = answer.patients.cohort, answer.patients.labs
    return np.stack([labs[n] if n in labs else cohort.covariate(n) for n in FEATURES], axis=1)


def subgroup_members(x: Floats) -> dict[str, NDArray[np.bool_]]:
    """Subgroups: lower and upper half of each measurement, by ``<feature>_low`` and ``<feature>_high``."""
    members: dict[str, NDArray[np.bool_]] = {}
    for k, name in enumerate(FEATURES):
        middle = np.nanmedian(x[:, k])
        members |= {f"{name}_low": x[:, k] <= middle, f"{name}_high": x[:, k] > middle}
    return members


def whom_it_helps(answer: Answer) -> tuple[WhomItHelps, ...]:
    """Subgroup analyses by hypothesis; empty without a regimen of cells."""
    d, c = answer.decision, answer.decision.conclusion
    if not c.dose:
        return ()
    arms, x, rows = tuple(leader.arm for leader in c.leaders), features(answer), []
    place = arms.index(c.dose)
    for h in d.by_hypothesis:
        net = h.benefit.net[list(arms)]
        enough = int(np.isfinite(net).all(axis=0).sum()) >= MIN_PATIENTS
        rows.append(
            WhomItHelps(
                hypothesis=h.hypothesis,
                risk=prognostic_share(h.benefit.survival[0], h.benefit.survival[c.dose]),
                arms=arms,
                subgroups=subgroup_optima(net, subgroup_members(x), place),
                rule=value_of_rule(x, net, place, seed=answer.study.seed) if enough else None,
            )
        )
    return tuple(rows)
