"""Figures of biomarkers hold every measurable, and the curve its tenths."""

from hepatica.report.biomarkers.figures import LOOKS, curve_figure, value_figure


def test_value(found):
    (ax,) = value_figure(found, "zh").axes
    assert sum(len(line.get_xdata()) for line in ax.lines) == len(found.values) and len(ax.lines) == len(LOOKS)
    assert ax.texts


def test_curve(found):
    (ax,) = curve_figure(found, "en").axes
    assert len(ax.lines[0].get_xdata()) == 10 and ax.get_xlabel()
