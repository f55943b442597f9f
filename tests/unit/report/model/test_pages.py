"""Pages of the model: a panel for each output, a line for each run, and short lists of numbers."""

import json

import pytest

from hepatica.behaviour.simulate import simulate_behaviour
from hepatica.behaviour.views import MODULE_VIEWS
from hepatica.report.model.pages import _narrow, figure, pages


@pytest.mark.parametrize("module", ["portal", "cells"])
def test_a_panel_for_each_output_and_a_line_for_each_run(system, module):
    shown = simulate_behaviour(system, module)
    axes = figure(system, shown).axes
    assert [ax.get_title(loc="left") for ax in axes] == list(MODULE_VIEWS[module].outputs)
    assert {len(ax.get_lines()) for ax in axes} == {len(shown.scenario.runs)}


def test_every_page_shows_its_figure(model):
    made = pages(model)
    assert set(made) == {"index.md", *(f"{m}.md" for m in model.modules)}
    for m in model.modules:
        assert f"img/{m}.svg" in made[f"{m}.md"] and MODULE_VIEWS[m].title in made[f"{m}.md"]


def test_lists_of_numbers_stand_on_one_line():
    value = {"a": [1.5, 2.0], "b": {"c": [3]}}
    text = _narrow(json.dumps(value, indent=1))
    assert json.loads(text) == value and '"a": [1.5, 2.0]' in text
