"""Report of a Morris screen: bars and rows in the order of influence, files all there."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepatica.report.sensitivity.screen import OUTPUTS, draw, ranked, table, write
from hepatica.sensitivity.screen import screen
from hepatica.words import LANGUAGES


@pytest.fixture(scope="module")
def screened(question):
    return screen(question, bases=3, patterns=("death_mass", "efficacy_recruitment", "icg_flow"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bars_stand_in_the_order_of_influence(screened, lang):
    figure = ranked(screened, 28.0, lang)
    order = screened.ranked()
    axes = figure.axes
    assert len(axes) == len(OUTPUTS)
    assert [t.get_text() for t in axes[0].get_yticklabels()] == [screened.moved[k].name for k in order]
    survival = [c for c, (name, _) in enumerate(screened.columns) if name == "survival"]
    np.testing.assert_allclose(axes[0].get_lines()[0].get_xdata(), screened.statistics.mu_star[order, survival[0]])


def test_of_two_hypotheses_the_larger_effect_is_listed(screened, system):
    frame = table(screened, system, "en")
    for row, k in enumerate(screened.ranked()):
        gains = [screened.statistics.mu_star[k, c] for c, (name, _) in enumerate(screened.columns) if name == "gain"]
        assert frame.iloc[row, 3].startswith(f"{max(gains):.1f} (")


def test_a_note_below_the_legend_has_room(screened):
    nominal = replace(screened, moved=tuple(replace(m, nominal=True) for m in screened.moved))
    figure = ranked(nominal, 28.0, "en")
    draw_once = figure.canvas
    figure.draw_without_rendering()
    note, legend = figure.texts[-1].get_window_extent(), figure.legends[0].get_window_extent()
    assert draw_once is figure.canvas and not note.overlaps(legend)


def test_everything_is_written(screened, question, tmp_path):
    files = write(screened, None, question, tmp_path, "en", study_hash="abc")
    assert {p.name for p in files} == {
        "sensitivity.csv",
        "effects.csv",
        "negligible.csv",
        "sensitivity.json",
        "influence.svg",
        "influence.png",
    }
    effects = pd.read_csv(tmp_path / "effects.csv")
    assert len(effects) == screened.effects.shape[0] * screened.effects.shape[1]
    np.testing.assert_allclose(effects.iloc[:, 2:], screened.effects.reshape(-1, len(screened.columns)))
    assert json.loads((tmp_path / "sensitivity.json").read_text())["run"]["study_hash"] == "abc"


def test_the_same_figure_is_the_same_bytes(screened, tmp_path):
    one, two = (draw(ranked(screened, 28.0, "en"), tmp_path / name)[0].read_bytes() for name in ("a", "b"))
    assert one == two and b"<dc:date>" not in one
