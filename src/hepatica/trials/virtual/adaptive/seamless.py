"""Seamless phase 2/3 on the bank: doses selected at an interim decision, stages combined by closed testing.

The statistic of stage 1 is that of its own patients with their planned follow-up, whatever was decided, so that the
combination keeps the familywise error for any selection, by an early endpoint too (Jenkins, Stone and Jennison 2011,
Pharm Stat 10:347).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.adaptive.closed_testing import Bonferroni, Dunnett, Intersection, Sidak, Simes
from hepatica.trials.confirmatory.adaptive.seamless import SeamlessDesign, Selection
from hepatica.trials.definition.adaptive_tables import ClosedTest, SelectionRule
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.setting import Setting, estimates, gathered, last_day, only, statistics
from hepatica.trials.virtual.adaptive.stages import decision_days, second_stage_arms
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import Adapted
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
SELECTIONS = {
    SelectionRule.BEST: Selection.BEST,
    SelectionRule.WITHIN: Selection.WITHIN,
    SelectionRule.ALL: Selection.ALL,
}


def seamless_design(trial: Trial) -> SeamlessDesign:
    """Rules of selection and of testing, on the scale of z.

    Parameters
    ----------
    trial : Trial
        With a table [seamless].
    """
    rule = trial.seamless
    assert rule is not None
    share = trial.ratio[1] / (trial.ratio[0] + trial.ratio[1])
    tests: dict[ClosedTest, Intersection] = {
        ClosedTest.DUNNETT: Dunnett(share),
        ClosedTest.SIMES: Simes(),
        ClosedTest.SIDAK: Sidak(),
        ClosedTest.BONFERRONI: Bonferroni(),
    }
    return SeamlessDesign(
        first=rule.first,
        second=trial.patients - rule.first,
        selection=SELECTIONS[rule.selection],
        distance=rule.distance,
        futility=-np.inf if rule.futility is None else rule.futility,
        alpha=trial.analysis.alpha,
        test=tests[rule.test],
    )


def run_seamless(setting: Setting) -> Conducted:
    """Conduct of a block of seamless trials.

    Parameters
    ----------
    setting : Setting
        Trial with a table [seamless].
    """
    trial, rule, design = setting.trial, setting.trial.seamless, seamless_design(setting.trial)
    assert rule is not None
    planned = setting.data()
    b = planned.block
    day = decision_days(b.entry, rule.first, rule.lag)
    one = b.entry <= day[:, None]
    by = next((e for e in trial.endpoint if e.name == rule.by), trial.primary)
    until = only(one, day[:, None] - b.entry)
    interim = [compare(planned, by, a, until=until, estimate=False).z for a in range(1, len(trial.arm))]
    selected = design.select(np.stack(interim, axis=1))
    goes = np.asarray(selected.any(axis=1))
    entered = one | goes[:, None]
    arm = np.where(one, b.arm, second_stage_arms(b, selected, one))
    data = setting.data(Adapted(arm=arm, entry=np.where(entered, b.entry, np.inf)))
    first, second = statistics(data, one), statistics(data, entered & ~one)
    weights = np.sqrt(np.array([design.first, design.second]) / (design.first + design.second))
    ending = Ending(
        look=np.where(goes, 1, 0),
        stop=np.where(goes, int(Stop.COMPLETE), int(Stop.FUTILITY)),
        rejected=design.reject(first, second, selected),
        z=np.where(selected, weights[0] * first + weights[1] * second, first),
        estimate=estimates(data, entered),
        information=gathered(data, entered),
        day=np.where(goes, last_day(data, entered), day),
    )
    on = {f"goes_on:{trial.arm[a + 1].name}": selected[:, a].astype(float) for a in range(selected.shape[1])}
    return Conducted(data, ending, entered, on | {"stops": (~goes).astype(float)})
