"""Cards of the causes of death and of the five years after the horizon."""

import pytest

from hepatica.report.dose import long_term
from hepatica.report.page import section
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cause_and_their_sum_for_each_arm(found, lang):
    card = long_term.causes(found, lang)
    assert len(card.table) == 9 and len(card.table.columns) == 2 + len(found.courses)
    assert section(card, lang).svg.count("<text") > 9


def test_five_years_of_each_arm(found):
    card = long_term.five_years(found, "en")
    assert len(card.table) == 1 + len(found.long_term) and card.text[0].startswith("**An extrapolation.**")
    figure = card.figure()
    assert [len(ax.get_lines()) for ax in figure.axes] == [1 + len(found.long_term)] * len(figure.axes)


def test_a_horizon_of_five_years_leaves_no_tail(ask):
    long = ask(horizon="1830 d", grid={"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]})
    assert long.long_term == {} and long_term.five_years(long, "zh").table is None
