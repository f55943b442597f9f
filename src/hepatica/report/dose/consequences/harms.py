"""Cards of harms as a forest, and of the bridge to transplant."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.bridge import are_transplanted, bridge
from hepatica.dose_summary.ranking import shows_cells
from hepatica.report import names
from hepatica.report.dose import sentences
from hepatica.report.dose.figures import drawn
from hepatica.report.style import LIMIT, legend_below, look, panels
from hepatica.words import say


def harms(a: Answer, lang: str) -> Card:
    """Harms of the dose as a forest plot, with their limits."""
    title = say("report.forest", lang)
    if not shows_cells(a.decision):
        return Card("harms", title, (say("decision.no_cells_asked", lang),))
    text = (say("report.forest_text", lang), *sentences.harm(a, lang))
    return Card("harms", title, text, None, partial(forest, a, lang), say("report.forest_alt", lang))


@drawn
def forest(answer: Answer, lang: str) -> Figure:
    """Excess of every harm over standard care under each hypothesis, with 90 % intervals and limits."""
    c, every = answer.decision.conclusion, answer.study.utility.utility().harms
    column = c.column(c.dose)
    figure, axes = panels(1, 1, width=9.5, height=1.1 + 0.45 * len(every))
    ax = axes[0, 0]
    ax.axvline(0, color="black", lw=0.8)
    for k, p in enumerate(c.predictive):
        rows = [p.harms[h.name][column] for h in every]
        colour, _, marker = look(k)
        mean, low, high = (100 * np.array([getattr(s, n) for s in rows]) for n in ("mean", "low", "high"))
        y = np.arange(len(every)) + (0.2 * (k - (len(c.predictive) - 1) / 2))
        reach = [np.maximum(mean - low, 0), np.maximum(high - mean, 0)]
        style = {"color": colour, "marker": marker, "ms": 5, "capsize": 3, "ls": "none"}
        ax.errorbar(mean, y, xerr=reach, label=names.hypothesis(p.hypothesis, lang), **style)
    for row, h in enumerate(every):
        if np.isfinite(h.limit):
            ax.plot([100 * h.limit] * 2, [row - 0.4, row + 0.4], color=LIMIT, lw=2, label=say("report.limit", lang))
    ax.set_yticks(range(len(every)), [h.label[lang] for h in every])
    ax.set(ylim=(len(every) - 0.5, -0.5), xlabel=say("report.axis_forest", lang))
    legend_below(figure, axes, 3)
    return figure


def transplants(a: Answer, lang: str) -> Card:
    """Bridge to transplant: transplants done, avoided and lost per 100 patients, and days on the list."""
    title = say("report.bridge", lang)
    if not are_transplanted(a):
        return Card("bridge", title, (say("report.bridge_none", lang),))
    d, rows = a.decision, []
    for r in bridge(a):
        rows.append(
            {
                say("report.col_regimen", lang): names.arm_name(d.arms[r.arm], lang, d.arms),
                say("report.col_hypothesis", lang): names.hypothesis(r.hypothesis, lang),
                say("report.col_transplants", lang): names.interval(r.transplants, lang, 100.0),
                say("report.col_avoided", lang): names.interval(r.avoided, lang, 100.0),
                say("report.col_lost", lang): names.interval(r.lost, lang, 100.0),
                say("report.col_alive_without", lang): names.interval(r.alive_without, lang, 100.0),
                say("report.col_alive", lang): names.interval(r.alive, lang, 100.0),
                say("report.col_waiting", lang): names.interval(r.waiting_days, lang),
            }
        )
    note = say("report.bridge_note", lang, days=f"{a.study.horizon:g}")
    return Card("bridge", title, (say("report.bridge_text", lang),), pd.DataFrame(rows), note=note)
