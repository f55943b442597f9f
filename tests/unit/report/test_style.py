"""One look: settings that end with their context, plain dollars, few artists, numbers at the edge of a grid."""

from pathlib import Path

import numpy as np
from matplotlib import rcParams
from matplotlib.font_manager import FontProperties

from hepatica.report import style


def test_settings_end_with_their_context_even_when_nested():
    before = rcParams["font.size"], rcParams["text.parse_math"]
    with style.styled():
        with style.styled():
            assert rcParams["font.size"] == style.SETTINGS["font.size"]
        assert rcParams["font.size"] == style.SETTINGS["font.size"] and not rcParams["text.parse_math"]
    assert (rcParams["font.size"], rcParams["text.parse_math"]) == before


def test_bands_and_lines_are_one_collection_each_and_leave_the_limits():
    with style.styled():
        _, axes = style.panels(1, 1)
        ax, x = axes[0, 0], np.array([0.0, 1.0, 2.0])
        ax.set(xlim=(0, 2), ylim=(0, 1))
        style.fill_bands(ax, x, [(0 * x, x), (x, 9 * x)], ["red", "blue"], 0.2)
        style.draw_lines(ax, x, [x, 2 * x, 3 * x], colors="red")
    areas, lines = ax.collections
    assert [len(c.get_paths()) for c in (areas, lines)] == [2, 3] and ax.get_ylim() == (0, 1)
    np.testing.assert_array_equal(areas.get_paths()[0].vertices[:6, 1], [0, 0, 0, 2, 1, 0])


def test_numbers_stand_at_the_edge_of_a_grid():
    with style.styled():
        _, axes = style.panels(2, 2)
        style.label_outside(axes)
    shown = [
        [(ax.xaxis.get_tick_params()["labelbottom"], ax.yaxis.get_tick_params()["labelleft"]) for ax in row]
        for row in axes
    ]
    assert shown == [[(False, True), (False, False)], [(True, True), (True, False)]]


def test_a_logarithmic_axis_has_plain_numbers():
    with style.styled():
        _, axes = style.panels(1, 1)
        ax = axes[0, 0]
        style.log_scale(ax.xaxis, ax.yaxis, text="{:g} cells".format)
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
        assert ax.xaxis.get_major_formatter()(100.0, 0) == "100 cells"


def test_a_legend_names_each_series_once():
    with style.styled():
        figure, axes = style.panels(1, 2)
        for ax in axes[0]:
            ax.plot([0, 1], label="both")
        axes[0, 1].plot([0, 1], label="one")
        style.legend_below(figure, axes, 2)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["both", "one"]


def test_a_picture_without_its_letters_is_none(monkeypatch):
    with style.styled():
        figure, axes = style.panels(1, 1)
        axes[0, 0].set_title("only Latin, 5 µm")
        monkeypatch.setattr(style, "_faces", lambda: ("DejaVu Sans",))
        assert style.has_letters(figure)
        axes[0, 0].set_xlabel("输注后天数")
        assert not style.has_letters(figure)
        monkeypatch.setattr(style, "_faces", lambda: ("DejaVu Sans", style.CJK[0]))
        assert style.has_letters(figure)


def test_letters_are_looked_for_in_every_face(monkeypatch):
    monkeypatch.setattr(style, "_faces", lambda: ("DejaVu Sans", "DejaVu Serif"))
    with style.styled():
        paths = style.font_manager.fontManager._find_fonts_by_props(FontProperties())
    assert [Path(p).stem for p in dict.fromkeys(paths)] == ["DejaVuSans", "DejaVuSerif"]


def test_installed_faces_are_taken_in_order(monkeypatch):
    installed = [type("Face", (), {"name": name}) for name in ("SimHei", "Other", "Noto Sans CJK JP", "DejaVu Sans")]
    monkeypatch.setattr(style.font_manager.fontManager, "ttflist", installed)
    assert style._faces.__wrapped__() == ("DejaVu Sans", "SimHei", "Noto Sans CJK JP")
