"""Report of a Morris screen: ranked elementary effects, tornado of the optimal dose, and their tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from hepatica.api.sensitivity import SensitivityAnswer
from hepatica.files import write_csv, write_json, write_whole
from hepatica.report import names
from hepatica.report.style import GREY, has_letters, legend_below, look, panels, roomy, styled
from hepatica.sensitivity.evaluate import Question
from hepatica.sensitivity.screen import Screen
from hepatica.sensitivity.tornado import Tornado
from hepatica.words import say

TOP = 20
OUTPUTS = ("survival", "survival_gain", "gain")


def _label(screen: Screen, k: int, lang: str) -> str:
    m = screen.moved[k]
    return say("sensitivity.nominal", lang, name=m.name) if m.nominal else m.name


def ranked(screen: Screen, days: float, lang: str, top: int = TOP) -> Figure:
    """The most influential parameters: one panel per output, bars by hypothesis, with intervals and numbers."""
    with styled():
        order = screen.ranked()[:top]
        figure, axes = panels(1, len(OUTPUTS), width=13, height=1.6 + 0.34 * max(len(order), 1), sharey=True)
        for ax, output in zip(axes[0], OUTPUTS, strict=True):
            here = [c for c, (name, _) in enumerate(screen.columns) if name == output]
            _bars(ax, screen, order, here, lang)
            ax.set_xlabel(
                say("sensitivity.axis_survival", lang, days=days)
                if output == "survival"
                else say(f"sensitivity.axis_{output}", lang)
            )
        axes[0, 0].set_yticks(-np.arange(len(order)), [_label(screen, k, lang) for k in order])
        axes[0, 0].set_ylim(-len(order) + 0.4, 0.6)
        axes[0, 0].set_title(say("sensitivity.figure_title", lang))
        legend_below(figure, axes, 3)
        if any(screen.moved[k].nominal for k in order):
            figure.set_layout_engine("constrained")  # which leaves room for the note below the legend
            figure.supxlabel(roomy(say("sensitivity.nominal_note", lang)), fontsize=8, x=0.99, ha="right")
        return figure


def _bars(ax: Axes, screen: Screen, order: list[int], here: list[int], lang: str) -> None:
    s, wide = screen.statistics, 0.76 / len(here)
    reach = float(np.nanmax(np.append(s.high[np.ix_(order, here)], 0.0))) or 1.0
    for place, c in enumerate(here):
        hypothesis = screen.columns[c][1]
        colour, _, marker = look(place) if hypothesis else (GREY, "-", "o")
        y = -np.arange(len(order)) + (len(here) - 1) * wide / 2 - place * wide
        label = names.hypothesis(hypothesis, lang) if hypothesis else say("report.standard_care", lang)
        value = np.nan_to_num(s.mu_star[order, c])
        ax.barh(y, value, wide * 0.86, color=colour, alpha=0.55, label=label)
        ax.hlines(y, np.nan_to_num(s.low[order, c]), np.nan_to_num(s.high[order, c]), color=colour, lw=1.6)
        ax.plot(value, y, ls="none", marker=marker, ms=4, color=colour)
        for at, v, high in zip(y, value, np.nan_to_num(s.high[order, c]), strict=True):
            ax.annotate(
                names.number(v, 1), (max(v, high), at), (4, 0), textcoords="offset points", va="center", fontsize=7
            )
    ax.set_xlim(0, 1.16 * reach)


def doses(tornado: Tornado, per_kg: bool, lang: str) -> Figure:
    """Table of the dose that comes first with each parameter low and high."""
    with styled():
        figure, axes = panels(1, 1, width=8.5, height=1.4 + 0.3 * max(len(tornado.parameters), 1))
        ax, place = axes[0, 0], np.arange(len(tornado.arms))
        for row, ends in enumerate(tornado.first):
            ax.plot(place[ends], [-row, -row], color=GREY, lw=2.2, zorder=1)
        for end, (key, fill) in enumerate((("low", "white"), ("high", ""))):
            colour, _, marker = look(end)
            text = say("sensitivity.tornado_low", lang) if key == "low" else say("sensitivity.tornado_high", lang)
            rows = -np.arange(len(tornado.parameters)) + (0.12 if end else -0.12)
            ax.plot(
                tornado.first[:, end],
                rows,
                ls="none",
                marker=marker,
                ms=7,
                color=colour,
                mfc=fill or colour,
                label=text,
            )
        ax.axvline(tornado.usual, color="black", lw=1.0, ls=":", label=say("sensitivity.tornado_usual", lang), zorder=0)
        ax.set_yticks(-np.arange(len(tornado.parameters)), tornado.parameters)
        ax.set_xticks(place, [names.cells(d) if d else say("sensitivity.no_cells", lang) for d in tornado.doses])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set(xlim=(-0.5, len(place) - 0.5), ylim=(-len(tornado.parameters) + 0.4, 0.6))
        ax.set_xlabel(say("sensitivity.tornado_axis", lang) if per_kg else say("sensitivity.tornado_axis_in_all", lang))
        ax.set_title(say("sensitivity.tornado_title", lang))
        legend_below(figure, axes, 3)
        return figure


def table(screen: Screen, system: Any, lang: str, top: int = TOP) -> pd.DataFrame:
    """The most influential parameters as a reader wants them; of two hypotheses the larger effect."""
    rows = []
    for k in screen.ranked()[:top]:
        row = {say("sensitivity.col_parameter", lang): _label(screen, k, lang)}
        for output in OUTPUTS:
            here = [c for c, (name, _) in enumerate(screen.columns) if name == output]
            mu_star = screen.statistics.mu_star[k, here]
            c = here[int(np.argmax(np.nan_to_num(mu_star, nan=-1.0)))]
            low, high = screen.statistics.low[k, c], screen.statistics.high[k, c]
            row[say(f"sensitivity.col_{output}", lang)] = say(
                "decision.interval",
                lang,
                mean=names.number(screen.statistics.mu_star[k, c]),
                low=names.number(low),
                high=names.number(high),
            )
        row[say("sensitivity.col_grade", lang)] = system.model.parameters[screen.moved[k].name].entry.grade
        rows.append(row)
    return pd.DataFrame(rows)


def write(
    screen: Screen, tornado: Tornado | None, q: Question, folder: Path, lang: str, *, study_hash: str
) -> list[Path]:
    """Write tables (CSV), everything (JSON) and figures (SVG, PNG).

    Returns
    -------
    list of Path
        ``sensitivity.csv`` (statistics), ``effects.csv`` (each elementary effect), ``negligible.csv``,
        ``sensitivity.json``, ``influence.svg`` and ``.png``; with a tornado ``doses.csv``, ``doses.svg`` and ``.png``.
    """
    frame = screen.frame(q.system)
    negligible = frame[frame["is_negligible"]].drop_duplicates("parameter")[
        ["parameter", "module", "label", "grade", "prior_kind", "reaches"]
    ]
    columns = ["_".join(filter(None, c)) for c in screen.columns]
    effects = pd.DataFrame(screen.effects.reshape(-1, len(columns)), columns=columns)
    effects.insert(0, "parameter", [m.name for _ in screen.centre for m in screen.moved])
    effects.insert(0, "base", np.repeat(np.arange(len(screen.centre)), len(screen.moved)))
    tables = {"sensitivity": frame, "effects": effects, "negligible": negligible}
    figures = {"influence": ranked(screen, float(q.times[-1]), lang)}
    if tornado is not None:
        tables["doses"] = tornado.frame()
        figures["doses"] = doses(tornado, q.arms[1].regimen.per_kg, lang)
    written = [write_csv(folder / f"{name}.csv", t) for name, t in tables.items()]
    written.append(
        write_json(
            folder / "sensitivity.json",
            SensitivityAnswer.of(screen, tornado, q, study_hash).model_dump(exclude={"sobol"}),
        )
    )
    for name, figure in figures.items():
        written += draw(figure, folder / name)
    return written


def draw(figure: Figure, stem: Path, *, png: bool = True) -> list[Path]:
    """A figure as SVG and, if wanted, PNG, without dates; no PNG where no face has its letters."""
    with styled():
        paths = [
            write_whole(
                stem.with_suffix(".svg"),
                lambda p: FigureCanvasSVG(figure).print_svg(p, metadata={"Date": None, "Creator": None}),
            )
        ]
        if png and has_letters(figure):
            figure.set_facecolor("white")
            paths.append(
                write_whole(
                    stem.with_suffix(".png"),
                    lambda p: FigureCanvasAgg(figure).print_png(p, metadata={"Software": None}),
                )
            )
    return paths
