"""Figure of the therapeutic window: benefit above, harms below, over the dose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.dose_study import Answer
from hepatica.dose_summary.dose_response import DoseSeries, dose_series, regimen_table
from hepatica.dosing import Harm
from hepatica.report import names
from hepatica.report.dose.figures import drawn
from hepatica.report.style import GREY, LIMIT, label_outside, legend_below, log_scale, look, panels
from hepatica.therapy import ROUTES
from hepatica.words import say

Row = tuple[str, Harm | None, float]  # column of the decision's table, its harm, height over that of a harm


def rows_of(frame: pd.DataFrame, harms: Sequence[Harm]) -> list[Row]:
    """Panels of the window: gain, survival gain, and every harm that has a cost or a limit and occurs."""
    counted = [h for h in harms if h.loss > 0 or np.isfinite(h.limit)]
    shown = [h for h in counted if frame[f"excess_{h.name}"].abs().max() > 0]
    return [("gain", None, 1.8), ("survival_gain", None, 1.0), *((f"excess_{h.name}", h, 1.0) for h in shown)]


@drawn
def window(answer: Answer, lang: str) -> Figure:
    """Benefit and harm over dose: routes as columns; lines by hypothesis and schedule."""
    frame, utility = regimen_table(answer), answer.study.utility.utility()
    routes = list(dict.fromkeys(frame["route"]))
    rows = rows_of(frame, utility.harms)
    width, ratios = max(6.5, 5.6 * len(routes)), {"height_ratios": [r[2] for r in rows]}
    figure, axes = panels(len(rows), len(routes), width=width, height=1.75, gridspec_kw=ratios)
    label_outside(axes)
    for column, route in enumerate(routes):
        here = frame[frame["route"] == route]
        lines = dose_series(here)
        for row, (what, harm, _) in enumerate(rows):
            ax = axes[row, column]
            limit = np.inf if harm is None else 100 * harm.limit
            ax.set(xlim=(here["per_kg_dose"].min() / 1.5, here["per_kg_dose"].max() * 1.5))
            ax.set_ylim(*_reach(frame, what, None if harm is None else limit))
            _axis(ax, here["per_kg_dose"])
            _lines(ax, lines, what, lang)
            ax.axhline(0, color="black", lw=0.6)
            if np.isfinite(limit):
                ax.axhline(limit, color=LIMIT, lw=1.8, ls=(0, (6, 2)), label=say("report.limit", lang))
            if column == 0:
                text = (
                    say(f"report.axis_{what}", lang)
                    if harm is None
                    else say("report.axis_excess", lang, harm=harm.label[lang])
                )
                ax.set_ylabel(text, fontsize=8.5)
        axes[0, column].set_title(names.route(route, lang))
        axes[-1, column].set_xlabel(say("report.axis_dose", lang))
        _beyond(axes[:, column], here["per_kg_dose"], ROUTES[route].highest_given.value, lang)
    _star(axes[0], routes, frame, answer, lang)
    legend_below(figure, axes, 2)
    return figure


def _reach(frame: pd.DataFrame, what: str, limit: float | None) -> tuple[float, float]:
    """Limits of a row of panels: every interval, but of a harm only as far up as where its limit is crossed."""
    scale = 1.0 if what == "gain" else 100.0
    low, high = scale * float(frame[f"{what}_low"].min()), scale * float(frame[f"{what}_high"].max())
    low, high = min(low, scale * float(frame[what].min()), 0.0), max(high, scale * float(frame[what].max()), 0.0)
    edge = 0.05 * (high - low or 1.0)
    top = high + edge if limit is None else _top(limit, scale * frame[what])
    return low - edge, top


def _axis(ax: Axes, doses: pd.Series) -> None:
    """Doses on a logarithmic axis, each named if there are few."""
    log_scale(ax.xaxis, text=names.cells)
    if doses.nunique() <= 7:
        ax.set_xticks(sorted(doses.unique()), [names.cells(d) for d in sorted(doses.unique())])


def _top(limit: float, means: pd.Series) -> float:
    highest = 1.15 * float(means.max())
    return max(highest, 2.5 * limit if np.isfinite(limit) else 0.0, 1.0)


def _lines(ax: Axes, lines: list[DoseSeries], what: str, lang: str) -> None:
    scale = 1.0 if what == "gain" else 100.0
    hypotheses = list(dict.fromkeys(x.hypothesis for x in lines))
    schedules = sorted({x.schedule for x in lines})
    for place, series in enumerate(lines):
        rows, s = series.rows, schedules.index(series.schedule)
        colour, _, marker = look(hypotheses.index(series.hypothesis))
        fill, line = ("white", "--") if s == 0 and len(schedules) > 1 else (colour, ("-", "-", "-.", ":")[s % 4])
        x = rows["per_kg_dose"] * 1.03 ** (place - (len(lines) - 1) / 2)
        y, low, high = (scale * rows[c] for c in (what, f"{what}_low", f"{what}_high"))
        often = names.schedule(series.schedule.infusions, series.schedule.interval, lang)
        label = say("report.line", lang, hypothesis=names.hypothesis(series.hypothesis, lang), often=often)
        ax.vlines(x, np.minimum(low, y), np.maximum(high, y), colors=colour, linewidths=0.8)
        ax.plot(x, y, color=colour, ls=line, lw=1.4, marker=marker, mfc=fill, ms=5, label=label)


def _beyond(column: list[Axes], doses: pd.Series, highest: float, lang: str) -> None:
    """Shade the doses above any ever given by this route."""
    end = doses.max() * 1.5
    for ax in column:
        if highest < end:
            ax.axvspan(highest * 1.06, end, color=GREY, alpha=0.13, lw=0, label=say("report.beyond", lang))


def _star(row: list[Axes], routes: list[str], frame: pd.DataFrame, answer: Answer, lang: str) -> None:
    """Mark the shown regimen."""
    d = answer.decision
    for _, line in frame[frame["arm"] == d.arms[d.top].name].iterrows():
        row[routes.index(line["route"])].plot(
            line["per_kg_dose"],
            line["gain"],
            marker="o",
            ms=15,
            mfc="none",
            mec="black",
            mew=1.1,
            ls="none",
            label=say("report.top", lang),
        )
