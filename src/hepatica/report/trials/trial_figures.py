"""Figures of a trial: endpoints side by side, expected survival, reasons for failure."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hepatica.report.style import (
    BLUE,
    CARE,
    CELLS,
    GREEN,
    GREY,
    PURPLE,
    SKY,
    VERMILLION,
    legend_below,
    look,
    panels,
    styled,
)
from hepatica.report.trials.names import hypothesis_name
from hepatica.trials.virtual.characteristics import TrialCharacteristics
from hepatica.trials.virtual.conduct.scenario import Truth
from hepatica.trials.virtual.failure import FailureShares
from hepatica.words import say

ARMS: tuple[tuple[str, Any], ...] = (
    (CARE, "-"),
    (CELLS, "-"),
    (VERMILLION, "--"),
    (GREEN, "-."),
    (PURPLE, ":"),
    (SKY, (0, (5, 1, 1, 1, 1, 1))),
    ("black", (0, (1, 3))),
)
"""Colour and line of the control, then of the arms with cells."""
TRUTHS = {Truth.AVERAGE: "power", Truth.DRAWN: "assurance", Truth.NULL: "error"}


def draw_endpoints(found: TrialCharacteristics, lang: str) -> Figure:
    """Success of each endpoint by truth, a panel for each hypothesis."""
    with styled():
        names = list(found.hypotheses[0].endpoints)
        figure, axes = panels(1, len(found.hypotheses), width=10.0, height=1.4 + 0.36 * len(names))
        for column, h in enumerate(found.hypotheses):
            ax = axes[0, column]
            for k, (truth, word) in enumerate(TRUTHS.items()):
                colour, _, marker = look(k)
                rates = [h.endpoints[name][truth] for name in names]
                y = np.arange(len(names))[::-1] + 0.18 * (1 - k)
                value = np.array([100 * r.value for r in rates])
                half = np.array([196 * r.error for r in rates])
                ax.errorbar(
                    value, y, xerr=half, ls="none", marker=marker, ms=5, color=colour, lw=1.1,
                    label=say(f"trial.column_{word}", lang),
                )  # fmt: skip
            ax.axvline(100 * found.trial.analysis.alpha, color=GREY, ls=":", lw=1)
            ax.set_xlim(-2, 102)
            ax.set_ylim(-0.6, len(names) - 0.4)
            ax.set_yticks(np.arange(len(names))[::-1], names if column == 0 else [""] * len(names))
            ax.set_title(hypothesis_name(h.hypothesis, lang))
            ax.set_xlabel(say("trial.axis_success", lang))
        legend_below(figure, axes, 3)
        return figure


def draw_survival(found: TrialCharacteristics, lang: str) -> Figure:
    """Expected survival of the arms, a panel for each hypothesis."""
    with styled():
        figure, axes = panels(1, len(found.hypotheses), width=10.0, height=3.2)
        for column, h in enumerate(found.hypotheses):
            ax = axes[0, column]
            days = np.arange(h.effects.survival.shape[1])
            for a, arm in enumerate(found.trial.arm):
                colour, line = ARMS[1 + (a - 1) % (len(ARMS) - 1)] if a else ARMS[0]
                ax.plot(days, 100 * h.effects.survival[a], color=colour, ls=line, lw=1.6, label=arm.name)
            ax.set_xlim(0, found.trial.follow_up)
            ax.set_ylim(0, 101)
            ax.set_title(hypothesis_name(h.hypothesis, lang))
            ax.set_xlabel(say("trial.axis_day", lang))
            if column == 0:
                ax.set_ylabel(say("trial.axis_alive", lang))
        legend_below(figure, axes, 4)
        return figure


def draw_failure(shares: FailureShares, lang: str) -> Figure:
    """Percentage points of failure by cause; causes that help the trial point to the left."""
    with styled():
        names = [say(f"trial.cause_{cause.value}", lang) for cause in shares.shares]
        names.append(say("trial.cause_remaining", lang))
        values = 100 * np.array([*shares.shares.values(), shares.remaining])
        figure, axes = panels(1, 1, width=8.0, height=1.0 + 0.3 * len(names))
        ax = axes[0, 0]
        y = np.arange(len(names))[::-1]
        ax.barh(y, values, color=[VERMILLION if v < 0 else BLUE for v in values], alpha=0.75)
        for at, value in zip(y, values, strict=True):
            ax.annotate(
                f"{value:.1f}", (value, at), (4 if value >= 0 else -4, 0), textcoords="offset points", va="center",
                ha="left" if value >= 0 else "right", fontsize=8,
            )  # fmt: skip
        ax.axvline(0, color=GREY, lw=0.8)
        ax.margins(x=0.12)
        ax.set_yticks(y, names)
        ax.set_xlabel(say("trial.axis_points", lang))
        return figure
