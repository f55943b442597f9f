"""One look for all figures: colour-blind-safe, and never colour alone."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

CARE, CELLS, PUBLISHED, LIMIT = "#555555", "#0072B2", "#D55E00", "#CC79A7"  # Okabe and Ito's palette
HYPOTHESIS = {
    "label_is_cells": ("#0072B2", "-", "o"),
    "lung_only": ("#D55E00", "--", "s"),
    "default": ("#009E73", "-.", "^"),
}
FONTS = ["DejaVu Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"]
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hepatica",
    "font.family": "sans-serif",
    "font.sans-serif": FONTS[:1],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "figure.dpi": 100,
}


@contextmanager
def quiet_glyphs() -> Iterator[None]:
    """Let text pass that the layout font cannot draw: in the SVG it stays text, in a font that the reader has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def panels(
    rows: int, columns: int, *, width: float = 9.5, height: float = 3.2, **extra: Any
) -> tuple[Figure, Any]:
    """A figure with a grid of axes, always two-dimensional."""
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **extra)
    return figure, axes
