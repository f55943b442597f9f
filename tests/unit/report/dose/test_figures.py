"""Figures of an answer: panels for labs, organs, hypotheses and days, in both languages."""

import pytest

from hepatica.dose_summary.biodistribution import Organ, Quantity, first_kinetics
from hepatica.dose_summary.standard_care import compare_deaths, compare_labs
from hepatica.report.dose import figures
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_courses_have_a_row_for_each_arm_and_a_column_for_each_lab(found, lang):
    made = figures.courses(found, lang)
    assert len(made.axes) == (1 + len(found.courses)) * len(figures.COURSES)
    for ax in made.axes:
        assert len(ax.get_lines()) == 1 and len(ax.collections) == 3  # single patients; two bands and the median
    first = made.axes[0].get_ylim()
    assert all(made.axes[k * len(figures.COURSES)].get_ylim() == first for k in range(1 + len(found.courses)))


def test_kinetics_have_a_row_for_each_route(found):
    made = figures.kinetics(found, "en")
    routes, columns = first_kinetics(found).sizes["arm"], len(found.kinetics) * len(Quantity)
    assert len(made.axes) == routes * columns
    for k, ax in enumerate(made.axes):
        bands, lines = ax.collections
        assert len(bands.get_paths()) == len(lines.get_paths()) == (len(Organ) if k % 2 == 0 else len(Organ) - 1)


def test_published_and_simulated_labs_stand_side_by_side(found):
    made = figures.baseline(found, "en")
    rows = [c for c in compare_labs(found) if c.published is not None and c.variable in figures.COMPARED]
    assert len(made.axes) == len({c.variable for c in rows})
    for ax in made.axes:
        assert len(ax.containers) in (2, 3)
        days = {round(x) for box in ax.containers for x in box[0].get_xdata()}
        assert days <= {round(c.day + shift) for c in rows for shift in (-0.6, 0.6)}


def test_deaths_have_a_panel_for_each_landmark(found):
    rows = compare_deaths(found)
    made = figures.untreated(found, "en")
    assert len(made.axes) == len({r.landmark for r in rows})
    assert sum(len(ax.get_yticks()) for ax in made.axes) == len(rows)


def test_gains_and_spreads_have_each_hypothesis(found):
    assert len(figures.gains(found, "en").axes[0].get_yticks()) == len(found.decision.by_hypothesis)
    assert len(figures.spread(found, "zh").axes) == len(found.decision.by_hypothesis)
