"""Card of interactions."""

from dataclasses import replace

import pytest

from hepatica.report.window.cards import cards, terminal
from hepatica.report.window.interactions import figure, interaction_card
from hepatica.therapeutic_window.contrasts import Difference
from hepatica.therapeutic_window.interactions import Interaction
from hepatica.words import LANGUAGES

ENDPOINTS = ("net_gain", "survival", "thrombosis")


def one(hypothesis, treatment, delay, size, timing=0.0):
    def both(mean, error=0.1):
        return {e: Difference(mean, error, mean - 1.0, mean + 1.0) for e in ENDPOINTS}

    d = Difference(timing, 0.1, timing, timing)
    return Interaction(
        hypothesis=hypothesis,
        treatment=treatment,
        delay=delay,
        treatment_alone=both(2.0),
        cells_alone=both(3.0),
        both=both(5.0 + size),
        interaction=both(size),
        log_odds=Difference(0.25, 0.05, 0.1, 0.4),
        delayed=d,
        timing=d,
    )


@pytest.fixture(scope="module")
def window(found):
    made = []
    for h in found.study.hypotheses:
        for delay, timing in ((0.0, 0.0), (7.0, 1.5)):
            made += [one(h, "gcsf", delay, -2.0, timing), one(h, "plasma_exchange", delay, 1.0, -timing)]
            made += [one(h, "albumin", delay, 0.15), one(h, "antiviral", delay, 0.0)]
    return replace(found, interactions=tuple(made))


def test_each_kind_of_interaction_and_timing_is_said(window):
    text = "\n".join(interaction_card(window, "en").text)
    assert "More than additive with plasma exchange by 1.0 (± 0.1) days (0.0 to 2.0 over parameters)." in text
    assert "Less than additive with G-CSF by -2.0" in text and "Not told apart from additive: human albumin" in text
    assert "With G-CSF, cells begun 7 days after it add 1.5 (± 0.1) days more" in text
    assert "With plasma exchange, cells begun 7 days after it add 1.5 (± 0.1) days less" in text


def test_without_an_effect_of_the_order_that_is_said(window):
    same = replace(window, interactions=tuple(i for i in window.interactions if i.delay == 0))
    assert "The order of cells and treatment makes no difference" in interaction_card(same, "en").text[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_stands_in_report_and_terminal_with_its_table(window, lang):
    card = next(c for c in cards(window, lang) if c.key == "interactions")
    assert card.alt and "nan" not in card.markdown() and len(card.table) == 8
    assert [c.key for c in terminal(window, lang)][-1] == "interactions"
    assert len(window.interaction_table()) == 16


def test_the_figure_has_a_point_for_each_treatment_and_delay(window):
    drawn = figure(window, "en")
    points = [line for ax in drawn.axes for line in ax.get_lines() if line.get_marker() not in ("None", "", None)]
    assert len(points) == 2 * 2 and all(len(line.get_xdata()) == 4 for line in points)
