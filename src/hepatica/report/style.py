"""One look for all figures: a palette safe for the colour-blind, and never colour alone."""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import font_manager, rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, NullLocator

from hepatica.report.layout import GridLayout

# Okabe and Ito's palette
BLUE, VERMILLION, GREEN, PURPLE, SKY, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#555555"
CARE, CELLS, PUBLISHED, LIMIT = GREY, BLUE, VERMILLION, PURPLE
PRIOR = "#CCCCCC"
LOOKS = (
    (BLUE, "-", "o"),
    (VERMILLION, "--", "s"),
    (GREEN, "-.", "^"),
    (PURPLE, ":", "D"),
)  # colour, line, marker
CJK = (
    *("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC"),
    *("Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Droid Sans Fallback"),
    *("Noto Sans CJK JP", "Noto Sans CJK TC", "Heiti TC", "Arial Unicode MS"),  # of a collection its first face is seen
)
"""Faces with Chinese letters, by system; those of simplified form first."""
FONTS = ("DejaVu Sans", "Verdana", *CJK[:3], "sans-serif")  # in the reader's browser
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hepatica",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # nothing stands above the axes: no need to search for it
    "text.parse_math": False,  # a dollar in a title is a dollar
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "axes.unicode_minus": False,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.dpi": 110,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


@functools.cache
def _faces() -> tuple[str, ...]:
    """Faces to measure text with: one that has Chinese too, where it is installed."""
    installed = {face.name for face in font_manager.fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in CJK if name in installed))


@contextmanager
def styled() -> Iterator[None]:
    """The package's look. Glyphs that only the reader's browser has are no reason to warn."""
    if rcParams["svg.hashsalt"] == SETTINGS["svg.hashsalt"]:  # inside another: taking over all settings is slow
        yield
        return
    faces, log = _faces(), logging.getLogger("matplotlib.font_manager")
    settings: Any = {**SETTINGS, "font.sans-serif": list(faces)}
    if len(faces) > 1:  # letters are looked for in each family of the list, but in one face alone of a generic one
        settings["font.family"] = [*faces, "sans-serif"]
    level = log.level
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        log.setLevel(logging.ERROR)  # a face without bold letters shows its own weight
        try:
            yield
        finally:
            log.setLevel(level)


def has_letters(figure: Figure) -> bool:
    """True where an installed face has all letters of a figure, so that a picture of it shows no empty boxes.

    SVG holds text, which the reader's browser draws with faces of its own.
    """
    return len(_faces()) > 1 or not any(is_chinese(str(text.get_text())) for text in figure.findobj(Text))


def is_chinese(text: str) -> bool:
    """True where a text has Chinese letters or punctuation."""
    return any("\u2e80" <= letter <= "\uffef" for letter in text)


def panels(rows: int, columns: int, *, width: float = 11.0, height: float = 3.0, **extra: Any) -> tuple[Figure, Any]:
    """A figure with a grid of axes, always two-dimensional."""
    figure = Figure(figsize=(width, height * rows), layout=GridLayout())
    return figure, figure.subplots(rows, columns, squeeze=False, **extra)


def fill_bands(ax: Axes, x: Any, ends: Sequence[tuple[Any, ...]], colours: Sequence[str], alpha: float) -> None:
    """Areas between lower and upper ends over common abscissae, as one collection; the limits of the axes stay."""
    outlines = [np.column_stack([np.append(x, x[::-1]), np.append(low, high[::-1])]) for low, high in ends]
    ax.add_collection(PolyCollection(outlines, facecolors=colours, alpha=alpha, linewidths=0), autolim=False)


def draw_lines(ax: Axes, x: Any, rows: Sequence[Any], **properties: Any) -> None:
    """Curves over common abscissae, as one collection; the limits of the axes stay."""
    ax.add_collection(LineCollection([np.column_stack([x, row]) for row in rows], **properties), autolim=False)


def label_outside(axes: Any) -> None:
    """Few ticks, with numbers at the lowest and leftmost panels of a grid alone; faster than shared axes."""
    for row in axes:
        for ax in row:
            ax.locator_params(nbins=4)
            spec = ax.get_subplotspec()
            ax.tick_params(labelbottom=spec.is_last_row(), labelleft=spec.is_first_col())


def log_scale(*axes: Axis, text: Callable[[float], str] = "{:g}".format) -> None:
    """Logarithmic scale with plain numbers: mathematical text is off, so that a dollar in a name is a dollar."""
    for axis in axes:
        (axis.axes.set_xscale if axis is axis.axes.xaxis else axis.axes.set_yscale)("log")
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))


def look(place: int) -> tuple[str, str, str]:
    """Colour, line and marker of the series at a place."""
    return LOOKS[place % len(LOOKS)]


def roomy(text: str) -> str:
    """A label with room for Chinese, which the face at hand may be too narrow to measure."""
    wide = sum(map(is_chinese, text))
    return text if len(_faces()) > 1 else text + "\u2003" * round(0.4 * wide)


def legend_below(figure: Figure | SubFigure, axes: Any, columns: int) -> None:
    """One legend for all panels, under them."""
    named: dict[str, Any] = {}
    for ax in np.ravel(axes):
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    where: Any = {"loc": "outside lower left", "ncols": columns, "handlelength": 3.2}
    figure.legend(list(named.values()), [roomy(name) for name in named], **where)
