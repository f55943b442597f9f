"""Figures of biomarkers hold every measurable, and the curve its tenths."""

import pandas as pd

from hepatica.report.biomarkers.figures import LOOKS, _steps, curve_figure, value_figure


def test_value(found):
    (ax,) = value_figure(found, "zh").axes
    assert sum(len(line.get_xdata()) for line in ax.lines) == len(found.values) and len(ax.lines) == len(LOOKS)
    assert ax.texts


def test_curve(found):
    (ax,) = curve_figure(found, "en").axes
    assert len(ax.lines[0].get_xdata()) == 10 and ax.get_xlabel()


def test_names_of_neighbours_stand_one_above_another():
    table = pd.DataFrame({"prognostic": [0.06, 0.061, 0.063, 0.002, 0.1], "predictive": [0.0, 0.0, 0.0, 0.04, 0.0]})
    assert _steps(table) == {3: 0, 0: 0, 1: 1, 2: 2, 4: 0}
