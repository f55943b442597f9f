"""Tests of every endpoint over arms beside the designs' own, and Dunnett's level by simulation."""

import numpy as np
import pytest

from hepatica.trials.definition.analysis_tables import Analysis
from hepatica.trials.virtual.adaptive.arm_tests import ArmTest, arm_test, critical_value, endpoint_margin
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.simulate import Simulator

DOSES = [{"name": "care"}, *({"name": d, "dose": f"{d} cells/kg"} for d in ("5e5", "1e6", "2e6"))]
DEATH, DAYS = {"name": "death", "kind": "survival", "primary": True}, {"name": "days", "kind": "quality_adjusted_days"}
SHAPES = {"model": [{"shape": "linear"}, {"shape": "emax", "ed50": "5e5 cells/kg"}], "effect": 0.3}
DESIGNS = {
    "two arms": ({"arm": DOSES[:2]}, ArmTest.SINGLE),
    "holm": ({}, ArmTest.BONFERRONI),
    "hierarchical": ({"analysis": {"multiplicity": "hierarchical"}}, ArmTest.HIERARCHICAL),
    "seamless, Dunnett": ({"seamless": {"first": 60}}, ArmTest.DUNNETT),
    "seamless, Simes": ({"seamless": {"first": 60, "test": "simes"}}, ArmTest.BONFERRONI),
    "platform": ({"platform": {"per_arm": 30}}, ArmTest.EACH),
    "platform, familywise": ({"platform": {"per_arm": 30, "familywise": True}}, ArmTest.BONFERRONI),
    "MCP-Mod": ({"mcp_mod": SHAPES}, ArmTest.CONTRASTS),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_margin_of_an_endpoint_is_by_the_test_of_the_design(make_trial, flat_bank, name):
    changes, test = DESIGNS[name]
    trial = make_trial(**({"arm": DOSES} | changes), patients=160, endpoint=[DEATH, DAYS])
    bank, scenario = (
        flat_bank(trial, [0.012, 0.008, 0.008, 0.008][: len(trial.arm)]),
        Scenario("label_is_cells", Truth.NULL),
    )
    simulator = Simulator.of(trial, bank)
    data = EndpointData.of(TrialBlock(trial, scenario, bank, eligible_patients(bank, trial), 0, 160))
    assert arm_test(trial, trial.primary) is test
    assert arm_test(trial, trial.endpoint[1]) is (ArmTest.DUNNETT if test is ArmTest.CONTRASTS else test)
    margin = endpoint_margin(data, trial.primary)
    records = simulator.block(scenario, 0, True)
    assert records.secondary["death"] == pytest.approx(margin) and set(records.secondary) == {"death", "days"}
    if name in ("two arms", "holm", "hierarchical", "MCP-Mod"):  # without looks the endpoint's test is the trial's own
        assert ((margin >= 0) == records.success).all()
    else:
        z = np.stack([compare(data, trial.primary, a).z for a in (1, 2, 3)], axis=1)
        each = {ArmTest.DUNNETT: 2.349, ArmTest.BONFERRONI: 2.394, ArmTest.EACH: 1.96}  # Dunnett 1955; normal quantiles
        assert ((margin >= 0) == (z >= each[test] + 1e-3).any(axis=1)).all()


def test_dunnett_of_the_planned_ratio_holds_its_level():
    class Plan:
        ratio, arm = (2, 1, 1), ("care", "a", "b")
        analysis = Analysis()

    rng = np.random.default_rng(4)
    shared, own = rng.normal(0, np.sqrt(0.5), (400_000, 1)), rng.normal(0, 1, (400_000, 2))
    z = (own - shared) / np.sqrt(1.5)
    assert (z >= critical_value(Plan(), ArmTest.DUNNETT)).any(axis=1).mean() == pytest.approx(0.025, abs=8e-4)
