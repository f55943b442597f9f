"""Figures of quality: what is drawn is what was computed."""

import numpy as np
import pytest

from hepatica.manufacturing.quality.control import Settings, study_control
from hepatica.manufacturing.quality.release.lot import release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.report.page import svg
from hepatica.report.quality import figures

X = np.array([97.0, 97, 96, 98, 98, 98, 97, 89])
LOSS = {"days": 4, "low": 1, "high": 7, "linked": 0.5, "rejection": 2, "source": "a belief"}
POTENCY = {"name": "p", "role": "potency", "values": [0.75], "assay_sd": 0.1, "lower": 0.7, "scale": "log"}
STERILE = {"name": "sterility", "passed": True}


def lot():
    dose = {"planned": 1e6, "largest": 2e6}
    return release_lot(
        check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": [POTENCY, STERILE], "loss": LOSS})
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_control_chart_marks_the_alarming_point(lang):
    found = study_control(X, Settings(phase_1=7, lower=85, exclude=(2,)))
    figure = figures.chart_figure(found, lang)
    ax = figure.axes[0]
    drawn = [list(line.get_ydata()) for line in ax.lines]
    assert X.tolist() in drawn and [96.0, 89.0] in drawn and [96.0] in drawn  # points, alarms, excluded
    assert any(text.get_text() == "1" for text in ax.texts) and "<svg" in svg(figure, "k")
    for make in (figures.spread_figure, figures.sums_figure):
        assert "<svg" in svg(make(found, lang), "k")


def test_certificate_figures():
    found = lot()
    figure = figures.attributes_figure(found, "en")
    assert len(figure.axes) == 1 and "<svg" in svg(figure, "a")  # sterility has no number
    ax = figures.loss_figure(found, "en").axes[0]
    assert len(ax.get_yticks()) == 3 and "1.33e6 cells/kg" in ax.get_yticklabels()[1].get_text()
    assert figures.adjusted_dose(found) == "1.33e6 cells/kg"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_cross_of_a_result_that_falls_short_is_explained(lang):
    figure = figures.attributes_figure(lot(), lang)
    named = [text.get_text().strip() for text in figure.legends[0].get_texts()]
    assert any(word in name for name in named for word in ("not meeting its limit", "不符合限度"))
