"""Cards of what patients die of, and of the five years after the horizon; with their figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dosing.variance_components import VarianceComponents, decompose_variance
from hepatica.outcomes import tail
from hepatica.outcomes.causes import CAUSES, EMBOLISM, deaths_by_cause
from hepatica.report import names
from hepatica.report.dose.figures import drawn
from hepatica.report.style import BLUE, CARE, GREEN, GREY, PURPLE, SKY, VERMILLION, legend_below, look, panels
from hepatica.words import say

PUBLISHED = ("LinSu2019", "BMCGastro2022", "Yu2010")  # cited in the notes of these cards
# fill, ink of the label, hatch: told apart without colour, too
LOOK = {
    "liver": (BLUE, "white", ""),
    "infection": (VERMILLION, "black", "//"),
    "circulation": (SKY, "black", "\\\\"),
    "brain": (PURPLE, "black", ".."),
    "bleeding": (GREEN, "white", "xx"),
    "tumour": ("white", "black", "++"),
    "other": ("#d8d8d8", "black", ""),
    EMBOLISM: (GREY, "white", "--"),
}
LABELLED = 3.0  # percent, from which on a segment carries its number


@dataclass(frozen=True)
class Column:
    """An arm under a hypothesis: what it is called, its place in the Dataset, and the hypothesis."""

    title: str
    arm: int
    hypothesis: str


def columns(a: Answer, lang: str) -> list[Column]:
    """Standard care once (the hypotheses differ in cells alone), then the shown regimen under each."""
    first, d = next(iter(a.courses)), a.decision
    found = [Column(say("report.standard_care", lang), 0, first)]
    if names.shows_cells(d):
        found += [
            Column(f"{names.arm_name(d.arms[d.top], lang)}\n{names.hypothesis(h, lang)}", 1, h) for h in a.courses
        ]
    return found


def causes_of_death(a: Answer) -> dict[str, dict[str, NDArray[np.float64]]]:
    """By hypothesis and cause, the expected share dead by the horizon, (arm, patient)."""
    utility = a.study.utility.utility()
    return {
        h: {cause: dead[..., -1] for cause, dead in deaths_by_cause(ds, utility.fatal(ds)).items()}
        for h, ds in a.courses.items()
    }


@drawn
def causes_figure(a: Answer, lang: str) -> Figure:
    """Stacked bars of the causes of death, one bar for each arm and hypothesis."""
    rows, dead = columns(a, lang), causes_of_death(a)
    figure, axes = panels(1, 1, width=11.5, height=1.2 + 0.75 * len(rows))
    ax, left = axes[0, 0], np.zeros(len(rows))
    for cause in (*CAUSES, EMBOLISM):
        shares = np.array([100 * np.nanmean(dead[c.hypothesis][cause][c.arm]) for c in rows])
        fill, ink, hatch = LOOK[cause]
        ax.barh(
            -np.arange(len(rows)),
            shares,
            left=left,
            height=0.62,
            color=fill,
            edgecolor="black",
            linewidth=0.6,
            hatch=hatch,
            label=say(f"report.cause_{cause}", lang),
        )
        for y, (share, start) in enumerate(zip(shares, left, strict=True)):
            if share >= LABELLED:
                box = {"boxstyle": "round,pad=0.15", "fc": fill, "ec": "none"}
                ax.text(
                    start + share / 2,
                    -y,
                    names.number(share, 0),
                    color=ink,
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    bbox=box,
                )
        left = left + shares
    for y, total in enumerate(left):
        ax.text(total + 0.6, -y, names.number(total), va="center", fontsize=8.5, fontweight="bold")
    ax.set_yticks(-np.arange(len(rows)), [c.title for c in rows], fontsize=8.5)
    ax.set(xlabel=say("report.axis_causes", lang, days=f"{a.study.horizon:g}"), xlim=(0, max(1.08 * left.max(), 1.0)))
    legend_below(figure, axes, 4)
    return figure


def causes(a: Answer, lang: str) -> Card:
    """What patients die of, by the horizon."""
    shown, dead = columns(a, lang), causes_of_death(a)
    draw = next(iter(a.courses.values()))["draw"].values

    def row(title: str, kinds: tuple[str, ...]) -> dict[str, str]:
        cells = {say("report.col_cause", lang): title}
        for c in shown:
            share = np.sum([dead[c.hypothesis][k][c.arm] for k in kinds], axis=0)
            cells[c.title.replace("\n", ", ")] = names.interval(decompose_variance(share, draw), lang, 100.0)
        return cells

    every = (*CAUSES, EMBOLISM)
    rows = [row(say(f"report.cause_{k}", lang), (k,)) for k in every]
    rows.append(row(say("report.cause_all", lang), every))
    return Card(
        "causes",
        say("report.causes", lang),
        (say("report.causes_text", lang, days=f"{a.study.horizon:g}"),),
        pd.DataFrame(rows),
        partial(causes_figure, a, lang),
        say("report.causes_alt", lang),
        say("report.causes_note", lang),
    )


def tails(a: Answer) -> dict[str, tail.Tail]:
    """The five years after the horizon, by hypothesis."""
    share = a.study.utility.utility().deaths_per_thrombosis
    return {h: tail.tail(ds, a.study.horizon, fatal_share=share) for h, ds in a.long_term.items()}


@drawn
def tail_figure(a: Answer, lang: str) -> Figure:
    """Cumulative incidence of death, tumour, bleeding and, where there is any, transplant, from the horizon on."""
    shown, found = columns(a, lang), tails(a)
    kinds = ["death", "tumour", "bleeding"]
    if any(t.transplant.max() > 0 for t in found.values()):
        kinds.append("transplant")
    figure, axes = panels(1, len(kinds), width=12, height=3.4)
    for ax, kind in zip(axes[0], kinds, strict=True):
        for place, c in enumerate(shown):
            t = found[c.hypothesis]
            values = getattr(t, kind)[c.arm]
            weight = np.where(np.isfinite(values[:, -1]), t.weight[c.arm], 0.0)
            mean = np.average(np.nan_to_num(values), axis=0, weights=weight)
            colour, line = (CARE, "--") if c.arm == 0 else (look(place - 1)[0], ("-", "-.", ":")[(place - 1) % 3])
            ax.plot(t.times / 365.25, 100 * mean, color=colour, ls=line, lw=2, label=c.title)
        ax.set_title(say(f"report.tail_{kind}", lang))
        ax.set(xlabel=say("report.axis_years", lang), xlim=(0, tail.FIVE_YEARS / 365.25))
        ax.set_ylim(bottom=0)
    axes[0, 0].set_ylabel(say("report.axis_tail", lang))
    legend_below(figure, axes, len(shown))
    return figure


def _tail_row(c: Column, t: tail.Tail, draw: NDArray[np.int64], lang: str) -> dict[str, str]:
    def conditional(values: NDArray[np.float64]) -> VarianceComponents:
        return decompose_variance(t.of_those_alive(values)[c.arm], draw)

    def share(s: VarianceComponents) -> str:
        return names.interval(replace(s, low=max(s.low, 0.0), high=min(s.high, 1.0)), lang, 100.0)

    free = t.weight * (1.0 - t.death[..., -1] - t.transplant[..., -1])
    row = {
        say("report.col_regimen", lang): c.title.replace("\n", ", "),
        say("report.col_alive_horizon", lang): share(decompose_variance(t.weight[c.arm], draw)),
        say("report.col_alive_five", lang): share(decompose_variance(free[c.arm], draw)),
    }
    for kind in ("death", "transplant", "tumour", "bleeding"):
        row[say("report.col_tail", lang, what=say(f"report.tail_{kind}", lang))] = share(
            conditional(getattr(t, kind)[..., -1])
        )
    if t.collagen is not None:
        row[say("report.col_tail_collagen", lang)] = names.interval(conditional(t.collagen), lang)
    return row


def five_years(a: Answer, lang: str) -> Card:
    """After the horizon: what becomes of those alive at it."""
    title, days = say("report.tail", lang), f"{a.study.horizon:g}"
    if not a.long_term:
        return Card("tail", title, (say("report.tail_none", lang),))
    found, first = tails(a), next(iter(a.long_term.values()))
    rows = [_tail_row(c, found[c.hypothesis], first["draw"].values, lang) for c in columns(a, lang)]
    return Card(
        "tail",
        title,
        (say("report.tail_text", lang, days=days, patients=first.sizes["patient"]), say("report.tail_cells", lang)),
        pd.DataFrame(rows),
        partial(tail_figure, a, lang),
        say("report.tail_alt", lang),
        say("report.tail_note", lang),
    )
