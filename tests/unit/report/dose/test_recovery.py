"""The card of metabolic recovery says what the recovery of the courses says, for any regimen and horizon."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import Normalize, to_rgb

from hepatica.dose_summary.courses import first_course
from hepatica.dose_summary.recovery import recovery_by_arm
from hepatica.outcomes.recovery import FUNCTIONS
from hepatica.outcomes.recovery import recovery as recovered
from hepatica.report import names
from hepatica.report.dose.recovery import HEAT, WHITE_INK, figure, function_name, metabolic_recovery
from hepatica.report.page import section
from hepatica.words import LANGUAGES, catalogue, say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_has_each_function_and_each_arm(found, lang):
    card = metabolic_recovery(found, lang)
    assert list(card.table.iloc[:, 0]) == [function_name(f.name, lang) for f in FUNCTIONS]
    assert card.table.shape[1] == 1 + 2 * (1 + len(found.study.hypotheses))
    assert len(card.text) == 2 + len(found.study.hypotheses) and section(card, lang).svg
    assert all(f"report.function_{f.name.replace(' ', '_').lower()}" in catalogue() for f in FUNCTIONS)


def test_its_numbers_are_those_of_the_courses(found):
    card, ds = metabolic_recovery(found, "en"), first_course(found)
    r = recovered(ds, days=[28.0])
    arm = say("report.standard_care", "en")
    assert list(card.table[say("report.col_back", "en", arm=arm)]) == [
        names.number(100 * float(x), 0) for x in r["share_back"][0]
    ]
    assert list(card.table[say("report.col_half_day", "en", arm=arm)]) == [
        names.number(float(x), 0) for x in r["median_day"][0]
    ]


def test_the_order_is_that_of_the_days(found):
    text = metabolic_recovery(found, "en").text[1]
    when = recovered(first_course(found), days=[28.0])["median_day"].values[0]
    back = [FUNCTIONS[k].name for k in np.argsort(when) if np.isfinite(when[k])]
    places = [text.index(f"{function_name(name, 'en')} (day") for name in back]
    assert places == sorted(places)


def test_numbers_stand_on_the_colours(found):
    drawn = figure(recovery_by_arm(found), "en")
    heat = [ax for sub in drawn.subfigs for ax in sub.axes if ax.collections and len(ax.texts) > 1]
    assert len(heat) == 1 + len(found.study.hypotheses)
    assert all(len(ax.texts) == len(FUNCTIONS) * 3 for ax in heat)


def test_without_cells_standard_care_alone_is_shown(found):
    one = {h: ds.isel(arm=[0]) for h, ds in found.courses.items()}
    card = metabolic_recovery(replace(found, courses=one), "en")
    assert card.table.shape[1] == 3 and section(card, "en").svg


def test_a_short_horizon_has_one_day(found):
    short = {h: ds.isel(time=slice(0, 4)) for h, ds in found.courses.items()}
    a = replace(found, courses=short)
    assert section(metabolic_recovery(a, "zh"), "zh").svg


def luminance(colour):
    """Relative luminance of WCAG 2."""
    r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_numbers_on_colour_can_be_read():
    """Every number of the heat maps and its cell: contrast of 4.5 to 1 or more (WCAG 2, 1.4.3)."""
    for share in np.linspace(-1, 1, 201):
        ink = "white" if share > WHITE_INK else "black"
        light, dark = sorted((luminance(ink), luminance(HEAT(Normalize(-1, 1)(share)))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, share
