"""Second stage: only open arms, in their ratio, and randomised independently of the first."""

import numpy as np
import pytest

from hepatica.trials.virtual.adaptive.stages import second_stage_arms
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth

ARMS = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("a", "1e5"), ("b", "1e6"), ("c", "1e7"))]


@pytest.mark.parametrize("method", ["complete", "blocks", "minimisation"])
def test_only_open_arms_are_given_in_their_ratio(make_trial, flat_bank, method):
    arms = [{"name": "care", "ratio": 2}, *ARMS]
    randomisation = {"method": method, "strata": ["meld >= 20"]}
    trial = make_trial(arm=arms, patients=80, randomisation=randomisation)
    bank = flat_bank(trial, (0.01,) * 4)
    block = TrialBlock(
        trial, Scenario("label_is_cells", Truth.NULL), bank, eligible_patients(bank, trial), 0, trial.patients
    )
    one = np.broadcast_to(np.arange(80) < 20, (250, 80))
    selected = np.zeros((250, 3), bool)
    selected[:100, 1] = True
    selected[100:200, [0, 2]] = True
    made = second_stage_arms(block, selected, one)[:, 20:]
    assert set(np.unique(made[:100])) == {0, 2} and set(np.unique(made[100:200])) == {0, 1, 3}
    assert (made[200:] == block.arm[200:, 20:]).all()  # none goes on: nobody is recruited anyhow
    assert (made[:100] == 0).mean() == pytest.approx(2 / 3, abs=0.03)
    assert (made[100:200] == 0).mean() == pytest.approx(1 / 2, abs=0.03)
