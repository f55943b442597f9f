"""Escalations patient by patient: decisions replayed from the patients' own outcomes, order in time, and selection."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import advance
from hepatica.trials.dose_finding.state import STOPS
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.escalation.designs import design_of
from hepatica.trials.virtual.escalation.patients import escalate_patients, onset

AVERAGE = Scenario("label_is_cells", Truth.AVERAGE)
LEVELS = [{"name": d, "dose": f"{d} cells/kg"} for d in ("1e5", "1e6", "1e7")]
PLAN = {"arm": LEVELS, "endpoint": [], "patients": 24, "centre": [{"name": "a", "per_month": 3}]}
RISING = (0.0, 0.0005, 0.004, 0.05)  # deaths a day without cells and by level: 1, 11 and 75 % by day 28
RULE = {"toxicity": ["death"], "target": 0.25}


def escalated(make_trial, flat_bank, **rule):
    trial = make_trial(**PLAN, dose_finding=RULE | rule)
    return trial, escalate_patients(trial, flat_bank(trial, RISING[:4]), AVERAGE, 0)


@pytest.mark.parametrize("name", ["boin", "3+3", "crm", "ewoc"])
def test_each_decision_is_that_of_the_design_on_what_patients_had(make_trial, flat_bank, name):
    trial, made = escalated(make_trial, flat_bank, design=name)
    b, toxic = made.data.block, np.isfinite(onset(made.data, trial))
    for t in range(6):
        design, who = design_of(name, trial), np.flatnonzero(made.entered[t])
        state, at = design.begin(1), 0
        while True:
            size = int(design.cohort_size(state)[0])
            cohort = who[at : at + size]
            assert (b.arm[t, cohort] == state.level[0]).all()
            if at:
                assert b.entry[t, cohort].min() >= b.entry[t, who[:at]].max() + 28 - 1e-9
            hits = int(toxic[t, cohort].sum())
            last = np.array([[size - hits, hits]])
            state.counts[0, state.level[0]] += last[0]
            state, why = advance(design, state, last)
            at += size
            if STOPS[why][0]:
                break
        assert at == len(who) and design.select(state)[0] == made.selected[t]
    assert (np.diff(np.where(made.entered, b.entry, 1e9), axis=1) >= 0).all()


@pytest.mark.parametrize("name", ["tite_boin", "tite_crm"])
def test_pending_designs_do_not_wait_and_select_alike(make_trial, flat_bank, name):
    trial, made = escalated(make_trial, flat_bank, design=name)
    b, toxic = made.data.block, np.isfinite(onset(made.data, trial)) & made.entered
    steps = np.diff(b.arm, axis=1)[made.entered[:, 1:]]
    assert (b.arm[made.entered[:, 0], 0] == 0).all() and (steps <= 1).all()  # no level is skipped on the way up
    slow = escalated(make_trial, flat_bank, design="boin")[1]
    last = [np.where(m.entered, m.data.block.entry, -np.inf).max(axis=1).mean() for m in (made, slow)]
    assert last[0] < last[1] and (made.selected == 1).mean() > 0.6
    rate = [toxic[b.arm == k].sum() / (made.entered & (b.arm == k)).sum() for k in (0, 1, 2)]
    assert rate == pytest.approx([0.014, 0.106, 0.753], abs=0.05)


def test_response_is_counted_with_toxicity(make_trial, flat_bank):
    trial, made = escalated(make_trial, flat_bank, design="boin12", response="alive == 1", least_response=0.1)
    assert made.entered[:, 0].all() and set(np.unique(made.selected)) <= {-1, 0, 1, 2}
    assert np.isin(made.selected, (0, 1)).mean() > 0.8


def test_delivered_doses_are_refused(make_trial, flat_bank):
    lots = {"batches": {"shares": [0.5], "chances": [0.2]}}
    trial = make_trial(**PLAN, **lots, dose_finding=RULE | {"counted_at": "nearest"})
    with pytest.raises(InputError, match="assigned"):
        escalate_patients(trial, None, AVERAGE, 0)
