"""Figures of potency assays: responses over dose with fitted lines and bands, potencies with limits, error profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.manufacturing.assay.curves import fitted_curve
from hepatica.manufacturing.assay.result import AssayResult, Model, PotencyAnalysis
from hepatica.manufacturing.precision_study import PrecisionStudy
from hepatica.report.style import BLUE, GREY, LIMIT, VERMILLION, legend_below, log_scale, look, panels, styled
from hepatica.words import say

MOST_ROWS = 40


def dose_response(result: PotencyAnalysis, a: AssayResult, lang: str) -> Figure:
    """Responses of an assay over dose, the fitted lines or curves of its samples, and outliers ringed."""
    with styled():
        figure, axes = panels(1, 1, width=7.5, height=4.2)
        ax, model = axes[0, 0], result.options.model
        for k, name in enumerate(a.samples):
            here = a.layout.sample == k
            _draw_sample(ax, result, a, k, name)
            blank = here & (a.layout.dose == 0)
            if model is not Model.SLOPE_RATIO and blank.any():
                lowest = a.layout.dose[a.layout.dose > 0].min()
                ax.plot(np.full(blank.sum(), lowest / 3), a.response[blank], ls="none", marker="x", color=look(k)[0])
        _ring(ax, result, a, lang)
        if model is not Model.SLOPE_RATIO:
            log_scale(ax.xaxis)
            _ticks(ax, a)
        unit = result.units.get("dose", "")
        ax.set_xlabel(say("potency.axis_dose_unit", lang, unit=unit) if unit else say("potency.axis_dose", lang))
        ax.set_ylabel(_response_label(result, lang))
        legend_below(figure, axes, 4)
        return figure


def _draw_sample(ax: Axes, result: PotencyAnalysis, a: AssayResult, k: int, name: str) -> None:
    colour, line, marker = look(k)
    here = (a.layout.sample == k) & ((a.layout.dose > 0) | (result.options.model is Model.SLOPE_RATIO))
    ax.plot(a.layout.dose[here], a.response[here], ls="none", marker=marker, ms=4.5, color=colour, mfc="none")
    drawn = fitted_curve(a, result.options.model, k, level=result.options.level)
    ax.plot(drawn.dose, drawn.response, ls=line, color=colour, marker=marker, markevery=[0, -1], ms=4.5, label=name)
    if drawn.low is not None and drawn.high is not None:
        ax.fill_between(drawn.dose, drawn.low, drawn.high, color=colour, alpha=0.15, lw=0)


def _ring(ax: Axes, result: PotencyAnalysis, a: AssayResult, lang: str) -> None:
    """Rings around outlying responses, where they are drawn."""
    for place, o in enumerate(a.outliers):
        k = a.samples.index(o.sample)
        cell = np.flatnonzero((a.layout.sample == k) & (a.layout.dose == o.dose))
        if not len(cell) or (o.dose == 0 and result.options.model is not Model.SLOPE_RATIO):
            continue
        centre = np.median(a.response[cell])
        at = cell[int(np.argmax(np.abs(a.response[cell] - centre)))]
        label = say("potency.outlier", lang) if place == 0 else None
        ax.plot(o.dose, a.response[at], ls="none", marker="o", ms=12, mfc="none", mec=VERMILLION, label=label)


def _ticks(ax: Axes, a: AssayResult) -> None:
    """Ticks at doses, a dose of zero beyond the lowest."""
    doses = np.unique(a.layout.dose[a.layout.dose > 0])
    shown = doses if len(doses) <= 9 else doses[:: -(-len(doses) // 9)]
    zero = [float(doses[0]) / 3] if (a.layout.dose == 0).any() else []
    ax.set_xticks([*zero, *shown], ["0"] * len(zero) + [f"{dose:.3g}" for dose in shown])


def _response_label(result: PotencyAnalysis, lang: str) -> str:
    model, transform, unit = result.options.model, result.options.transform.value, result.units.get("response", "")
    if model.is_quantal:
        return say("potency.axis_share", lang)
    if transform != "none":
        return say("potency.axis_transformed", lang, transform=transform)
    return say("potency.axis_response_unit", lang, unit=unit) if unit else say("potency.axis_response", lang)


def potencies(result: PotencyAnalysis, lang: str) -> Figure:
    """Reported potencies with their limits, one row each; refused ones as a crossed place without a number."""
    rows = [(a, k) for a in result.assays for k in range(len(a.potencies))][:MOST_ROWS]
    with styled():
        figure, axes = panels(1, 1, width=7.5, height=1.3 + 0.32 * len(rows))
        ax, labels, refused = axes[0, 0], [], []
        for place, (a, k) in enumerate(rows):
            labels.append(label(a, k))
            shown = a.reported[k]
            if shown is None:
                refused.append(place)
                continue
            estimate, low, high = shown.potency
            ax.hlines(-place, low, high, color=BLUE, lw=1.8)
            ax.plot(estimate, -place, marker="o", color=BLUE, ms=6)
            ax.axvline(shown.assumed, color=GREY, lw=0.8, ls=":", zorder=0)
        if len(refused) < len(rows):
            log_scale(ax.xaxis)
            ends = [v for a, k in rows if (s := a.reported[k]) is not None for v in (*s.potency, s.assumed)]
            ax.set_xticks([float(f"{v:.3g}") for v in np.geomspace(min(ends), max(ends), 5)])
        for place in refused:
            text = say("potency.refused", lang)
            ax.annotate(text, (0.02, -place), xycoords=("axes fraction", "data"), va="center", color=VERMILLION)
        ax.set_yticks(-np.arange(len(rows)), labels)
        ax.set_ylim(-len(rows) + 0.4, 0.6)
        ax.set_xlabel(say("potency.axis_potency", lang, level=100 * result.options.level))
        return figure


def label(a: AssayResult, k: int) -> str:
    """Sample with its assay and run."""
    return " · ".join(x for x in (a.assay, a.run, a.potencies[k].sample) if x)


def profile(study: PrecisionStudy, lang: str) -> Figure:
    """Accuracy profile: bias and tolerance interval over true potency, with the acceptance limits."""
    with styled():
        figure, axes = panels(1, 1, width=7.5, height=3.8)
        ax = axes[0, 0]
        x = np.array([a.expected for a in study.levels])
        bias, low, high = (
            np.exp([getattr(a, name) for a in study.levels]) for name in ("bias", "tolerance_low", "tolerance_high")
        )
        ax.vlines(x, low, high, color=BLUE, lw=2, label=say("potency.tolerance", lang))
        ax.plot(x, bias, ls="-", marker="o", color=BLUE, label=say("potency.bias_line", lang))
        _limits(ax, study.limits, say("potency.accept", lang))
        ax.axhline(1.0, color=GREY, lw=0.8)
        log_scale(ax.xaxis, ax.yaxis)
        ax.set_xticks(x)
        ends = np.array([*low, *high, *study.limits])
        ax.set_yticks([float(f"{v:.2g}") for v in np.geomspace(ends.min(), ends.max(), 5)])
        ax.set_xlabel(say("potency.axis_expected", lang))
        ax.set_ylabel(say("potency.axis_recovery", lang))
        legend_below(figure, axes, 3)
        return figure


def _limits(ax: Axes, limits: Sequence[float], text: str) -> None:
    for place, value in enumerate(limits):
        ax.axhline(value, color=LIMIT, ls="--", lw=1.2, label=text if place == 0 else None)
