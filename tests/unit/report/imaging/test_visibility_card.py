from __future__ import annotations

import pytest

from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.imaging.visibility_card import visibility_card
from hepatica.therapy import TRACERS
from hepatica.words import say


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_tracer_is_said_to_see_fate(found: SubjectAnalysis, lang: str) -> None:
    table = visibility_card(found, lang).table
    assert table is not None and table.iloc[:, 0].tolist() == list(TRACERS)
    for sight in ("differentiation", "division"):
        assert set(table[say(f"image.sight_{sight}", lang)]) == {say("image.answer_no", lang)}
    iron = table.set_index(table.columns[0]).loc["iron_oxide"]
    assert iron.iloc[0] == say("image.iron", lang) and say("image.never", lang) in iron.tolist()
