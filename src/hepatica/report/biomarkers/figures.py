"""Figures of biomarkers: prognostic beside predictive value, and gain by tenth of a measurable."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from hepatica.biomarkers.measurables import Group, Measurable
from hepatica.biomarkers.study import BiomarkerStudy
from hepatica.report.biomarkers.names import marker_name
from hepatica.report.style import BLUE, GREEN, GREY, PURPLE, SKY, VERMILLION, legend_below, panels, styled
from hepatica.words import say

LOOKS = {
    Group.LAB: (BLUE, "o"),
    Group.INFLAMMATION: (VERMILLION, "s"),
    Group.FUNCTION: (GREEN, "^"),
    Group.SIGN: (PURPLE, "D"),
    Group.PRODUCT: ("black", "P"),
    Group.IMAGING: (GREY, "X"),
    Group.CHANGE: (SKY, "v"),
}
MOST_NAMED = 6


def value_figure(result: BiomarkerStudy, lang: str) -> Figure:
    """Every measurable by its prognostic and predictive value; those that lead in either are named."""
    table, every = result.values, result.potential.measurables
    with styled():
        figure, axes = panels(1, 1, width=9.0, height=4.6)
        ax = axes[0, 0]
        for group, (colour, marker) in LOOKS.items():
            rows = table[table["group"] == group.value]
            ax.plot(
                100 * rows["prognostic"], 100 * rows["predictive"], color=colour, marker=marker, ls="none", ms=5,
                label=say(f"biomarkers.group_{group.value}", lang),
            )  # fmt: skip
        for column in ("prognostic", "predictive"):
            for k in table[column].to_numpy(float).argsort()[::-1][:MOST_NAMED]:
                if table[column].iloc[k] > 0.01:
                    _name(ax, table, every, int(k), lang)
        ax.set_xlabel(say("biomarkers.axis_prognostic", lang))
        ax.set_ylabel(say("biomarkers.axis_predictive", lang))
        legend_below(figure, axes, 7)
        return figure


def _name(ax: object, table: object, every: tuple[Measurable, ...], k: int, lang: str) -> None:
    x, y = (100 * float(table[c].iloc[k]) for c in ("prognostic", "predictive"))  # type: ignore[index]
    ax.annotate(marker_name(every[k], lang), (x, y), (4, 3), textcoords="offset points", fontsize=7)  # type: ignore[attr-defined]


def curve_figure(result: BiomarkerStudy, lang: str) -> Figure:
    """Mean gain by tenth of the first-ranked measurable of day 0, with 90 % intervals, and the mean of all."""
    m = result.potential.measurables[result.cut_marker]
    x = result.curve["marker"].to_numpy(float)
    x = np.exp(x) if m.is_log and not m.is_change else x
    with styled():
        figure, axes = panels(1, 1, width=8.0, height=3.2)
        ax = axes[0, 0]
        ax.fill_between(x, result.curve["low"], result.curve["high"], color=BLUE, alpha=0.2, lw=0)
        ax.plot(x, result.curve["gain"], color=BLUE, marker="o", ms=4, label=say("biomarkers.legend_gain", lang))
        ax.axhline(float(result.potential.gain.mean()), color=GREY, ls="--", label=say("biomarkers.legend_all", lang))
        ax.axhline(0.0, color="black", lw=0.8)
        ax.set_xlabel(marker_name(m, lang))
        ax.set_ylabel(say("biomarkers.axis_gain", lang))
        legend_below(figure, axes, 2)
        return figure
