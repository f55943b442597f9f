"""One-pass layout: panels share the room by their ratios, and no label is cut or covered."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure

from hepatica.report.layout import GridLayout, _spans
from hepatica.report.style import legend_below, panels, styled


def laid_out(figure):
    FigureCanvasSVG(figure).print_svg(io.StringIO())
    return RendererSVG(figure.bbox.width, figure.bbox.height, io.StringIO())


@pytest.fixture
def grid():
    with styled():
        figure, axes = panels(2, 3, width=9, height=2.0, gridspec_kw={"height_ratios": [3, 1]})
        for k, ax in enumerate(axes.flat):
            ax.plot([0, 1], [0, 10.0**k], label=f"series {k}")
            ax.set(title=f"panel {k}", xlabel="days", ylabel="a label\nin two lines")
        legend_below(figure, axes, 3)
        renderer = laid_out(figure)
        yield figure, axes, renderer


def test_labels_of_neighbours_do_not_meet(grid):
    figure, axes, renderer = grid
    boxes = [ax.get_tightbbox(renderer, for_layout_only=True) for ax in axes.flat]
    boxes += [legend.get_window_extent(renderer) for legend in figure.legends]
    for k, one in enumerate(boxes):
        assert one.x0 >= -0.5 and one.y0 >= -0.5
        assert one.x1 <= figure.bbox.x1 + 0.5 and one.y1 <= figure.bbox.y1 + 0.5
        for other in boxes[:k]:
            assert not one.padded(-0.5).overlaps(other)


def test_rows_keep_their_ratio_and_columns_their_width(grid):
    _, axes, _ = grid
    sizes = np.array([[ax.get_position().size for ax in row] for row in axes])
    np.testing.assert_allclose(sizes[..., 0], sizes[0, 0, 0])
    np.testing.assert_allclose(sizes[0, :, 1], 3 * sizes[1, :, 1])


def test_parts_of_a_figure_are_laid_out_each_by_itself():
    with styled():
        figure = Figure(figsize=(6, 6), layout=GridLayout())
        above, below = figure.subfigures(2, 1)
        one, two = above.subplots(), below.subplots(1, 2)
        two[0].set_ylabel("a\nlong\nlabel")
        laid_out(figure)
    assert one.get_position().x0 < two[0].get_position().x0
    assert one.get_window_extent().y0 > two[0].get_window_extent().y1


def test_spans_fill_the_size():
    """Against a walk from margin to margin."""
    before, after, ratios = np.array([3.0, 1.0, 2.0]), np.array([0.0, 4.0, 5.0]), [1.0, 2.0, 1.0]
    spans = _spans(115.0, before, after, ratios)
    at, expected = 0.0, []
    for b, a, r in zip(before, after, ratios, strict=True):
        expected.append((at + b, at + b + 25.0 * r))
        at = expected[-1][1] + a
    np.testing.assert_allclose(spans, expected)
    assert at == pytest.approx(115.0)
