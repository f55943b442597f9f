"""Figures of biomarkers: prognostic beside predictive value, and gain by tenth of a measurable."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.biomarkers.measurables import Group
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
STEP = 9
"""Points by which a name is raised above that of a neighbour."""
NEAR = np.array([0.2, 0.04])
"""Parts of both axes within which names would meet."""


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
        for k, step in _steps(table).items():
            x, y = (100 * float(table[c].iloc[k]) for c in ("prognostic", "predictive"))
            ax.annotate(
                marker_name(every[k], lang), (x, y), (4, 3 + STEP * step), textcoords="offset points", fontsize=7
            )
        ax.set_xlabel(say("biomarkers.axis_prognostic", lang))
        ax.set_ylabel(say("biomarkers.axis_predictive", lang))
        legend_below(figure, axes, 7)
        return figure


def _steps(table: pd.DataFrame) -> dict[int, int]:
    """Rows that lead in either value, from left to right, and how many steps the name of each is raised."""
    leaders = {
        int(k)
        for column in ("prognostic", "predictive")
        for k in table[column].to_numpy(float).argsort()[::-1][:MOST_NAMED]
        if table[column].iloc[int(k)] > 0.01
    }
    place = table[["prognostic", "predictive"]].to_numpy(float)
    near = NEAR * np.maximum(place.max(axis=0), 1e-9)
    steps: dict[int, int] = {}
    for k in sorted(leaders, key=lambda k: (place[k, 0], k)):
        taken = {steps[j] for j in steps if (np.abs(place[k] - place[j]) < near).all()}
        steps[k] = next(step for step in range(len(leaders)) if step not in taken)
    return steps


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
