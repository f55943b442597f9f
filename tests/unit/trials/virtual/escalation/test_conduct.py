"""Conduct of escalations: each kind of design against its own simulator, and the duration of the trial."""

import numpy as np
import pytest

from hepatica.trials.definition.dose_finding_table import DesignName
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.virtual.escalation.conduct import LevelTruth, accrual_of, design_characteristics, run_escalation
from hepatica.trials.virtual.escalation.outcomes import delivered_curve

ARMS = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("low", "1e5"), ("mid", "1e6"), ("high", "1e7"))]
P = np.array([0.1, 0.3, 0.55])


@pytest.fixture
def trial(make_trial):
    def make(**rule):
        given = {"target": 0.3, "toxicity": ["bleeding"]} | rule
        lots = {"patients": 1, "shares": [0.5], "chances": [0.4]} if "counted_at" in rule else {}
        return make_trial(arm=ARMS, patients=18, endpoint=[], dose_finding=given, batches=lots)

    return make


def test_own_trials_are_those_of_the_designs_simulator(trial):
    for name in (DesignName.BOIN, DesignName.TITE_BOIN):
        t, level = trial(design=name.value), LevelTruth(toxicity_truth(P, 0.3), None, 0.5)
        run = run_escalation(t, level, np.arange(400))
        c, days = design_characteristics(name, t, level, 400)
        assert np.bincount(run.selected[run.selected >= 0], minlength=3) / 400 == pytest.approx(c.selection)
        assert run.treated.mean(axis=0) == pytest.approx(c.patients) and days > 0


def test_waiting_for_whole_outcomes_takes_longer(trial):
    level = LevelTruth(toxicity_truth(P, 0.3), None, 0.5)
    t = trial()
    days = {n: design_characteristics(n, t, level, 300)[1] for n in (DesignName.BOIN, DesignName.TITE_BOIN)}
    assert days[DesignName.TITE_BOIN] < days[DesignName.BOIN]
    rate = accrual_of(t, 0.5).rate
    assert rate == pytest.approx(10 * 12 / 365.25)
    assert days[DesignName.BOIN] <= 18 / rate + 6 * 28 + 1e-9


def test_naive_counting_selects_overdoses_more_often(trial):
    shares = np.stack([P, np.array([0.02, 0.05, 0.1])], axis=1)
    level = LevelTruth(toxicity_truth(P, 0.3), delivered_curve(trial(counted_at="nearest"), shares), 0.5)
    picked = {way: run_escalation(trial(counted_at=way), level, np.arange(800)) for way in ("nearest", "evaluable")}
    naive = LevelTruth(toxicity_truth(0.6 * shares[:, 0] + 0.4 * shares[:, 1], 0.3), None, 0.5)
    assigned = run_escalation(trial(), naive, np.arange(800))
    for run in picked.values():
        assert (run.selected == 2).mean() < (assigned.selected == 2).mean()
        assert (run.toxic <= run.treated).all() and (run.treated.sum(axis=1) <= 18).all()
