"""The card of metabolic recovery: which functions return, how far and when, with and without the cells."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure, SubFigure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.outcomes.recovery import recovery as recovered
from hepatica.report import names
from hepatica.report.dose import numbers
from hepatica.report.dose.figures import drawn
from hepatica.report.layout import GridLayout
from hepatica.report.style import BLUE, CARE, VERMILLION, draw_lines, label_outside, legend_below, look
from hepatica.words import catalogue, say

DAYS = (7.0, 28.0, 90.0)
ACROSS = 5  # panels side by side
POINTS = 40  # of a line
HEAT = LinearSegmentedColormap.from_list("recovery", [VERMILLION, "white", BLUE])


def function_name(name: str, lang: str) -> str:
    """A function in words; one added later goes by its name."""
    key = f"function_{name.replace(' ', '_').lower()}"
    return say(f"report.{key}", lang) if f"report.{key}" in catalogue() else name


def days_of(a: Answer) -> list[float]:
    """Days of the table: those of `DAYS` within the horizon, and the horizon."""
    last = float(numbers.first(a)["time"].values[-1])
    return [*(d for d in DAYS if d < last), last]


def rows_of(a: Answer, days: list[float], lang: str) -> list[tuple[str, str, xr.Dataset]]:
    """Standard care once, then the shown regimen under each hypothesis: hypothesis, name, recovery."""
    first = recovered(numbers.first(a), days=days)
    found = [("", say("report.standard_care", lang), first.isel(arm=0))]
    if first.sizes["arm"] > 1:
        for h, ds in a.courses.items():
            name = say("report.recovery_with", lang, hypothesis=names.hypothesis(h, lang))
            found.append((h, name, recovered(ds, days=days).isel(arm=1)))
    return found


def metabolic_recovery(a: Answer, lang: str) -> Card:
    """Which functions return, how far and when."""
    days = days_of(a)
    shown = rows_of(a, days, lang)
    functions = [str(f) for f in shown[0][2]["function"].values]
    what, table = say("report.col_function", lang), []
    for k, f in enumerate(functions):
        row = {what: function_name(f, lang)}
        for _, name, found in shown:
            row[say("report.col_half_day", lang, arm=name)] = names.number(float(found["median_day"][k]), 0)
            row[say("report.col_back", lang, arm=name)] = names.number(100 * float(found["share_back"][k]), 0)
        table.append(row)
    text = (
        say("report.recovery_text", lang),
        _order(shown[0][2], functions, days[-1], lang),
        *_gains(a, shown, functions, lang),
    )
    note = say("report.recovery_note", lang, days=f"{days[-1]:g}")
    return Card(
        "recovery",
        say("report.recovery", lang),
        text,
        pd.DataFrame(table),
        partial(figure, a, lang),
        say("report.recovery_alt", lang),
        note,
    )


def _order(care: xr.Dataset, functions: list[str], days: float, lang: str) -> str:
    """In which order functions come back under standard care, and which do not."""
    when = care["median_day"].values
    back = [k for k in np.argsort(np.nan_to_num(when, nan=np.inf), kind="stable") if np.isfinite(when[k])]
    order = names.listed(
        (
            say("report.recovery_by", lang, function=function_name(functions[k], lang), day=names.number(when[k], 0))
            for k in back
        ),
        lang,
    )
    never = names.listed((function_name(functions[k], lang) for k in range(len(functions)) if k not in back), lang)
    return say("report.recovery_order", lang, order=order or "–", never=never or "–", days=f"{days:g}")


def _gains(a: Answer, shown: list[tuple[str, str, xr.Dataset]], functions: list[str], lang: str) -> list[str]:
    """What the shown regimen adds most to, under each hypothesis."""
    care, said = shown[0][2]["share_recovered"].values, []
    for h, _, found in shown[1:]:
        more = np.nan_to_num(found["share_recovered"].values - care)
        k, d = np.unravel_index(int(np.argmax(more)), more.shape)
        said.append(
            say(
                "report.recovery_more",
                lang,
                hypothesis=names.hypothesis(h, lang),
                regimen=names.regimen(a.decision.arms[a.decision.top].regimen, lang),
                function=function_name(functions[k], lang),
                points=names.number(100 * more[k, d]),
                day=f"{float(found['day'].values[d]):g}",
            )
        )
    return said


@drawn
def figure(a: Answer, lang: str) -> Figure:
    """Above, shares by function and day as numbers on colour; below, the share of each function over time."""
    days = days_of(a)
    shown = rows_of(a, days, lang)
    functions = [str(f) for f in shown[0][2]["function"].values]
    down = -(-len(functions) // ACROSS)
    heights = [0.9 + 0.27 * len(functions), 0.5 + 1.55 * down]
    whole = Figure(figsize=(12.5, sum(heights)), layout=GridLayout())
    above, below = np.ravel(np.asarray(whole.subfigures(2, 1, height_ratios=heights), object))
    grid = above.subplots(1, len(shown), squeeze=False)
    label_outside(grid)
    axes = grid[0]
    for ax, (_, name, found) in zip(axes, shown, strict=True):
        _heat(ax, found["share_recovered"].values, days)
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(say("report.axis_days", lang))
    axes[0].set_yticks(range(len(functions)), [function_name(f, lang) for f in functions])
    _lines(a, below, functions, down, lang)
    return whole


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
            color="white" if abs(np.nan_to_num(value)) > 0.62 else "black",
        )
    ax.set_xticks(range(len(days)), [f"{d:g}" for d in days])
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)


def _lines(a: Answer, below: SubFigure, functions: list[str], down: int, lang: str) -> None:
    times = numbers.first(a)["time"].values
    grid = [
        float(t) for t in times[np.unique(np.rint(np.linspace(0, len(times) - 1, min(POINTS, len(times)))).astype(int))]
    ]
    axes = below.subplots(down, ACROSS, squeeze=False)
    label_outside(axes)
    shown = rows_of(a, grid, lang)
    looks = [look(place - 1)[:2] if h else (CARE, "-") for place, (h, *_) in enumerate(shown)]
    for k, f in enumerate(functions):
        curves = [100 * found["share_recovered"].values[k] for *_, found in shown]
        ax = axes.flat[k]
        ax.set(xlim=(grid[0], grid[-1]), ylim=(-60, 105), yticks=(-50, 0, 50, 100))
        draw_lines(ax, grid, curves, colors=[c for c, _ in looks], linestyles=[s for _, s in looks], linewidths=1.8)
        ax.set_title(function_name(f, lang), fontsize=9)
    for (_, name, _), (colour, line) in zip(shown, looks, strict=True):
        axes[0, 0].plot([], [], color=colour, ls=line, lw=1.8, label=name)
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
