"""Designs of dose finding by the name in a trial file, for its levels, patients and target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hepatica.errors import InputError
from hepatica.trials.definition.dose_finding_table import BY_RESPONSE, WITH_PENDING, CountedAt, DesignName, DoseFinding
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.boin import CUTOFF, OFFSET, boin_table
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.feasible.attribution import (
    AsAssigned,
    Attribution,
    Evaluable,
    NearestDelivered,
    ReachedDelivered,
)
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule, FeasibleRule
from hepatica.trials.dose_finding.interval_designs import i3plus3_table, interval_table
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.ewoc import Ewoc
from hepatica.trials.dose_finding.model_based.posterior import PRIOR_SD
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.response.boin12 import Boin12
from hepatica.trials.dose_finding.response.uboin import UBoin
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.table_design import DecisionTable, TableDesign
from hepatica.trials.dose_finding.three_plus_three import COHORT, ThreePlusThree
from hepatica.trials.dose_finding.time_to_event.tite_boin import TiteBoin
from hepatica.trials.dose_finding.time_to_event.tite_crm import TiteCrm
from hepatica.trials.dose_finding.time_to_event.tite_design import TiteDesign

HALF_WIDTH = 0.25  # of the indifference interval of the CRM's skeleton, as a share of the target
USUAL = (DesignName.BOIN, DesignName.THREE_PLUS_THREE, DesignName.MTPI2, DesignName.CRM)
"""Designs that are shown beside the trial's own."""


def rule_of(trial: Trial) -> DoseFinding:
    """Table of dose finding of a trial that has one."""
    assert trial.dose_finding is not None
    return trial.dose_finding


def shown_designs(trial: Trial) -> tuple[DesignName, ...]:
    """Designs shown side by side: the trial's own first, then the usual ones of its kind.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    """
    rule = rule_of(trial)
    if rule.design in BY_RESPONSE:
        return tuple(dict.fromkeys((rule.design, *BY_RESPONSE)))
    pending = WITH_PENDING if rule.design in WITH_PENDING else ()
    names = dict.fromkeys((rule.design, *pending, *USUAL))
    return tuple(n for n in names if n is not DesignName.THREE_PLUS_THREE or rule.cohort == COHORT)


def design_of(name: str, trial: Trial) -> Design:
    """Design by name, for the levels, patients and target of a trial.

    Parameters
    ----------
    name : str
        One of `DesignName` that decides on whole outcomes.
    trial : Trial
        Of dose finding.

    Raises
    ------
    InputError
        If 3+3 has other cohorts than three, or a number does not suit the design.
    """
    rule, design = rule_of(trial), DesignName(name)
    size: dict[str, Any] = {"levels": len(trial.arm), "max_patients": trial.patients, "cohort": rule.cohort}
    if design in _TABLES:
        table = _TABLES[design](rule, trial.patients)
        return TableDesign(**size, table=table, target=rule.target, stop_at=rule.stop_at)
    if design is DesignName.EWOC:
        doses = tuple(float(np.log10(arm.regimen().dose)) for arm in trial.arm)
        return Ewoc(**size, doses=doses, target=rule.target, alpha=rule.overdose, alpha_most=max(0.5, rule.overdose))
    if design in (DesignName.CRM, DesignName.CRM_LIKELIHOOD):
        prior = None if design is DesignName.CRM_LIKELIHOOD else _prior(rule)
        return Crm(**size, skeleton=skeleton_of(trial), target=rule.target, prior_sd=prior, stop_at=rule.stop_at)
    if design in BY_RESPONSE:
        utility, limits = utility_of(rule), limits_of(rule)
        if design is DesignName.BOIN12:
            return Boin12(**size, utility=utility, limits=limits, stop_at=rule.stop_at)
        return UBoin(**size, utility=utility, limits=limits, stop_at=rule.stop_at)
    if rule.cohort != COHORT:
        raise InputError("dose_finding.cohort", rule.cohort, f"{COHORT}: 3+3 has cohorts of three")
    return ThreePlusThree(levels=len(trial.arm))


def _boin(rule: DoseFinding, patients: int) -> DecisionTable:
    offset = OFFSET if rule.extra_safe else None
    return boin_table(rule.target, patients, safe=rule.safe, toxic=rule.toxic, cutoff=CUTOFF, offset=offset)


def _mtpi2(rule: DoseFinding, patients: int) -> DecisionTable:
    return interval_table(rule.target, patients, below=rule.below, above=rule.above)


def _keyboard(rule: DoseFinding, patients: int) -> DecisionTable:
    return interval_table(rule.target, patients, below=rule.below, above=rule.above, keyboard=True)


def _i3plus3(rule: DoseFinding, patients: int) -> DecisionTable:
    return i3plus3_table(rule.target, patients, below=rule.below, above=rule.above)


def _own_table(rule: DoseFinding, patients: int) -> DecisionTable:
    table = rule.table()
    for treated in range(rule.cohort, patients + 1, rule.cohort):
        if str(treated) not in rule.decisions:
            raise InputError("dose_finding.decisions", sorted(rule.decisions), f"a row for {treated} treated too")
    return table


_TABLES: dict[DesignName, Callable[[DoseFinding, int], DecisionTable]] = {
    DesignName.BOIN: _boin,
    DesignName.MTPI2: _mtpi2,
    DesignName.KEYBOARD: _keyboard,
    DesignName.I3PLUS3: _i3plus3,
    DesignName.TABLE: _own_table,
}


def pending_design(name: str, trial: Trial) -> TiteDesign:
    """Design that decides while outcomes are pending, by name.

    Parameters
    ----------
    name : str
        One of `WITH_PENDING`.
    trial : Trial
        Of dose finding.
    """
    rule = rule_of(trial)
    size: dict[str, Any] = {"levels": len(trial.arm), "max_patients": trial.patients, "cohort": rule.cohort}
    if DesignName(name) is DesignName.TITE_CRM:
        return TiteCrm(**size, target=rule.target, skeleton=skeleton_of(trial), prior_sd=_prior(rule))
    return TiteBoin(**size, target=rule.target, most_pending=rule.most_pending, stop_at=rule.stop_at)


def _prior(rule: DoseFinding) -> float:
    return PRIOR_SD if rule.prior_sd is None else float(rule.prior_sd)


def skeleton_of(trial: Trial) -> tuple[float, ...]:
    """Skeleton of the CRM: that of the file, or calibrated about the middle level (Lee and Cheung 2009).

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    """
    rule, levels = rule_of(trial), len(trial.arm)
    if rule.skeleton:
        return tuple(float(p) for p in rule.skeleton)
    made = calibrate_skeleton(HALF_WIDTH * rule.target, rule.target, (levels - 1) // 2, levels)
    return tuple(made.tolist())


def utility_of(rule: DoseFinding) -> Utility:
    """Utilities of the four outcomes."""
    return Utility(neither=rule.utility_neither, both=rule.utility_both)


def limits_of(rule: DoseFinding) -> Limits:
    """Limits of toxicity and response."""
    return Limits(toxicity=rule.target, response=rule.least_response)


def feasible_rules(trial: Trial) -> dict[CountedAt, FeasibleRule]:
    """Rules side by side where lots fall short: the trial's design by each way of counting.

    Parameters
    ----------
    trial : Trial
        Of dose finding, with levels and a design by toxicity alone.

    Returns
    -------
    dict of CountedAt to FeasibleRule
        Empty for designs that have no such rule.
    """
    rule = rule_of(trial)
    doses = tuple(float(arm.regimen().dose) for arm in trial.arm)
    size: dict[str, Any] = {"doses": doses, "max_patients": trial.patients, "cohort": rule.cohort}
    if rule.design is DesignName.CRM:
        model: dict[str, Any] = {"skeleton": skeleton_of(trial), "target": rule.target, "prior_sd": _prior(rule)}
        return {
            CountedAt.ASSIGNED: ContinuousCrm(**size, **model, delivered=False),
            CountedAt.DOSE: ContinuousCrm(**size, **model),
        }
    if rule.design in (*WITH_PENDING, *BY_RESPONSE, DesignName.EWOC, DesignName.CRM_LIKELIHOOD):
        return {}
    ways: dict[CountedAt, Attribution] = {
        CountedAt.ASSIGNED: AsAssigned(),
        CountedAt.EVALUABLE: Evaluable(rule.enough),
        CountedAt.REACHED: ReachedDelivered(),
        CountedAt.NEAREST: NearestDelivered(),
    }
    design = design_of(rule.design, trial)
    return {way: CountRule(**size, design=design, attribution=how) for way, how in ways.items()}
