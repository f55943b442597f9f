"""One simulated trial is that of the run of many."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import Simulator
from hepatica.trials.virtual.simulated import simulate_one

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
