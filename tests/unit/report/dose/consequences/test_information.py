"""Card of what to learn next: both languages, a trial that pays and one that does not."""

from dataclasses import replace

import pytest
from matplotlib.container import BarContainer

from hepatica.dose_summary.information import SIZES, Group, information
from hepatica.report import names
from hepatica.report.dose.consequences.information import figure, group_name, what_to_learn
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_names_a_study_and_a_group(found, lang):
    card = what_to_learn(found, lang)
    learning = information(found)
    assert len(card.text) == 2 * len(learning.by_hypothesis) + 1
    assert str(learning.by_hypothesis[0].best_trial.people) in card.text[0]
    leading = learning.by_hypothesis[0].leading
    assert all(group_name(g, lang).split("\n")[0] in card.text[1] for g in leading)
    assert len({group_name(g, lang) for g in Group}) == len(Group)


def test_a_trial_that_is_too_dear_is_not_proposed(found):
    verdict = found.study.verdict.model_copy(update={"trial_cost": 30_000.0})
    dear = replace(found, study=found.study.model_copy(update={"verdict": verdict}))
    assert "is worth its cost" in what_to_learn(dear, "en").text[0]


def test_the_figure_has_a_bar_for_each_group_and_a_point_for_each_size(found):
    learning = information(found)
    left, right = figure(learning, "en").axes
    bars = [c for c in left.containers if isinstance(c, BarContainer)]
    assert [len(c) for c in bars] == [len(Group)] * len(learning.by_hypothesis)
    lines = [c.lines[0] for c in right.containers]
    assert [list(line.get_xdata()) for line in lines] == [list(SIZES)] * len(learning.by_hypothesis)


def test_every_value_has_its_error(found):
    learning = information(found)
    best, everything = learning.by_hypothesis[0].best_trial, learning.by_hypothesis[0].everything
    text = what_to_learn(found, "en").text
    assert names.with_error(best.per_patient_error, 2) in text[0] and " ± " in text[0]
    assert f"{names.number(everything.mean, 2)}{names.with_error(everything.error, 2)}" in text[1]


def test_without_cells_it_says_so(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert what_to_learn(replace(found, decision=none), "en").figure is None
