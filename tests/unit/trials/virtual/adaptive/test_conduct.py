"""Conduct by design: every design is reached, and no number depends on workers or on how many trials follow."""

import numpy as np
import pytest

from hepatica.trials.definition.adaptive_tables import ADAPTIVE
from hepatica.trials.virtual.adaptive.conduct import changes_conduct
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import Simulator

THREE = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
GIVEN = {
    "re_estimation": {"look": [{"fraction": 0.5}], "re_estimation": {}},
    "response_adaptive": {"response_adaptive": {"every": 30, "replicates": 39}},
    "bayesian": {"look": [{"fraction": 0.5}], "bayesian": {}},
    "seamless": {"arm": THREE, "seamless": {"first": 30}},
    "enrichment": {"enrichment": {"subgroup": "meld >= 22", "first": 30}},
    "platform": {"arm": THREE, "platform": {"per_arm": 20, "first": 10}},
    "blinded_re_estimation": {"blinded_re_estimation": {"first": 30, "effect": 0.6, "may_shrink": True}},
    "mcp_mod": {"arm": THREE, "mcp_mod": {"model": [{"shape": "emax", "ed50": "5e5 cells/kg"}], "effect": 0.3}},
}


@pytest.mark.parametrize("name", ADAPTIVE)
def test_bytes_do_not_depend_on_workers(make_trial, flat_bank, name):
    trial = make_trial(patients=60, **GIVEN[name])
    bank = flat_bank(trial, np.linspace(0.012, 0.006, len(trial.arm)))
    simulator, drawn = Simulator.of(trial, bank), Scenario("label_is_cells", Truth.DRAWN)
    one = simulator.run(drawn, 500, workers=1, secondary=10)
    for workers in (2, 4):
        other = simulator.run(drawn, 300, workers=workers, secondary=10)
        for field in ("z", "estimate", "day", "rejected", "randomised", "size"):
            assert getattr(one, field)[:300].tobytes() == getattr(other, field).tobytes()
        for key, values in one.adapted.items():
            assert values[:300].tobytes() == other.adapted[key].tobytes()
    assert changes_conduct(name) == (name != "bayesian") and "death" in one.secondary
