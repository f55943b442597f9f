"""Figure of one published variable over time: a line for each arm, those with cells distinguished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.errors import InputError
from hepatica.evidence.arms import Arm
from hepatica.evidence.observations import VARIABLES, Observation
from hepatica.evidence.publications import Publication
from hepatica.evidence.tabulate import short
from hepatica.files import write_whole
from hepatica.report.style import BLUE, CJK, GREEN, GREY, LIMIT, SKY, VERMILLION, has_letters, styled
from hepatica.variables import variables
from hepatica.words import say

WITH = ((BLUE, "o"), (GREEN, "^"), (SKY, "D"))  # colour and full marker, on a solid line
WITHOUT = ((VERMILLION, "s"), (GREY, "v"), (LIMIT, "P"))  # colour and hollow marker, on a dashed line
SUFFIXES = (".svg", ".png")
LETTERS = 70  # of one line of the legend
LONG = 60.0  # days, beyond which the early ones need more room
TICKS = (0, 1, 3, 7, 14, 28, 60, 90, 120, 180, 270, 365, 545, 730, 1095, 1460, 1825, 2555, 3650)


@dataclass(frozen=True)
class Series:
    """The observations of one kind of one arm, by time; `number` tells it in figure and legend."""

    number: int
    publication: Publication
    arm: Arm
    points: tuple[Observation, ...]


def series(publications: Sequence[Publication], variable: str) -> tuple[Series, ...]:
    """Observed levels of a variable by arm, changes since day 0 left out; arms with cells first.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> [(s.arm.id, s.points[0].value) for s in series([load("lin2017")], "survival")]
    [('msc', 73.2), ('smt', 55.6)]
    """
    by_series: dict[tuple[int, str, str], list[Observation]] = {}
    for i, p in enumerate(publications):
        for o in p.observations:
            if o.variable == variable and o.kind != "change":
                by_series.setdefault((i, o.arm, o.kind), []).append(o)
    rows = [(publications[i], publications[i].arm(arm), points) for (i, arm, _), points in by_series.items()]
    rows.sort(key=lambda row: not row[1].gives_cells)
    return tuple(Series(k, p, arm, tuple(sorted(o, key=lambda o: o.time))) for k, (p, arm, o) in enumerate(rows, 1))


def spread(o: Observation) -> tuple[float, float]:
    """Error bar of an observation: 95 % interval, else one SD, else quartiles, else the value itself.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> spread(load("lin2017").find(arm="msc", variable="survival")[0])
    (61.6, 84.8)
    """
    if o.low is not None and o.high is not None:
        return o.low, o.high
    if o.sd is not None:
        return o.value - o.sd, o.value + o.sd
    if o.q1 is not None and o.q3 is not None:
        return o.q1, o.q3
    return o.value, o.value


def evidence_figure(publications: Sequence[Publication], variable: str, lang: str = "en") -> Figure:
    """Draw a variable over time, an arm a line, each with its number in figure and legend.

    Parameters
    ----------
    publications : sequence of Publication
        Those with no level of the variable are left out.
    variable : str
        A key of `VARIABLES`.
    lang : {"en", "zh"}
        Language.

    Raises
    ------
    InputError
        If the variable is not known, or none of the publications has a level of it.
    """
    if variable not in VARIABLES:
        raise InputError("--variable", variable, f"use one of {', '.join(VARIABLES)}")
    shown = series(publications, variable)
    if not shown:
        raise InputError("--variable", variable, "no publication that was asked for has it; ask for more of them")
    with styled():
        columns = 1 if len(shown) <= 6 else 2
        rows = -(-len(shown) // columns)
        figure = Figure(figsize=(11.0, 4.6 + 0.19 * rows), layout="constrained")
        figure.set_facecolor("white")
        ax = figure.subplots()
        root = max(o.time for s in shown for o in s.points) > LONG
        for s in shown:
            _line(ax, s, _place(s, shown, root), _name(s, shown, lang))
        _days(ax, shown, root, lang)
        ax.set_ylabel(variables()[variable].title(lang))
        ax.set_title(variables()[variable].label[lang])
        if min(min(spread(o)) for s in shown for o in s.points) >= 0:
            ax.set_ylim(bottom=0)
        where: Any = {"loc": "outside lower left", "ncols": columns, "handlelength": 3.4, "alignment": "left"}
        size = 7.5 if columns > 1 else 8.5
        legend = figure.legend(*ax.get_legend_handles_labels(), fontsize=size, title_fontsize=7.5, **where)
        legend.set_title(_note(publications, variable, lang))
    return figure


def _place(s: Series, shown: Sequence[Series], root: bool) -> Any:
    """Abscissae of an arm's points, offset from their time so that none hides another."""
    last = max(o.time for one in shown for o in one.points) or 10.0
    width = np.sqrt(last) if root else last
    aside = min(0.05, 0.008 * len(shown)) * width * (s.number - (len(shown) + 1) / 2) / len(shown)
    time = np.array([o.time for o in s.points])
    return (np.sqrt(time) if root else time) + aside


def _days(ax: Axes, shown: Sequence[Series], root: bool, lang: str) -> None:
    """The axis of time; its early days are drawn wider where the last is late."""
    last = max(o.time for s in shown for o in s.points)
    ax.set_xlabel(say("evidence.axis_days_root" if root else "evidence.axis_days", lang))
    if root:
        ticks = [day for day in TICKS if day <= 1.02 * last]
        ax.set_xticks([float(np.sqrt(day)) for day in ticks], [str(day) for day in ticks])
    elif last == 0:
        ax.set_xticks([0.0], ["0"])


def _line(ax: Axes, s: Series, x: Any, name: str) -> None:
    looks = WITH if s.arm.gives_cells else WITHOUT
    colour, marker = looks[s.number % len(looks)]
    y = np.array([o.value for o in s.points])
    bars = np.abs(np.array([spread(o) for o in s.points]).T - y)
    ax.errorbar(
        x,
        y,
        bars,
        color=colour,
        ls="-" if s.arm.gives_cells else "--",
        marker=marker,
        mfc=colour if s.arm.gives_cells else "white",
        ms=5.5,
        lw=1.3,
        elinewidth=0.8,
        capsize=2,
        label=name,
    )
    out = np.array([bool(s.publication.lacks(o)) for o in s.points])
    ax.plot(x[out], y[out], ls="none", marker="x", color="black", ms=6.5, mew=0.9, zorder=5)
    ax.annotate(
        str(s.number), (x[-1], y[-1]), (4, 3), textcoords="offset points", color=colour, fontsize=8, weight="bold"
    )


def _name(s: Series, shown: Sequence[Series], lang: str) -> str:
    """Number, source and arm; which file and kind of number where another would be called the same."""
    kind = say("evidence.with_cells" if s.arm.gives_cells else "evidence.without_cells", lang)
    n = "–" if s.arm.n is None else s.arm.n
    alike = [o for o in shown if (short(o.publication), o.arm.label) == (short(s.publication), s.arm.label)]
    keys = [(o.publication.key, o.arm.id, o.points[0].kind) for o in (s, *alike)]
    which = "".join(f", {own}" for own, *others in zip(*keys, strict=True) if set(others) != {own})
    text = f"{s.number}  {short(s.publication)}: {s.arm.label}"
    room = LETTERS - len(which)
    text = (text if len(text) <= room else text[: room - 1] + "…") + which
    return f"{text} ({kind}, n {n})"


def _note(publications: Sequence[Publication], variable: str, lang: str) -> str:
    """Legend of error bars and crosses, changes left out, and the research-use note."""
    changes = sum(o.variable == variable and o.kind == "change" for p in publications for o in p.observations)
    parts = [say("evidence.bars", lang)]
    if changes:
        parts.append(say("evidence.changes_left", lang, n=changes))
    return " ".join(parts) + "\n" + say("common.research_use", lang)


def write_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as SVG or PNG, by its suffix; the same figure gives the same bytes.

    Raises
    ------
    InputError
        If the suffix is another, the file cannot be written, or a PNG would lack letters.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise InputError("PATH", str(path), f"a file that ends with {' or '.join(SUFFIXES)}")
    if kind == ".png" and not has_letters(figure):
        raise InputError("PATH", str(path), f"a .svg, or an installed font with Chinese letters, such as {CJK[0]}")
    metadata: Any = {"Date": None} if kind == ".svg" else {"Software": None}
    with styled():
        return write_whole(path, lambda p: figure.savefig(p, format=kind[1:], dpi=150, metadata=metadata))
