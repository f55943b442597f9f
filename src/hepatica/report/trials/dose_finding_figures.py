"""Figures of dose finding: decision table, dose-transition pathways, operating characteristics by design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hepatica.report.style import BLUE, GREEN, GREY, PURPLE, SKY, VERMILLION, legend_below, look, panels, styled
from hepatica.trials.dose_finding.pathways import PathNode
from hepatica.trials.dose_finding.state import Action, Floats
from hepatica.trials.dose_finding.table_design import Cell, DecisionTable
from hepatica.words import say

FILL = {Cell.E: GREEN, Cell.S: SKY, Cell.D: VERMILLION, Cell.DU: PURPLE}
EDGE = {
    Action.ESCALATE: GREEN,
    Action.STAY: BLUE,
    Action.DEESCALATE: VERMILLION,
    Action.ELIMINATE: PURPLE,
    Action.STOP: GREY,
    Action.SUSPEND: GREY,
}
MOST_LEAVES = 80  # of a tree that can be read


def draw_table(table: DecisionTable, numbers: Sequence[int], lang: str) -> Figure:
    """Grid of decisions: a column for each number treated, a row for each number with toxicity."""
    with styled():
        most = max(numbers)
        figure, axes = panels(1, 1, width=1.4 + 0.5 * len(numbers), height=1.2 + 0.27 * (most + 1))
        ax = axes[0, 0]
        for column, treated in enumerate(numbers):
            for toxic, letter in enumerate(table.letters(treated)):
                ax.add_patch(_square(column, toxic, FILL[Cell[letter]]))
                ax.text(column, toxic, letter, ha="center", va="center", fontsize=7.5)
        ax.set_xlim(-0.6, len(numbers) - 0.4)
        ax.set_ylim(-0.6, most + 0.6)
        ax.set_xticks(range(len(numbers)), [str(n) for n in numbers])
        ax.set_yticks(range(0, most + 1, max(1, most // 10)))
        ax.set_xlabel(say("dose_finding.axis_treated", lang))
        ax.set_ylabel(say("dose_finding.axis_toxic", lang))
        return figure


def _square(x: float, y: float, colour: str) -> Rectangle:
    return Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, facecolor=colour, alpha=0.35, edgecolor="none")


def place_nodes(nodes: Sequence[PathNode]) -> Floats:
    """Height of each node: leaves evenly, the first on top, and parents amid their children."""
    children: dict[int | None, list[int]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node.node)
    height = np.zeros(len(nodes))
    order: list[int] = []
    stack = [0]
    while stack:  # depth first, so that lines do not cross
        here = stack.pop()
        order.append(here)
        stack += reversed(children.get(here, []))
    leaves = [node for node in order if node not in children]
    height[leaves] = -np.arange(len(leaves))
    for parent in reversed(order):
        if parent in children:
            height[parent] = height[children[parent]].mean()
    return height


def draw_pathways(nodes: Sequence[PathNode], lang: str) -> Figure:
    """Tree of outcomes: boxes hold the next level, lines the number with toxicity."""
    with styled():
        height, depth = place_nodes(nodes), max(node.depth for node in nodes)
        rows = int(round(height.max() - height.min())) + 1
        figure, axes = panels(1, 1, width=3.0 + 2.2 * depth, height=1.0 + 0.24 * rows)
        ax = axes[0, 0]
        for node in nodes:
            if node.parent is not None:
                x, y = [node.depth - 1, node.depth], [height[node.parent], height[node.node]]
                ax.plot(x, y, color=GREY, lw=0.7, zorder=1)
                toxic = sum(node.outcomes.count(letter) for letter in "TB")
                at = 0.72
                ax.text(
                    x[0] + at, y[0] + at * (y[1] - y[0]), str(toxic), fontsize=7, ha="center", va="center",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
                )  # fmt: skip
            _box(ax, node, float(height[node.node]), lang)
        ax.set_xlim(-0.3, depth + 0.4)
        ax.set_ylim(height.min() - 0.7, height.max() + 0.7)
        ticks = [say("dose_finding.pathways_now", lang)]
        ticks += [say("dose_finding.pathways_cohort", lang, n=n) for n in range(1, depth + 1)]
        ax.set_xticks(range(depth + 1), ticks)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        return figure


def _box(ax: Axes, node: PathNode, y: float, lang: str) -> None:
    colour = GREY if node.reason is None else EDGE[node.reason.action]
    text = say("dose_finding.pathways_stop", lang) if node.next_level is None else str(node.next_level)
    ax.text(
        node.depth, y, text, ha="center", va="center", fontsize=8, zorder=3,
        bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": colour, "linewidth": 1.4},
    )  # fmt: skip


def draw_selection(
    selection: Mapping[str, Floats], none: Mapping[str, float], trials: Mapping[str, int], lang: str
) -> Figure:
    """Bars of the probability that each level, or none, is selected, by design; with Monte-Carlo intervals.

    Parameters
    ----------
    selection : mapping of str to array of float, (levels,)
        By name of the design.
    none : mapping of str to float
        Probability that no level is selected.
    trials : mapping of str to int
        Simulated trials; 0 where the numbers are exact.
    lang : str
        Language.
    """
    with styled():
        levels = len(next(iter(selection.values())))
        figure, axes = panels(1, 1, width=8.5, height=3.2)
        ax, wide = axes[0, 0], 0.8 / len(selection)
        for place, (name, share) in enumerate(selection.items()):
            value = 100 * np.append(share, none[name])
            half = 196 * np.sqrt(value / 100 * (1 - value / 100) / trials[name]) if trials[name] else None
            x = np.arange(levels + 1) - 0.4 + (place + 0.5) * wide
            colour, _, _ = look(place)
            hatch = ("", "//", "..", "xx")[(place // 4) % 4]
            ax.bar(
                x, value, 0.9 * wide, yerr=half, label=name, color=colour, alpha=0.7, hatch=hatch,
                error_kw={"lw": 0.9, "ecolor": GREY},
            )  # fmt: skip
        ticks = [*(str(level + 1) for level in range(levels)), say("dose_finding.no_level", lang)]
        ax.set_xticks(range(levels + 1), ticks)
        ax.set_xlabel(say("dose_finding.axis_level", lang))
        ax.set_ylabel(say("dose_finding.axis_selected", lang))
        legend_below(figure, axes, 3)
        return figure
