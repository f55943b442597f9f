"""Figures of quality: control charts with phases and alarms, EWMA and CUSUM, attributes and losses of a lot."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hepatica.manufacturing.quality.charts.chart import Chart
from hepatica.manufacturing.quality.control import ControlStudy
from hepatica.manufacturing.quality.release.lot import Finding, LotRelease, Verdict
from hepatica.report.style import BLUE, GREEN, GREY, LIMIT, VERMILLION, legend_below, panels, roomy, styled
from hepatica.words import say

MOST_ATTRIBUTES = 24
TICKS = 25


def chart_figure(result: ControlStudy, lang: str) -> Figure:
    """The control chart: points, centre, limits, phases, and alarming points with the number of their rule."""
    with styled():
        figure, axes = panels(1, 1, width=9.0, height=4.0)
        ax, chart = axes[0, 0], result.chart
        _chart(ax, chart, result.labels, lang)
        if result.settings.rules != "limits":
            _zones(ax, chart, lang)
        numbers: dict[int, list[str]] = {}
        for k, at in enumerate(result.signals.values(), 1):
            for i in at.tolist():
                numbers.setdefault(i, []).append(str(k))
        if numbers:
            at = np.array(sorted(numbers))
            ax.plot(
                at + 1, chart.points[at], ls="none", marker="s", ms=8, mfc="none", mec=VERMILLION, mew=1.6,
                label=say("quality.legend_alarm", lang),
            )  # fmt: skip
            if at.size <= TICKS:
                _number_alarms(ax, chart, {i: ",".join(numbers[i]) for i in at.tolist()})
        if chart.excluded:
            at = np.array(chart.excluded)
            label = say("quality.legend_excluded", lang)
            ax.plot(at + 1, chart.points[at], ls="none", marker="x", ms=9, color=GREY, label=label)
        _specification(ax, result, lang)
        legend_below(figure, axes, 5)
        return figure


def _number_alarms(ax: Axes, chart: Chart, numbers: dict[int, str]) -> None:
    """Numbers of rules at alarming points; neighbours whose numbers would meet stand at two heights."""
    close = max(1, round(len(chart.points) / 30))
    last, step = -10 * close, 0
    for i, text in numbers.items():
        step = 1 - step if i - last <= close else 0
        last = i
        up = chart.points[i] >= chart.centre[i]
        ax.annotate(
            text, (i + 1, chart.points[i]), (0, 8 + 10 * step if up else -15 - 10 * step), textcoords="offset points",
            ha="center", fontsize=7.5, color=VERMILLION,
        )  # fmt: skip


def _zones(ax: Axes, chart: Chart, lang: str) -> None:
    """Lines at one and two standard errors, which the rules about zones go by."""
    x = np.arange(1, chart.points.size + 1)
    for k in (-2, -1, 1, 2):
        label = say("quality.legend_zones", lang) if k == -2 else None
        ax.step(x, chart.centre + k * chart.spread, where="mid", color=GREY, ls=":", lw=0.6, alpha=0.7, label=label)


def _chart(ax: Axes, chart: Chart, labels: tuple[str, ...], lang: str, *, marker: str = "o") -> None:
    x = np.arange(1, chart.points.size + 1)
    ax.plot(x, chart.centre, color=GREY, lw=1.0)
    for k, limit in enumerate((chart.lower, chart.upper)):
        ax.step(
            x, limit, where="mid", color=GREY, ls="--", lw=1.0, label=None if k else say("quality.legend_limits", lang)
        )
    ax.plot(x, chart.points, color=BLUE, marker=marker, ms=4, lw=1.0, label=say("quality.legend_point", lang))
    if 0 < chart.phase_1 < chart.points.size:
        ax.axvline(chart.phase_1 + 0.5, color=GREY, ls=":", lw=1.2)
        ax.text(
            chart.phase_1 + 0.7, 1.0, roomy(say("quality.phase_2", lang)), transform=ax.get_xaxis_transform(), va="top",
            fontsize=8, color=GREY,
        )  # fmt: skip
    ax.margins(y=0.14)
    ax.set_xlabel(say("quality.axis_lot", lang))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    if labels and max(map(len, labels)) <= 4:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: labels[int(v) - 1] if 1 <= v <= len(labels) else ""))


def _specification(ax: Axes, result: ControlStudy, lang: str) -> None:
    """Limits of the specification, drawn where they do not flatten the chart."""
    if result.spread is None or result.chart.kind == "xbar":
        return
    low, high = ax.get_ylim()
    drawn = False
    for limit in (result.settings.lower, result.settings.upper):
        if limit is not None and low - 1.5 * (high - low) <= limit <= high + 1.5 * (high - low):
            label = None if drawn else say("quality.legend_specification", lang)
            ax.axhline(limit, color=LIMIT, ls="-.", lw=1.4, label=label)
            drawn = True


def spread_figure(result: ControlStudy, lang: str) -> Figure:
    """The chart of moving ranges, ranges or standard deviations."""
    with styled():
        figure, axes = panels(1, 1, width=9.0, height=2.8)
        assert result.spread is not None
        offset = result.chart.points.size - result.spread.points.size
        _chart(axes[0, 0], result.spread, result.labels[offset:], lang)
        at = result.spread.beyond
        if at.size:
            label = say("quality.legend_alarm", lang)
            axes[0, 0].plot(
                at + 1, result.spread.points[at], ls="none", marker="s", ms=8, mfc="none", mec=VERMILLION, label=label
            )
        legend_below(figure, axes, 4)
        return figure


def sums_figure(result: ControlStudy, lang: str) -> Figure:
    """EWMA with its limits beside both CUSUMs with their decision interval."""
    with styled():
        figure, axes = panels(1, 2, width=11.0, height=3.4)
        assert result.ewma is not None and result.cusum is not None
        _chart(axes[0, 0], result.ewma, result.labels, lang)
        axes[0, 0].set_title("EWMA")
        ax, c = axes[0, 1], result.cusum
        x = np.arange(1, c.high.size + 1)
        ax.plot(x, c.high, color=GREEN, marker="^", ms=4, lw=1.0, label=say("quality.upper_sum", lang))
        ax.plot(x, c.low, color=VERMILLION, marker="v", ms=4, lw=1.0, label=say("quality.lower_sum", lang))
        for k, limit in enumerate((-c.decision, c.decision)):
            label = None if k else say("quality.decision_interval", lang)
            ax.axhline(limit, color=LIMIT, ls="-.", lw=1.2, label=label)
        ax.set_title("CUSUM")
        ax.set_xlabel(say("quality.axis_lot", lang))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        legend_below(figure, axes, 5)
        return figure


def attributes_figure(result: LotRelease, lang: str) -> Figure:
    """Each attribute with a number on its own scale: result, interval, limits, and what lies outside them."""
    rows = [f for f in result.findings if f.result == f.result][:MOST_ATTRIBUTES]
    with styled():
        figure, axes = panels(len(rows), 1, width=8.5, height=0.95)
        for k, f in enumerate(rows):
            _attribute(axes[k, 0], f, lang)
        legend_below(figure, axes, 2)
        return figure


def _attribute(ax: Axes, f: Finding, lang: str) -> None:
    ends = [v for v in (f.low, f.high, f.lower, f.upper) if np.isfinite(v)]
    room = 0.25 * (max(ends) - min(ends))
    low, high = min(ends) - room, max(ends) + room
    for limit, start, stop in ((f.lower, low, f.lower), (f.upper, f.upper, high)):
        if np.isfinite(limit):
            ax.axvspan(start, stop, color=VERMILLION, alpha=0.15, lw=0, label=say("lot.legend_outside", lang))
            ax.axvline(limit, color=LIMIT, ls="-.", lw=1.4, label=say("lot.legend_limit", lang))
    ax.plot([f.low, f.high], [0, 0], color=BLUE, lw=2.2)
    label = say("lot.legend_result" if f.meets else "lot.legend_short", lang)
    ax.plot(f.result, 0, color=BLUE, marker="o" if f.meets else "X", ms=7, label=label)
    ax.set_xlim(low, high)
    ax.set_yticks([0], [roomy(f.name + (f" ({f.unit})" if f.unit else ""))])
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False)
    ax.locator_params(axis="x", nbins=6)


def adjusted_dose(result: LotRelease) -> str:
    """Adjusted dose of cells with its unit."""
    return f"{result.adjusted:.3g} {result.dose_unit}".replace("e+0", "e")


def loss_figure(result: LotRelease, lang: str) -> Figure:
    """Expected loss of each action with its interval; that of the verdict is marked."""
    with styled():
        figure, axes = panels(1, 1, width=7.5, height=2.4)
        ax = axes[0, 0]
        given = adjusted_dose(result)
        order = [v for v in (Verdict.REJECT, Verdict.CONDITIONAL, Verdict.RELEASE) if v in result.losses]
        for k, verdict in enumerate(order):
            loss = result.losses[verdict]
            chosen = verdict is result.verdict
            ax.plot([loss.low, loss.high], [k, k], color=BLUE if chosen else GREY, lw=2.2)
            ax.plot(loss.mean, k, marker="o" if chosen else "D", color=BLUE if chosen else GREY, ms=8 if chosen else 6)
        ax.set_yticks(range(len(order)), [roomy(say(f"lot.action_{v.value}", lang, adjusted=given)) for v in order])
        ax.set_ylim(-0.6, len(order) - 0.4)
        ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
        ax.set_xlabel(say("lot.days_lost", lang))
        return figure
