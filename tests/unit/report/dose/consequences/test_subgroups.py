"""Card of whom it helps: shares, subgroups and rules in words."""

from dataclasses import replace

import pytest

from hepatica.dose_summary.subgroups import whom_it_helps
from hepatica.dosing.groups.dosing_rule import Leaf, RuleValue, Split
from hepatica.report.dose.consequences import subgroups
from hepatica.report.dose.consequences.subgroups import figure, whom
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_hypothesis_has_its_share_and_every_subgroup_a_row(found, lang):
    card, told = whom(found, lang), whom_it_helps(found)
    assert len(card.text) == 1 + len(told) and "%" in card.text[1]
    assert len(card.table) == sum(len(r.subgroups) for r in told) and card.table.shape[1] == 6


@pytest.mark.parametrize("lost, named", [(1.9, False), (2.1, True)])
def test_another_regimen_is_best_in_a_subgroup_only_beyond_two_errors(found, monkeypatch, lost, named):
    told = whom_it_helps(found)
    other = next(arm for arm in range(1, len(found.decision.arms)) if arm not in (*told[0].arms, found.decision.top))
    row = replace(told[0].subgroups[0], best=len(told[0].arms), lost=lost, lost_error=1.0)
    helped = replace(told[0], arms=(*told[0].arms, other), subgroups=(row,))
    monkeypatch.setattr(subgroups, "whom_it_helps", lambda a: (helped,))
    shown = whom(found, "en").table.iloc[0, 3]
    assert (shown == found.decision.arms[other].name) == named != (shown == "not told from the dose")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("gain", [0.1, 5.0])
def test_a_rule_is_written_out_only_where_it_beats_one_dose(found, monkeypatch, lang, gain):
    rule = RuleValue(Split(0, 21.5, Leaf(0, 20), Leaf(1, 20)), gain, 1.0, 2.0, 0.9)
    told = tuple(replace(r, rule=rule) for r in whom_it_helps(found))
    monkeypatch.setattr(subgroups, "whom_it_helps", lambda a: told)
    text = " ".join(whom(found, lang).text)
    assert ("21.5" in text) == (gain > 2) and "90" in text


def test_the_figure_has_a_panel_for_each_hypothesis(found):
    told = whom_it_helps(found)
    assert len(figure(told, "en").axes) == len(told)


def test_without_cells_it_says_so(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert whom(replace(found, decision=none), "en").table is None
