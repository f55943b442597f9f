"""Scenarios: what they put where, on states and parameters that the model has."""

import numpy as np
import pytest

from hepatica.behaviour.scenarios import SCENARIOS


@pytest.mark.parametrize("key", SCENARIOS)
def test_a_scenario_asks_for_what_the_model_has(system, key):
    scenario = SCENARIOS[key]()
    assert scenario.runs and scenario.axis and np.all(np.diff(scenario.times) > 0)
    for run in scenario.runs:
        assert set(run.changes) <= set(system.parameters)
        assert {state for _, state, _, _ in run.rows} <= set(system.states)
        assert all(t >= scenario.start for t, *_ in run.rows)
        assert run.hypothesis in ("", "label_is_cells", *system.model.hypotheses) and 0 < run.hepatocytes_left <= 1
    assert not scenario.swept or scenario.swept in system.parameters


def test_runs_of_a_scenario_differ():
    for key, make in SCENARIOS.items():
        labels = [run.label for run in make().runs]
        assert len(set(labels)) == len(labels), key
