"""Cards of the causes of death and of the five years after the horizon, with their figures."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.long_term import (
    EVERY_CAUSE,
    FiveYears,
    LateEvent,
    ShownArm,
    cause_components,
    cumulative_incidence,
    death_shares,
    five_year_outcomes,
    mean_cause_shares,
    shown_arms,
    tails,
)
from hepatica.outcomes.causes import EMBOLISM
from hepatica.outcomes.tail import FIVE_YEARS, Tail
from hepatica.report import names
from hepatica.report.style import BLUE, CARE, GREEN, GREY, PURPLE, SKY, VERMILLION, legend_below, look, panels, styled
from hepatica.words import say

Floats = NDArray[np.float64]
DeathShares = dict[str, dict[str, Floats]]
PUBLISHED = ("LinSu2019", "BMCGastro2022", "Yu2010")  # cited in the notes of these cards
# fill, ink of the label, hatch: told apart without colour, too
LOOK = {
    "liver": (BLUE, "white", ""),
    "infection": (VERMILLION, "black", "//"),
    "circulation": (SKY, "black", "\\\\"),
    "brain": (PURPLE, "black", ".."),
    "bleeding": (GREEN, "black", "xx"),
    "tumour": ("white", "black", "++"),
    "other": ("#d8d8d8", "black", ""),
    EMBOLISM: (GREY, "white", "--"),
}
LABELLED = 3.0  # percent, from which on a segment carries its number


def arm_title(a: Answer, c: ShownArm, lang: str, join: str) -> str:
    """Standard care, or the shown regimen and its hypothesis."""
    if c.arm == 0:
        return say("report.standard_care", lang)
    return f"{names.arm_name(a.decision.arms[a.decision.top], lang)}{join}{names.hypothesis(c.hypothesis, lang)}"


def causes_figure(a: Answer, dead: DeathShares, lang: str) -> Figure:
    """Stacked bars of the causes of death, one bar for each arm and hypothesis."""
    shares = mean_cause_shares(a, dead)
    with styled():
        figure, axes = panels(1, 1, width=11.5, height=1.2 + 0.75 * len(shares))
        ax, left = axes[0, 0], np.zeros(len(shares))
        for cause in EVERY_CAUSE:
            here = np.array([100 * s[cause] for s in shares.values()])
            _stack(ax, cause, here, left, lang)
            left = left + here
        for y, total in enumerate(left):
            ax.text(total + 0.6, -y, names.number(total), va="center", fontsize=8.5, fontweight="bold")
        ax.set_yticks(-np.arange(len(shares)), [arm_title(a, c, lang, "\n") for c in shares], fontsize=8.5)
        days = f"{a.study.horizon:g}"
        ax.set(xlabel=say("report.axis_causes", lang, days=days), xlim=(0, max(1.08 * left.max(), 1.0)))
        legend_below(figure, axes, 4)
    return figure


def _stack(ax: Axes, cause: str, shares: Floats, left: Floats, lang: str) -> None:
    fill, ink, hatch = LOOK[cause]
    bars: dict[str, Any] = {"color": fill, "edgecolor": "black", "linewidth": 0.6, "hatch": hatch}
    ax.barh(-np.arange(len(shares)), shares, left=left, height=0.62, label=say(f"report.cause_{cause}", lang), **bars)
    box: Any = {"boxstyle": "round,pad=0.15", "fc": fill, "ec": "none"}
    for y, (share, start) in enumerate(zip(shares, left, strict=True)):
        if share >= LABELLED:
            at = (start + share / 2, -y)
            ax.text(*at, names.number(share, 0), color=ink, ha="center", va="center", fontsize=8.5, bbox=box)


def causes(a: Answer, lang: str) -> Card:
    """Causes of death by the horizon."""
    dead = death_shares(a)
    shown = cause_components(a, dead)
    rows = [
        {say("report.col_cause", lang): say(f"report.cause_{cause}", lang)}
        | {arm_title(a, c, lang, ", "): names.interval(parts[cause], lang, 100.0) for c, parts in shown.items()}
        for cause in (*EVERY_CAUSE, "all")
    ]
    return Card(
        "causes",
        say("report.causes", lang),
        (say("report.causes_text", lang, days=f"{a.study.horizon:g}"),),
        pd.DataFrame(rows),
        partial(causes_figure, a, dead, lang),
        say("report.causes_alt", lang),
        say("report.causes_note", lang),
    )


def tail_figure(a: Answer, by_hypothesis: dict[str, Tail], lang: str) -> Figure:
    """Cumulative incidence of death, tumour, bleeding and, where there is any, transplant, from the horizon on."""
    shown = shown_arms(a)
    events = [LateEvent.DEATH, LateEvent.TUMOUR, LateEvent.BLEEDING]
    if any(t.transplant.max() > 0 for t in by_hypothesis.values()):
        events.append(LateEvent.TRANSPLANT)
    with styled():
        figure, axes = panels(1, len(events), width=12, height=3.4)
        for ax, event in zip(axes[0], events, strict=True):
            for place, c in enumerate(shown):
                t = by_hypothesis[c.hypothesis]
                colour, line = (CARE, "--") if c.arm == 0 else (look(place - 1)[0], ("-", "-.", ":")[(place - 1) % 3])
                name = arm_title(a, c, lang, "\n")
                ax.plot(
                    t.times / 365.25,
                    100 * cumulative_incidence(t, c.arm, event),
                    color=colour,
                    ls=line,
                    lw=2,
                    label=name,
                )
            ax.set_title(say(f"report.tail_{event.value}", lang))
            ax.set(xlabel=say("report.axis_years", lang), xlim=(0, FIVE_YEARS / 365.25))
            ax.set_ylim(bottom=0)
        axes[0, 0].set_ylabel(say("report.axis_tail", lang))
        legend_below(figure, axes, len(shown))
    return figure


def _tail_row(title: str, five: FiveYears, lang: str) -> dict[str, str]:
    row = {
        say("report.col_regimen", lang): title,
        say("report.col_alive_horizon", lang): names.interval(five.alive_at_horizon, lang, 100.0),
        say("report.col_alive_five", lang): names.interval(five.alive_at_end, lang, 100.0),
    }
    for event in (LateEvent.DEATH, LateEvent.TRANSPLANT, LateEvent.TUMOUR, LateEvent.BLEEDING):
        head = say("report.col_tail", lang, what=say(f"report.tail_{event.value}", lang))
        row[head] = names.interval(five.events[event], lang, 100.0)
    if five.collagen is not None:
        row[say("report.col_tail_collagen", lang)] = names.interval(five.collagen, lang)
    return row


def five_years(a: Answer, lang: str) -> Card:
    """Outcomes of those alive at the horizon, over the five years after it."""
    title, days = say("report.tail", lang), f"{a.study.horizon:g}"
    if not a.long_term:
        return Card("tail", title, (say("report.tail_none", lang),))
    by_hypothesis, patients = tails(a), next(iter(a.long_term.values())).sizes["patient"]
    outcomes = five_year_outcomes(a, by_hypothesis)
    rows = [_tail_row(arm_title(a, c, lang, ", "), five, lang) for c, five in outcomes.items()]
    return Card(
        "tail",
        title,
        (say("report.tail_text", lang, days=days, patients=patients), say("report.tail_cells", lang)),
        pd.DataFrame(rows),
        partial(tail_figure, a, by_hypothesis, lang),
        say("report.tail_alt", lang),
        say("report.tail_note", lang),
    )
