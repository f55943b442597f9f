"""Adaptive enrichment on the bank: after an interim decision all patients, a subgroup, both or nobody is recruited."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive.enrichment import Decision, EnrichmentDesign, IntersectionTest
from hepatica.trials.definition.adaptive_tables import ClosedTest
from hepatica.trials.virtual.adaptive.setting import Setting, estimates, gathered, last_day, statistics
from hepatica.trials.virtual.adaptive.stages import decision_days
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.conduct.population import Eligible, sample
from hepatica.trials.virtual.conduct.scenario import Truth
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
TESTS = {
    ClosedTest.SPIESSENS_DEBOIS: IntersectionTest.SPIESSENS_DEBOIS,
    ClosedTest.SIMES: IntersectionTest.SIMES,
    ClosedTest.BONFERRONI: IntersectionTest.BONFERRONI,
}


def members(setting: Setting) -> Bools:
    """Patients of the bank who belong to the subgroup, (patient,).

    Parameters
    ----------
    setting : Setting
        Trial with a table [enrichment].

    Raises
    ------
    InputError
        If all eligible patients belong to it, or none does.
    """
    rule = setting.trial.enrichment
    assert rule is not None
    inside = np.asarray(rule.condition()(setting.bank.baseline), bool)
    share = inside[setting.eligible.patients].mean()
    if not 0 < share < 1:
        raise InputError(
            "enrichment.subgroup", rule.subgroup, f"some of the eligible patients, not {100 * share:.0f} %"
        )
    return inside


def enrichment_design(setting: Setting, prevalence: float) -> EnrichmentDesign:
    """Rules of decision and of testing, on the scale of z.

    Parameters
    ----------
    setting : Setting
        Trial with a table [enrichment].
    prevalence : float
        Of the subgroup among eligible patients.
    """
    trial, rule = setting.trial, setting.trial.enrichment
    assert rule is not None
    return EnrichmentDesign(
        first=rule.first,
        second=trial.patients - rule.first,
        prevalence=prevalence,
        full=rule.full,
        subgroup=rule.inside,
        alpha=trial.analysis.alpha,
        test=TESTS[rule.test],
    )


def subgroup_of(eligible: Eligible, inside: Bools, draw: Ints) -> Eligible:
    """Eligible patients of a subgroup, by the same draws; a draw that has none takes those of all draws.

    Parameters
    ----------
    eligible : Eligible
        Patients of the trial.
    inside : (patient,)
        Of the bank.
    draw : (patient,)
        Parameter draw of each patient of the bank.
    """
    patients = eligible.patients[inside[eligible.patients]]
    own = [patients[draw[patients] == d] for d in eligible.draws]
    rows = [mine if len(mine) else patients for mine in own]
    counts = np.array([len(row) for row in rows])
    return replace(
        eligible,
        patients=patients,
        members=np.stack([np.resize(row, int(counts.max())) for row in rows]),
        counts=counts,
    )


def run_enrichment(setting: Setting) -> Conducted:
    """Conduct of a block of enrichment trials; where the subgroup alone goes on, arrivals are as rare as it is.

    Parameters
    ----------
    setting : Setting
        Trial with a table [enrichment].
    """
    rule, inside = setting.trial.enrichment, members(setting)
    assert rule is not None
    prevalence = float(inside[setting.eligible.patients].mean())
    design, planned = enrichment_design(setting, prevalence), setting.data()
    b = planned.block
    day = decision_days(b.entry, rule.first, rule.lag)
    one, since = b.entry <= day[:, None], day[:, None] - b.entry
    interim = [statistics(planned, one & group, since)[:, 0] for group in (True, inside[b.who])]
    decision = design.decide(*interim)
    alone, stops = decision == Decision.SUBGROUP.value, decision == Decision.STOP.value
    drawn = setting.scenario.truth is not Truth.AVERAGE
    group = subgroup_of(setting.eligible, inside, setting.bank.draw)
    others, _ = sample(group, b.patients, setting.trial.seed, b.block, by_draw=drawn)
    new = ~one & alone[:, None]
    entry = np.where(new, day[:, None] + (b.entry - day[:, None]) / prevalence, b.entry)
    entered = one | ~stops[:, None]
    changed = Adapted(b.arm, np.where(entered, entry, np.inf), np.where(new, others, b.who))
    data = setting.data(changed)
    within = inside[data.block.who]
    first, second = (
        np.concatenate([statistics(data, stage), statistics(data, stage & within)], axis=1)
        for stage in (one, entered & ~one)
    )
    rejected = design.reject(first, second, decision)
    weights = np.sqrt(np.array([design.first, design.second]) / (design.first + design.second))
    combined = weights[0] * first + weights[1] * second
    each = [estimates(data, entered), estimates(data, entered & within)]
    ending = Ending(
        look=np.where(stops, 0, 1),
        stop=np.where(stops, int(Stop.FUTILITY), int(Stop.COMPLETE)),
        rejected=np.asarray(rejected.any(axis=1, keepdims=True)),
        z=np.where(alone, combined[:, 1], combined[:, 0])[:, None],
        estimate=np.where(alone[:, None], each[1], each[0]),
        information=gathered(data, entered),
        day=np.where(stops, day, last_day(data, entered)),
    )
    return Conducted(data, ending, entered, _adapted(decision, rejected))


def _adapted(decision: Ints, rejected: Bools) -> dict[str, Floats]:
    """Decisions and what was shown, by name."""
    names = {
        Decision.BOTH: "both",
        Decision.FULL: "all_patients",
        Decision.SUBGROUP: "subgroup",
        Decision.STOP: "stops",
    }
    made = {name: (decision == d.value).astype(float) for d, name in names.items()}
    shown = {"shown_in_all": rejected[:, 0], "shown_in_subgroup": rejected[:, 1]}
    return made | {name: hits.astype(float) for name, hits in shown.items()}
