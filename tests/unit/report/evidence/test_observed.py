"""The figure of published evidence: what is drawn, that cells are told apart without colour, and that it is there whole."""

import matplotlib.image
import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer

from hepatica.errors import InputError
from hepatica.evidence import load, load_all
from hepatica.evidence.observations import VARIABLES
from hepatica.evidence.tabulate import select
from hepatica.report.evidence.observed import evidence_figure, series, spread, write_figure
from hepatica.variables import variables

ZEKRI = [load("zekri2015")]


def lines(figure):
    ax = figure.axes[0]
    return [c for c in ax.containers if isinstance(c, ErrorbarContainer)]


def test_an_arm_is_a_line_with_its_values_and_spread():
    figure, shown = evidence_figure(ZEKRI, "meld"), series(ZEKRI, "meld")
    assert len(lines(figure)) == len(shown) == 3
    for drawn, s in zip(lines(figure), shown, strict=True):
        np.testing.assert_allclose(drawn.lines[0].get_ydata(), [o.value for o in s.points])
        bars = [(seg[0][1], seg[1][1]) for seg in drawn.lines[2][0].get_segments()]
        np.testing.assert_allclose(bars, [spread(o) for o in s.points])


def test_cells_are_told_apart_by_line_mark_and_colour():
    looks = {True: set(), False: set()}
    for drawn, s in zip(lines(evidence_figure(ZEKRI, "meld")), series(ZEKRI, "meld"), strict=True):
        line = drawn.lines[0]
        looks[s.arm.gives_cells].add(
            (line.get_linestyle(), line.get_marker(), line.get_color(), line.get_markerfacecolor() == "white")
        )
    for own, other in zip(zip(*looks[True], strict=True), zip(*looks[False], strict=True), strict=True):
        assert not set(own) & set(other)


def test_the_legend_names_source_arm_people_and_use():
    figure = evidence_figure(ZEKRI, "meld")
    legend = figure.legends[0]
    texts = [t.get_text() for t in legend.get_texts()]
    assert len(texts) == 3 and all("Zekri et al. 2015" in t and "n 30" in t for t in texts)
    assert sum("(cells" in t for t in texts) == 2 and sum("(no cells" in t for t in texts) == 1
    assert "For research use" in legend.get_title().get_text()
    assert "仅供研究使用" in evidence_figure(ZEKRI, "meld", "zh").legends[0].get_title().get_text()


def test_what_cannot_enter_a_likelihood_is_crossed_and_changes_are_left_out():
    found = select(variable="bilirubin")
    figure, shown = evidence_figure(found, "bilirubin"), series(found, "bilirubin")
    assert all(o.kind != "change" for s in shown for o in s.points)
    crossed = sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "x")
    assert crossed == sum(bool(s.publication.lacks(o)) for s in shown for o in s.points) > 0
    changes = sum(o.kind == "change" and o.variable == "bilirubin" for p in found for o in p.observations)
    assert f"{changes} changes" in figure.legends[0].get_title().get_text()
    names = [t.get_text() for t in figure.legends[0].get_texts()]
    assert len({n.split("  ")[1] for n in names}) == len(names), "two arms have one name"


def test_time_goes_by_its_ticks():
    ax = evidence_figure(ZEKRI, "meld").axes[0]
    days = {int(t.get_text()): x for t, x in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)}
    assert days[365] == pytest.approx(365**0.5) and days[0] == 0
    s, drawn = series(ZEKRI, "meld")[0], lines(evidence_figure(ZEKRI, "meld"))[0]
    np.testing.assert_allclose(
        drawn.lines[0].get_xdata(), [o.time**0.5 for o in s.points], atol=0.05 * max(days.values())
    )


@pytest.mark.parametrize(
    "variable", sorted({o.variable for p in load_all().values() for o in p.observations if o.kind != "change"})
)
def test_every_variable_can_be_drawn(variable):
    figure = evidence_figure(tuple(load_all().values()), variable)
    assert lines(figure) and variables()[variable].title("en") == figure.axes[0].get_ylabel()


def test_nothing_to_draw_is_said():
    with pytest.raises(InputError, match="no publication that was asked for has it"):
        evidence_figure(ZEKRI, "fever")
    with pytest.raises(InputError, match="bilirubin"):
        evidence_figure(ZEKRI, "tbil")
    assert set(VARIABLES) > {"fever"}


def test_files_are_written_not_blank_and_repeat(tmp_path, monkeypatch):
    for suffix in ("png", "svg"):
        one, two = (write_figure(evidence_figure(ZEKRI, "meld"), tmp_path / f"{k}.{suffix}") for k in "ab")
        assert one.read_bytes() == two.read_bytes()
    pixels = matplotlib.image.imread(tmp_path / "a.png")
    assert pixels[..., :3].std() > 0.05 and (pixels[..., 3] == 1).all()
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "For research use" in text and "Zekri et al. 2015" in text
    monkeypatch.setattr("hepatica.report.style._faces", lambda: ("DejaVu Sans",))
    with pytest.raises(InputError, match=r"a \.svg, or an installed font"):
        write_figure(evidence_figure(ZEKRI, "meld", lang="zh"), tmp_path / "c.png")
    with pytest.raises(InputError, match=r"\.svg or \.png"):
        write_figure(evidence_figure(ZEKRI, "meld"), tmp_path / "a.pdf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "a.svg", "b.png", "b.svg"]
