"""Views: each module once, in a scenario that exists, with outputs that the model has."""

from hepatica.behaviour.scenarios import SCENARIOS
from hepatica.behaviour.views import MODULE_VIEWS


def test_each_module_is_shown_in_a_scenario_that_exists(system):
    assert set(MODULE_VIEWS) == set(system.model.modules)
    for view in MODULE_VIEWS.values():
        assert view.scenario in SCENARIOS and view.title.endswith(".")
        assert 1 <= len(view.outputs) <= 4 and set(view.outputs) <= set(system.outputs)
