"""Card of metabolic recovery: extent, day and order in which functions return, with and without the cells."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure, SubFigure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.recovery import ArmRecovery, functions_of, largest_gain, order_of_return, recovery_by_arm
from hepatica.report import names
from hepatica.report.layout import GridLayout
from hepatica.report.style import BLUE, CARE, VERMILLION, draw_lines, label_outside, legend_below, look, styled
from hepatica.words import catalogue, say

ACROSS = 5  # panels side by side
WHITE_INK = 0.93  # share recovered above which white stands out from the blue more than black, 4.5 to 1 either way
HEAT = LinearSegmentedColormap.from_list("recovery", [VERMILLION, "white", BLUE])


def function_name(name: str, lang: str) -> str:
    """A function in words; one added later goes by its name."""
    key = f"function_{name.replace(' ', '_').lower()}"
    return say(f"report.{key}", lang) if f"report.{key}" in catalogue() else name


def arm_title(r: ArmRecovery, lang: str) -> str:
    """Standard care, or the shown regimen under a hypothesis."""
    if r.hypothesis is None:
        return say("report.standard_care", lang)
    return say("report.recovery_with", lang, hypothesis=names.hypothesis(r.hypothesis, lang))


def metabolic_recovery(a: Answer, lang: str) -> Card:
    """Recovery of metabolic functions: extent, day and order."""
    shown = recovery_by_arm(a)
    last = f"{float(shown[0].table['day'].values[-1]):g}"
    what, table = say("report.col_function", lang), []
    for k, f in enumerate(functions_of(shown)):
        row = {what: function_name(f, lang)}
        for r in shown:
            name = arm_title(r, lang)
            row[say("report.col_half_day", lang, arm=name)] = names.number(float(r.table["median_day"][k]), 0)
            row[say("report.col_back", lang, arm=name)] = names.number(100 * float(r.table["share_back"][k]), 0)
        table.append(row)
    text = (say("report.recovery_text", lang), _order(shown, last, lang), *_gains(a, shown, lang))
    return Card(
        "recovery",
        say("report.recovery", lang),
        text,
        pd.DataFrame(table),
        partial(figure, shown, lang),
        say("report.recovery_alt", lang),
        say("report.recovery_note", lang, days=last),
    )


def _order(shown: list[ArmRecovery], last: str, lang: str) -> str:
    """Order in which functions return under standard care, and those that do not."""
    back = order_of_return(shown[0])
    texts = (
        say("report.recovery_by", lang, function=function_name(f, lang), day=names.number(day, 0)) for f, day in back
    )
    returned = {f for f, _ in back}
    never = names.listed((function_name(f, lang) for f in functions_of(shown) if f not in returned), lang)
    return say("report.recovery_order", lang, order=names.listed(texts, lang) or "–", never=never or "–", days=last)


def _gains(a: Answer, shown: list[ArmRecovery], lang: str) -> list[str]:
    """Largest gain of the shown regimen over standard care, under each hypothesis."""
    lines = []
    for r in shown[1:]:
        best = largest_gain(shown[0], r)
        lines.append(
            say(
                "report.recovery_more",
                lang,
                hypothesis=names.hypothesis(r.hypothesis or "", lang),
                regimen=names.regimen(a.decision.arms[a.decision.top].regimen, lang),
                function=function_name(best.function, lang),
                points=names.number(100 * best.share),
                day=f"{best.day:g}",
            )
        )
    return lines


def figure(shown: list[ArmRecovery], lang: str) -> Figure:
    """Above, shares by function and day as numbers on colour; below, the share of each function over time."""
    functions = functions_of(shown)
    down = -(-len(functions) // ACROSS)
    heights = [0.9 + 0.27 * len(functions), 0.5 + 1.55 * down]
    with styled():
        figure = Figure(figsize=(12.5, sum(heights)), layout=GridLayout())
        above, below = np.ravel(np.asarray(figure.subfigures(2, 1, height_ratios=heights), object))
        grid = above.subplots(1, len(shown), squeeze=False)
        label_outside(grid)
        for ax, r in zip(grid[0], shown, strict=True):
            _heat(ax, r.table["share_recovered"].values, [float(d) for d in r.table["day"].values])
            ax.set_title(arm_title(r, lang), fontsize=9)
            ax.set_xlabel(say("report.axis_days", lang))
        grid[0, 0].set_yticks(range(len(functions)), [function_name(f, lang) for f in functions])
        _lines(shown, below, down, lang)
    return figure


def _heat(ax: Axes, share: np.ndarray, days: list[float]) -> None:
    ax.set(xlim=(-0.5, share.shape[1] - 0.5), ylim=(share.shape[0] - 0.5, -0.5))
    ends = [np.arange(n + 1) - 0.5 for n in share.shape[::-1]]
    ax.pcolormesh(*ends, share, cmap=HEAT, norm=Normalize(-1, 1), edgecolors="white", linewidth=0.5)
    for (row, column), value in np.ndenumerate(share):
        ax.text(
            column,
            row,
            names.number(100 * value, 0),
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if np.nan_to_num(value) > WHITE_INK else "black",
        )
    ax.set_xticks(range(len(days)), [f"{d:g}" for d in days])
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)


def _lines(shown: list[ArmRecovery], below: SubFigure, down: int, lang: str) -> None:
    functions, days = functions_of(shown), shown[0].curve["day"].values
    axes = below.subplots(down, ACROSS, squeeze=False)
    label_outside(axes)
    looks = [look(place - 1)[:2] if r.hypothesis else (CARE, "-") for place, r in enumerate(shown)]
    for k, f in enumerate(functions):
        curves = [100 * r.curve["share_recovered"].values[k] for r in shown]
        ax = axes.flat[k]
        ax.set(xlim=(days[0], days[-1]), ylim=(-60, 105), yticks=(-50, 0, 50, 100))
        draw_lines(ax, days, curves, colors=[c for c, _ in looks], linestyles=[s for _, s in looks], linewidths=1.8)
        ax.set_title(function_name(f, lang), fontsize=9)
    for r, (colour, line) in zip(shown, looks, strict=True):
        axes[0, 0].plot([], [], color=colour, ls=line, lw=1.8, label=arm_title(r, lang))
    for k, ax in enumerate(axes.flat):
        if k >= len(functions):
            ax.set_visible(False)
        elif k + ACROSS >= len(functions):
            ax.set_xlabel(say("report.axis_days", lang))
            ax.xaxis.set_tick_params(labelbottom=True)
        ax.axhline(0, color="black", lw=0.6)
    for row in axes:
        row[0].set_ylabel(say("report.axis_recovered", lang))
    legend_below(below, axes, 3)
