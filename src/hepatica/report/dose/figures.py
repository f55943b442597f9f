"""The figures of an answer; each is a function of it and a language, drawn in one style."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.dose_study import Answer
from hepatica.dose_summary.biodistribution import Organ, Quantity, first_kinetics, organ_share, organs_of
from hepatica.dose_summary.courses import course_of, first_course, percentiles
from hepatica.dose_summary.ranking import ranking, shown_gains
from hepatica.dose_summary.standard_care import compare_deaths, compare_labs, first_survivors
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.report import names
from hepatica.report.style import (
    CARE,
    CELLS,
    PUBLISHED,
    draw_lines,
    fill_bands,
    label_outside,
    legend_below,
    look,
    panels,
    styled,
)
from hepatica.variables import variable
from hepatica.words import say

MOST_LINES = 60
EVERY = 3  # days between points of a single course
BANDS = (5, 25, 50, 75, 95)
COMPARED = ("bilirubin", "inr", "creatinine", "alt", "meld")
COURSES = ("bilirubin", "inr", "albumin", "meld")

Draw = Callable[[Answer, str], Figure]


def drawn(make: Draw) -> Draw:
    """Draw in the package's style."""

    @wraps(make)
    def make_styled(answer: Answer, lang: str) -> Figure:
        with styled():
            return make(answer, lang)

    return make_styled


def _span(ax: Axes, y: float, s: VarianceComponents, place: int, *, hollow: bool = False) -> None:
    """A mean with its 90 % interval, lying."""
    colour, _, marker = look(place)
    ax.plot([s.low, s.high], [y, y], color=colour, lw=2.2 if not hollow else 1.2, solid_capstyle="butt")
    ax.plot(s.mean, y, marker=marker, color=colour, mfc="white" if hollow else colour, ms=7, ls="none")


@drawn
def gains(answer: Answer, lang: str) -> Figure:
    """Gain of the top-ranked regimen, and of the runner-up of each hypothesis, with 90 % intervals."""
    d = answer.decision
    figure, axes = panels(1, 1, width=8.5, height=0.75 + 0.62 * len(d.by_hypothesis))
    ax, ticks = axes[0, 0], []
    for k, h in enumerate(d.by_hypothesis):
        again, _ = shown_gains(d, k)
        _span(ax, -k, again, k)
        ax.annotate(
            names.interval(again, lang),
            (again.mean, -k),
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
        )
        ticks.append(names.hypothesis(h.hypothesis, lang))
    ax.axvline(0, color="black", lw=0.8)
    ax.set_yticks([-k for k in range(len(ticks))], ticks)
    ax.set(ylim=(-len(ticks) + 0.4, 0.7), xlabel=say("report.axis_gain", lang))
    return figure


@drawn
def baseline(answer: Answer, lang: str) -> Figure:
    """Labs of survivors under standard care, published and simulated: means with SDs."""
    rows = first_survivors(compare_labs(answer))
    shown = [n for n in COMPARED if any(c.variable == n for c in rows)]
    figure, axes = panels(1, max(len(shown), 1), width=12, height=2.9)
    for ax, name in zip(axes[0], shown, strict=False):
        here = [c for c in rows if c.variable == name and c.published is not None]
        style: dict[str, Any] = {"ls": "none", "capsize": 2, "ms": 5}
        for usable, fill in ((True, PUBLISHED), (False, "white")):
            points = [(c.day - 0.6, o.value, c.published_sd) for c in here if (o := c.published) and o.usable == usable]
            if points:
                x, y, reach = np.nan_to_num(np.array(points)).T
                look_of = {"marker": "D", "color": PUBLISHED, "mfc": fill, "label": say("report.published", lang)}
                ax.errorbar(x, y, reach, **look_of, **style)
        x, y, reach = np.array([(c.day + 0.6, c.mean, c.sd) for c in here]).T
        ax.errorbar(x, y, reach, marker="o", color=CELLS, label=say("report.simulated", lang), **style)
        ax.set(xlabel=say("report.axis_days", lang), xticks=sorted({c.day for c in rows}))
        ax.set_title(variable(name).title(lang), fontsize=9)
        ax.set_ylim(bottom=0)
    legend_below(figure, axes, 2)
    return figure


@drawn
def courses(answer: Answer, lang: str) -> Figure:
    """Spaghetti and percentile bands: standard care, then the shown regimen under each hypothesis."""
    d, ds = answer.decision, first_course(answer)
    rows = [(ds, 0, say("report.standard_care", lang))]
    if ds.sizes["arm"] > 1:
        arm = names.arm_name(d.arms[d.top], lang)
        rows += [(other, 1, f"{arm}\n{names.hypothesis(h, lang)}") for h, other in answer.courses.items()]
    figure, axes = panels(len(rows), len(COURSES), width=12.5, height=2.3)
    tops = {}
    for row, (ds, arm_place, name) in enumerate(rows):
        for column, lab in enumerate(COURSES):
            ax, values = axes[row, column], course_of(ds, lab)[arm_place]
            if row == 0:
                ax.set_title(variable(lab).title(lang))
                low, high = np.nanpercentile(values, (0.5, 99.5))
                tops[lab] = (0 if low < 0.5 * high else 0.9 * low, 1.08 * high)
            ax.set(xlim=(0, ds["time"].values[-1]), ylim=tops[lab])
            ax.locator_params(nbins=4)
            ax.tick_params(labelbottom=row == len(rows) - 1)
            _bands(ax, ds["time"].values, values, CARE if row == 0 else CELLS)
            if row == len(rows) - 1:
                ax.set_xlabel(say("report.axis_days", lang))
        axes[row, 0].set_ylabel(name, fontsize=8)
    return figure


def _bands(ax: Axes, times: Any, values: Any, colour: str) -> None:
    lines = [np.append(one[::EVERY], np.nan) for one in values[:MOST_LINES] if np.isfinite(one).all()]
    x = np.tile(np.append(times[::EVERY], np.nan), len(lines))
    ax.plot(
        x, np.concatenate([[], *lines]), color=colour, alpha=0.35, lw=0.5
    )  # one path, in fewer points where straight
    low, q1, middle, q3, high = percentiles(values, BANDS)
    fill_bands(ax, times, [(low, high)], [colour], 0.15)
    fill_bands(ax, times, [(q1, q3)], [colour], 0.3)
    draw_lines(ax, times, [middle], colors=colour, linewidths=2)


@drawn
def kinetics(answer: Answer, lang: str) -> Figure:
    """Cells per organ over two weeks: routes as rows; living cells and label as columns, for each hypothesis."""
    routes = [str(r) for r in first_kinetics(answer)["arm"].values]
    columns = [(h, kind) for h in answer.kinetics for kind in Quantity]
    figure, axes = panels(len(routes), len(columns), width=12.5, height=2.1)
    label_outside(axes)
    for column, (hypothesis, kind) in enumerate(columns):
        times = answer.kinetics[hypothesis]["time"].values
        kept = np.r_[0:6, 6 : len(times) : 3]  # hourly at first
        organs = organs_of(answer, hypothesis, kind)
        looks = [look(list(Organ).index(o)) for o in organs]
        colours, lines = [x[0] for x in looks], [x[1] for x in looks]
        shares = [organ_share(answer, hypothesis, kind, o)[..., kept] for o in organs]
        for row, ax in enumerate(axes[:, column]):
            ax.set(xlim=(0, times[-1]), ylim=(0, 105), xticks=(0, 7, 14), yticks=(0, 50, 100))
            bands = [tuple(percentiles(s[row], (10, 90))) for s in shares]
            fill_bands(ax, times[kept], bands, colours, 0.15)
            means = [np.nanmean(s[row], axis=0) for s in shares]
            draw_lines(ax, times[kept], means, colors=colours, linestyles=lines, linewidths=1.8)
        axes[0, column].set_title(
            f"{names.hypothesis(hypothesis, lang)}\n{say(f'report.kind_{kind.value}', lang)}", fontsize=9
        )
        axes[-1, column].set_xlabel(say("report.axis_days_after", lang))
    for row, route in enumerate(routes):
        axes[row, 0].set_ylabel(f"{names.route(route, lang)}\n{say('report.axis_share', lang)}", fontsize=8.5)
    for place, organ in enumerate(Organ):
        colour, line, _ = look(place)
        axes[0, 0].plot([], [], color=colour, ls=line, lw=1.8, label=say(f"report.organ_{organ.value}", lang))
    legend_below(figure, axes, len(Organ))
    return figure


@drawn
def spread(answer: Answer, lang: str) -> Figure:
    """SD between patients and SD of parameter uncertainty of the gain, for the regimens of least worst regret."""
    d = answer.decision
    top = [a for a in ranking(d) if d.arms[a].regimen.gives_cells][:6][::-1]
    figure, axes = panels(1, len(d.by_hypothesis), width=11, height=0.9 + 0.42 * len(top), sharey=True, sharex=True)
    y = np.arange(len(top))
    for ax, h in zip(axes[0], d.by_hypothesis, strict=True):
        ax.barh(
            y + 0.19,
            [h.gain[a].between_patients_sd for a in top],
            height=0.36,
            color=CELLS,
            label=say("report.between", lang),
        )
        ax.barh(
            y - 0.19,
            [h.gain[a].parameter_uncertainty_sd for a in top],
            height=0.36,
            color="white",
            edgecolor=PUBLISHED,
            hatch="////",
            label=say("report.parameter_uncertainty", lang),
        )
        ax.set_title(names.hypothesis(h.hypothesis, lang))
        ax.set_xlabel(say("report.axis_sd", lang))
    axes[0, 0].set_yticks(y, [names.arm_name(d.arms[a], lang, d.arms) for a in top], fontsize=8.5)
    legend_below(figure, axes, 2)
    return figure


@drawn
def untreated(answer: Answer, lang: str) -> Figure:
    """Deaths without cells by day 28 and day 90: cohorts with their intervals, the simulation as a band."""
    rows = compare_deaths(answer)
    days = sorted({r.landmark for r in rows})
    most = max(sum(r.landmark == day for r in rows) for day in days)
    figure, axes = panels(1, len(days), width=11, height=1.0 + 0.32 * most, sharex=True)
    for ax, day in zip(axes[0], days, strict=True):
        here = [r for r in rows if r.landmark == day][::-1]
        s = here[0].simulated
        ax.axvspan(100 * s.low, 100 * s.high, color=CELLS, alpha=0.18, lw=0)
        ax.axvline(100 * s.mean, color=CELLS, lw=2, label=say("report.simulated_band", lang))
        for y, r in enumerate(here):
            fill = PUBLISHED if r.is_fitted else "white"
            reach = [[100 * (r.published - r.low)], [100 * (r.high - r.published)]]
            ax.errorbar(
                100 * r.published,
                y,
                xerr=reach,
                marker="D",
                color=PUBLISHED,
                mfc=fill,
                ms=5,
                capsize=2,
                ls="none",
            )
        ax.set_yticks(range(len(here)), [names.cohort(r.publication, r.n, lang) for r in here], fontsize=8.5)
        ax.set(
            title=say("report.deaths_by", lang, day=day),
            xlabel=say("report.axis_deaths", lang),
            xlim=(0, 100),
            ylim=(-0.6, len(here) - 0.4),
        )
    axes[0, 0].plot([], [], marker="D", color=PUBLISHED, ls="none", label=say("report.cohort_fitted", lang))
    axes[0, 0].plot([], [], marker="D", color=PUBLISHED, mfc="white", ls="none", label=say("report.cohort_shown", lang))
    legend_below(figure, axes, 3)
    return figure
