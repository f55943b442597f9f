"""Cards of harms and of transplants: every harm has a row, and what competes adds up."""

from dataclasses import replace

import pytest

from hepatica.report.dose.consequences.harms import forest, harms, transplants
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_harm_is_in_the_forest(found, lang):
    every = found.study.utility.utility().harms
    (ax,) = forest(found, lang).axes
    assert [t.get_text() for t in ax.get_yticklabels()] == [h.label[lang] for h in every]
    assert all(h.label[lang] in harms(found, lang).text[1] for h in every)


def test_a_limit_is_drawn_where_a_study_sets_one(found):
    utility = found.study.utility.model_copy(update={"limit": {"thrombosis": 0.05}})
    limited = replace(found, study=found.study.model_copy(update={"utility": utility}))
    assert len(forest(limited, "en").axes[0].lines) == len(forest(found, "en").axes[0].lines) + 1


def test_without_cells_there_is_no_forest(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    assert harms(replace(found, decision=none), "en").figure is None


def test_transplants_are_told_where_there_are_any(found, ask):
    assert transplants(found, "en").table is None
    card = transplants(ask(transplant_rate=0.05), "zh")
    assert len(card.table) >= 4 and card.table.shape[1] == 8
