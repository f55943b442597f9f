from __future__ import annotations

import pytest

from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.imaging import subject_figures as figures


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_shows_what_was_found(found: SubjectAnalysis, lang: str) -> None:
    odds = figures.odds_figure(found, lang).axes[0]
    assert len(odds.lines[-1].get_xdata()) == 3  # before, and after each of two scans
    organs = figures.organs_figure(found, lang)
    assert len(organs.axes) == 6
    assert [len(ax.containers) for ax in organs.axes] == [1] * 6  # points of each organ
    parts = figures.parts_figure(found, lang)
    assert all(len(ax.collections) == 3 for ax in parts.axes)
    images = figures.images_figure(found, lang)
    assert sum(len(ax.images) for ax in images.axes) == 4
    plans = figures.next_scan_figure(found, lang)
    assert {line.get_label() for line in plans.axes[0].lines} >= {"Zr89", "In111"}
    assert found.advice is not None
    advice = figures.advice_figure(found.advice, lang).axes[0]
    assert len(advice.get_yticklabels()) == len(found.advice.options)


def test_times_are_read_as_people_say_them() -> None:
    assert [figures.when(d) for d in (0.01, 0.5, 1.0, 10.0)] == ["0.24 h", "12 h", "1 d", "10 d"]
