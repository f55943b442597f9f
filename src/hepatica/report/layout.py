"""Layout of a grid of axes in one pass: the margins of rows and columns from the extents of their labels.

Matplotlib's constrained layout measures every label of a figure about a dozen times; a report has some 800 of them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
PAD = 4.0  # points, around every panel and the legend


class GridLayout(LayoutEngine):
    """Axes of one grid, each row and column with room for its own labels, above the legends of the figure.

    Rows and columns share what is left by the ratios of the grid. Sub-figures are laid out each by itself.
    Artists that are drawn inside their axes are not measured.
    """

    _adjust_compatible = False
    _colorbar_gridspec = False

    def execute(self, fig: Figure | SubFigure) -> None:
        """Place all axes of a figure."""
        renderer = RendererSVG(fig.bbox.width, fig.bbox.height, io.StringIO())
        for part in (fig, *fig.subfigs):
            axes = [ax for ax in fig.axes if ax.get_figure(root=False) is part and ax.get_subplotspec() is not None]
            if axes:
                place(part, axes, renderer)


def place(part: Figure | SubFigure, axes: Sequence[Axes], renderer: RendererBase) -> None:
    """Place the axes of one grid in a figure or sub-figure.

    Parameters
    ----------
    part : Figure or SubFigure
        Its legends keep room below the grid.
    axes : sequence of Axes
        All in one grid.
    renderer : RendererBase
        Measures text.
    """
    grid = axes[0].get_subplotspec().get_gridspec()  # type: ignore[union-attr]
    pad = PAD / 72 * part.dpi
    left, right, top, bottom = (np.zeros(n) for n in (grid.ncols, grid.ncols, grid.nrows, grid.nrows))
    for ax in axes:
        over, spec = _overhang(ax, renderer), ax.get_subplotspec()
        rows, columns = spec.rowspan, spec.colspan  # type: ignore[union-attr]
        for sides, at, size in zip(
            (left, right, top, bottom), (columns.start, columns.stop - 1, rows.start, rows.stop - 1), over, strict=True
        ):
            sides[at] = max(sides[at], size)
    below = sum(legend.get_window_extent(renderer).height + 2 * pad for legend in part.legends)
    x = _spans(part.bbox.width, left + pad, right + pad, grid.get_width_ratios())
    y = _spans(part.bbox.height - below, top + pad, bottom + pad, grid.get_height_ratios())
    for ax in axes:
        rows, columns = ax.get_subplotspec().rowspan, ax.get_subplotspec().colspan  # type: ignore[union-attr]
        x0, x1 = x[columns.start][0] / part.bbox.width, x[columns.stop - 1][1] / part.bbox.width
        y0, y1 = 1 - y[rows.stop - 1][1] / part.bbox.height, 1 - y[rows.start][0] / part.bbox.height
        ax.set_position(Bbox([[x0, y0], [x1, y1]]).bounds, which="both")


def _overhang(ax: Axes, renderer: RendererBase) -> tuple[float, float, float, float]:
    """Pixels that labels, ticks and title reach beyond the axes: left, right, top, bottom."""
    if not ax.get_visible():
        return 0.0, 0.0, 0.0, 0.0
    for artist in (
        *ax.lines,
        *ax.collections,
        *ax.patches,
        *ax.texts,
        *ax.spines.values(),
    ):  # inside their axes: nothing to measure
        artist.set_in_layout(False)
    for axis in (ax.xaxis, ax.yaxis):
        if not axis.label.get_text():
            axis.set_label_coords(0.0, 0.0)  # else all tick labels are measured again to place an empty label
    box, tight = ax.get_window_extent(renderer), ax.get_tightbbox(renderer, for_layout_only=True)
    if tight is None:
        return 0.0, 0.0, 0.0, 0.0
    return (
        max(box.x0 - tight.x0, 0.0),
        max(tight.x1 - box.x1, 0.0),
        max(tight.y1 - box.y1, 0.0),
        max(box.y0 - tight.y0, 0.0),
    )


def _spans(size: float, before: Floats, after: Floats, ratios: ArrayLike) -> list[tuple[float, float]]:
    """First and last pixel of each row or column, from margins before and after it and the ratio of its own size."""
    share = np.asarray(ratios, float)
    share = share / share.sum()
    inner = max(size - before.sum() - after.sum(), 1.0) * share
    start = np.cumsum(before + np.append(0.0, (inner + after)[:-1]))
    return [(float(s), float(s + n)) for s, n in zip(start, inner, strict=True)]
