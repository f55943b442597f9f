import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.feasible.attribution import AsAssigned, ReachedDelivered
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_replay import DeliveredCohort, replay_feasible
from hepatica.trials.dose_finding.feasible.feasible_simulation import run_feasible
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule
from hepatica.trials.dose_finding.feasible.shortfall import LotYield
from hepatica.trials.dose_finding.state import Reason

DOSES = (1.0, 2.0, 4.0)
RULES = [
    ContinuousCrm(doses=DOSES, max_patients=12, skeleton=(0.1, 0.25, 0.4), target=0.25),
    *(
        CountRule(doses=DOSES, max_patients=12, design=boin(0.25, 3, 12), attribution=attribution)
        for attribution in (AsAssigned(), ReachedDelivered())
    ),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_replay_of_simulated_trials_recommends_what_they_did(rule):
    curve = DoseCurve(doses=DOSES, toxicity=(0.1, 0.25, 0.5))
    record = run_feasible(rule, curve, LotYield(median=2.0, cv=0.8), np.arange(25), 1)
    for trial in range(25):
        history = [
            DeliveredCohort(
                int(record.assigned[trial, first]) + 1,
                tuple(record.dose[trial, first : first + 3]),
                tuple(record.toxic[trial, first : first + 3]),
            )
            for first in range(0, 12, 3)
            if record.assigned[trial, first] >= 0
        ]
        rows = replay_feasible(rule, history)
        assert [row.next_level for row in rows[:-1]] == [cohort.level for cohort in history[1:]]
        assert rows[-1].reason == record.reason[trial]
        assert (rows[-1].selected or 0) == record.selected[trial] + 1


def test_what_was_reached_is_said():
    rows = replay_feasible(RULES[2], [DeliveredCohort(2, (0.9, 0.8, 1.1), (False,) * 3)])
    assert (rows[0].reached, rows[0].next_level) == (1, 2)
    none = replay_feasible(RULES[2], [DeliveredCohort(1, (0.5,), (False,))])[0]
    assert none.reached is None and none.selected is None and none.reason is Reason.STAY


@pytest.mark.parametrize(
    "cohort",
    [
        DeliveredCohort(4, (1.0,), (False,)),
        DeliveredCohort(1, (1.0,), (False, True)),
        DeliveredCohort(1, (), ()),
        DeliveredCohort(1, (0.0,), (False,)),
        DeliveredCohort(1, (float("nan"),), (False,)),
    ],
)
def test_cohorts_that_cannot_be_are_refused(cohort):
    with pytest.raises(InputError, match="history"):
        replay_feasible(RULES[0], [cohort])
