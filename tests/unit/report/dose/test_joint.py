"""Card of survival and recovery together: both languages, its figure, and the sentence on survivors."""

import pytest

from hepatica.dose_summary.joint_recovery import joint_courses
from hepatica.report import names
from hepatica.report.dose.joint import STATES, figure, joint_card
from hepatica.words import LANGUAGES, say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_has_a_row_for_each_arm_and_day(found, lang):
    card, care = joint_card(found, lang), joint_courses(found)[0]
    assert len(card.text) == 2 + len(found.courses) and len(card.table) == 2 * (1 + len(found.courses))
    last = float(care.time[-1])
    assert names.number(care.selection(last)) in card.text[1] and say("report.joint", lang) == card.title
    assert not card.table.map(lambda text: "nan" in text).any().any()


def test_the_figure_shows_everybody_and_the_survivors(found):
    drawn = figure(joint_courses(found), "en")
    above, below = drawn.axes[: 1 + len(found.courses)], drawn.axes[1 + len(found.courses) :]
    assert all(len(ax.collections) == len(STATES) for ax in above)
    assert all(len(ax.lines) == 4 for ax in below) and len(below) == len(above)
