"""Figures of a forecast show every lab that was measured, and their samples."""

import numpy as np
import pytest

from hepatica.report.person.figures import gain_figure, labs_figure, risk_figure, shown_labs


def test_labs(forecast):
    figure = labs_figure(forecast, "en")
    shown = [ax for ax in figure.axes if ax.get_visible()]
    labs = shown_labs(forecast)
    assert len(shown) == len(labs) and {"inr", "bilirubin", "creatinine"} <= set(labs)
    inr = shown[labs.index("inr")]
    points = [line for line in inr.lines if line.get_marker() == "o"]
    assert len(points) == 1 and points[0].get_ydata()[0] == pytest.approx(2.2)
    assert inr.get_yscale() == "log"


@pytest.mark.parametrize("draw", [risk_figure, gain_figure])
def test_the_rest(forecast, draw):
    for lang in ("en", "zh"):
        (ax,) = draw(forecast, lang).axes
        assert ax.get_xlabel() and all(np.isfinite(line.get_xdata()).all() for line in ax.lines)
