"""Figure of survival: curves, numbers at risk, and the trial as it was published."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.dose_study import Answer
from hepatica.dose_summary.courses import mean_probability, number_at_risk, survival_curves
from hepatica.evidence import load
from hepatica.report import names
from hepatica.report.dose.figures import drawn
from hepatica.report.style import CARE, CELLS, PUBLISHED, legend_below, panels
from hepatica.words import say

DAYS = (0, 28, 60, 90, 120, 150, 180, 240, 300, 360)
EVERY = 3  # days between points of a curve


@drawn
def survival(answer: Answer, lang: str) -> Figure:
    """Expected survival with its band of parameter uncertainty, numbers at risk, and published points."""
    figure, axes = panels(
        2,
        len(answer.courses),
        width=12,
        height=2.4,
        sharex=True,
        sharey="row",
        gridspec_kw={"height_ratios": [4.4, 1]},
    )
    marks = [d for d in DAYS if d <= answer.study.horizon]
    for column, (hypothesis, ds) in enumerate(answer.courses.items()):
        ax, below, times = axes[0, column], axes[1, column], ds["time"].values
        curves = survival_curves(answer, hypothesis)
        for row, (colour, line) in enumerate(((CARE, "--"), (CELLS, "-"))[: len(curves)]):
            arm = answer.decision.arms[answer.decision.top if row else 0]
            mean, low, high = mean_probability(curves[row][:, ::EVERY], ds["draw"].values)
            ax.fill_between(times[::EVERY], 100 * low, 100 * high, color=colour, alpha=0.18, lw=0)
            ax.plot(times[::EVERY], 100 * mean, color=colour, ls=line, lw=2, label=names.arm_name(arm, lang))
            for d, left in zip(marks, number_at_risk(curves[row], times, marks), strict=True):
                below.text(d, -row, names.number(left, 0), color=colour, ha="center", va="center", fontsize=8.5)
        _published(ax, answer, lang)
        ax.set(ylim=(0, 102), xticks=marks)
        ax.set_title(names.hypothesis(hypothesis, lang))
        _at_risk(below, lang, len(curves))
    axes[0, 0].set_ylabel(say("report.axis_survival", lang))
    legend_below(figure, axes, 2)
    return figure


def _at_risk(ax: Axes, lang: str, count: int) -> None:
    marks: list[Any] = [
        say("report.with_cells", lang) if row else say("report.standard_care", lang) for row in range(count)
    ]
    ax.set(ylim=(0.6 - count, 0.6), xlabel=say("report.axis_days", lang))
    ax.set_yticks([-row for row in range(count)], marks, fontsize=8)
    ax.set_title(say("report.at_risk", lang), fontsize=8.5, fontweight="normal")
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)


def _published(ax: Axes, answer: Answer, lang: str) -> None:
    for key in answer.population.shown:
        publication = load(key)
        for place, arm in enumerate(publication.arms):
            for o in publication.find(arm=arm.id, variable="survival"):
                if o.time > answer.study.horizon:
                    continue
                ends = None if o.low is None or o.high is None else [[o.value - o.low], [o.high - o.value]]
                fill = PUBLISHED if arm.product else "white"
                ax.errorbar(
                    o.time + 3 * place,
                    o.value,
                    yerr=ends,
                    marker="^" if arm.product else "v",
                    color=PUBLISHED,
                    mfc=fill,
                    capsize=3,
                    ms=7,
                    ls="none",
                    label=names.published(key, arm, lang),
                )
