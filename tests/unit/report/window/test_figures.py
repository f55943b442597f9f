"""Figures of a window."""

import numpy as np
import pytest

from hepatica.report.window import figures
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_window_has_a_column_for_each_hypothesis_and_a_row_for_each_harm(found, lang):
    harms = figures.shown_harms(found)
    assert {"thrombosis", "reaction"} <= set(harms)
    figure = figures.window(found, lang)
    assert len(figure.axes) == 2 * (1 + len(harms))
    line = next(x for x in figure.axes[0].lines if len(np.atleast_1d(x.get_xdata())) > 50)
    assert np.max(line.get_ydata()) == pytest.approx(found.window("label_is_cells").curve.fine.max(), rel=1e-6)


def test_doses_above_any_given_are_shaded(found):
    ax = figures.window(found, "en").axes[0]
    spans = [p for p in ax.patches if p.get_alpha() == 0.13]
    assert len(spans) == 1 and spans[0].get_x() == pytest.approx(2e7, rel=0.05)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_multiples_have_a_panel_for_each_thing_changed(found, lang):
    figure = figures.multiples(found, "lung_only", lang)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    changed = {v.group for v in found.varied if v.key in figures.changing(found)} | {s.group for s in found.subgroups}
    assert len(shown) == len(changed)


def test_moves_have_a_line_for_each_variation_that_changes_anything(found):
    keys = figures.changing(found)
    assert "passage:3" not in keys and "route:hepatic_artery" in keys
    left = figures.moves(found, "en").axes[0]
    assert len(left.get_yticklabels()) == len(keys)
