"""One simulated trial is that of the run of many."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import Simulator
from hepatica.trials.virtual.simulated import simulate_one

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
AVERAGE = Scenario("label_is_cells", Truth.AVERAGE)


def test_it_is_the_trial_of_that_number(make_trial, flat_bank):
    trial = make_trial(visits={"days": ["7 d"], "missed": 0.1})
    bank = flat_bank(trial, (0.01, 0.005), transplant=0.003)
    many = Simulator.of(trial, bank).run(AVERAGE, 300)
    for number in (0, 7, 260):
        one = simulate_one(trial, bank, AVERAGE, number)
        deaths = [int(np.isfinite(one.death[one.arm == a]).sum()) for a in (0, 1)]
        assert deaths == many.deaths[number].tolist() and one.histories["death"].event.sum() == sum(deaths)
        assert (np.diff(one.entry) > 0).all() and (one.end <= 100).all()


def test_nothing_lies_after_the_end(make_trial, flat_bank):
    trial = make_trial(dropout={"per_month": 0.5})
    bank = flat_bank(trial, (0.01, 0.01))
    bank.outcomes["label_is_cells"].infection[...] = 50.0
    one = simulate_one(trial, bank, AVERAGE)
    for day in (*one.events.values(), one.death, one.transplant, one.dropout):
        assert (day[np.isfinite(day)] <= one.end[np.isfinite(day)]).all()
    assert np.isfinite(one.events["infection"]).sum() == (one.end >= 50).sum()
    with pytest.raises(InputError, match="number"):
        simulate_one(trial, bank, AVERAGE, -1)


@pytest.mark.parametrize(
    "changes",
    [
        {"platform": {"per_arm": 20, "first": 10}, "arm": THREE},
        {"seamless": {"first": 40}, "arm": THREE},
        {"blinded_re_estimation": {"first": 40, "effect": 0.5}},
        {"enrichment": {"subgroup": "meld >= 22", "first": 40}},
    ],
)
def test_an_adaptive_trial_has_those_whom_it_randomised(make_trial, flat_bank, changes):
    trial = make_trial(**changes)
    bank = flat_bank(trial, np.linspace(0.01, 0.006, len(trial.arm)))
    many = Simulator.of(trial, bank).run(AVERAGE, 30)
    for number in (0, 5, 29):
        one = simulate_one(trial, bank, AVERAGE, number)
        assert np.bincount(one.arm, minlength=len(trial.arm)).tolist() == many.randomised[number].tolist()
        deaths = [int(np.isfinite(one.death[one.arm == a]).sum()) for a in range(len(trial.arm))]
        assert deaths == many.deaths[number].tolist()
        assert (
            (np.diff(one.entry) >= 0).all()
            and np.isfinite(one.entry).all()
            and len(one.histories["death"].time) == len(one.arm)
        )


def test_an_escalation_has_the_patients_of_its_cohorts(make_trial, flat_bank):
    trial = make_trial(arm=THREE[1:], endpoint=[], patients=12, dose_finding={"toxicity": ["death"]})
    one = simulate_one(trial, flat_bank(trial, (0.0, 0.01, 0.02)), AVERAGE, 3)
    assert len(one.arm) % 3 == 0 and one.arm[0] == 0 and one.histories == {} and (np.diff(one.entry) >= 0).all()
