"""First screen: verdict, dose, four numbers with their errors, readers, and one picture of the leaders."""

from dataclasses import replace

import pytest

from hepatica.dosing import Form
from hepatica.report.dose.first_screen import first_screen, leaders
from hepatica.words import LANGUAGES, say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_four_numbers_and_three_readers(found, lang):
    head = first_screen(found, lang)
    form = found.decision.conclusion.form
    assert head.verdict == say(f"decision.form_{form.value}", lang) and head.dose and len(head.tiles) == 4
    assert len(head.lines) == 3 and head.figure is not None
    assert all(t.label and t.value and t.detail for t in head.tiles)
    assert "±" in head.tiles[0].value


@pytest.mark.parametrize(
    "form, tone", [(Form.GIVE, "yes"), (Form.TRIAL, "perhaps"), (Form.NOT, "no"), (Form.HARM, "no")]
)
def test_tone_and_dose_follow_the_verdict(found, form, tone):
    c = replace(found.decision.conclusion, form=form)
    head = first_screen(replace(found, decision=replace(found.decision, conclusion=c)), "en")
    assert head.tone == tone and head.dose.startswith("Most promising") == (tone == "no")


def test_the_picture_has_a_row_for_each_leader(found):
    left, right = leaders(found, "en").axes
    rows = [x for x in found.decision.conclusion.leaders if x.judgements]
    labels = left.get_yticklabels()
    assert len(labels) == len(rows) and sum(t.get_fontweight() == "bold" for t in labels) == 1
    assert left.get_ylim() == right.get_ylim()


def test_without_cells_the_verdict_says_so(found):
    none = replace(found.decision, conclusion=replace(found.decision.conclusion, dose=0))
    head = first_screen(replace(found, decision=none), "en")
    assert head.tiles == () and head.figure is None
