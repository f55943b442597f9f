from __future__ import annotations

from dataclasses import replace

import pytest

from hepatica.imaging.guidance.advice import Verdict
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.imaging.advice_card import advice_card


def test_every_option_is_a_row_and_the_verdict_comes_first(found: SubjectAnalysis) -> None:
    assert found.advice is not None
    for verdict, says in ((Verdict.STOP, "Stop"), (Verdict.NO_GAIN, "No further cells"), (Verdict.GIVE, "Give")):
        card = advice_card(replace(found, advice=replace(found.advice, verdict=verdict)), "en")
        assert says in card.text[0]
        assert card.table is not None and len(card.table) == len(found.advice.options)
    poorer = advice_card(replace(found, advice=replace(found.advice, is_poorer=True)), "en")
    assert "poorer than expected" in " ".join(poorer.text)


def test_where_retention_is_poorer_the_route_that_keeps_most_is_named(found: SubjectAnalysis) -> None:
    assert found.advice is not None
    option = found.advice.options[0]
    seen = found.advice.seen._replace(mean=0.01)
    other = replace(option, delivery=option.delivery._replace(route="portal_vein", mean=0.3))
    poorer = replace(found.advice, is_poorer=True, seen=seen, options=(option, other))
    assert "most would stay by **portal vein**: 30 %" in advice_card(replace(found, advice=poorer), "en").text[-1]
    nowhere = replace(poorer, seen=seen._replace(mean=0.5))
    assert "poorer than expected" in advice_card(replace(found, advice=nowhere), "en").text[-1]


def test_without_a_question_there_is_no_answer(found: SubjectAnalysis) -> None:
    with pytest.raises(ValueError, match="no next dose"):
        advice_card(replace(found, advice=None), "en")
