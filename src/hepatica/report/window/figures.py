"""Figures of a window: benefit and harm over the dose, small multiples, and what moves the gain and the dose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.dosing.window.endpoints import EndpointKind, Unit
from hepatica.dosing.window.estimands import Estimand
from hepatica.report import names
from hepatica.report.style import (
    BLUE,
    GREEN,
    GREY,
    LIMIT,
    PURPLE,
    SKY,
    VERMILLION,
    legend_below,
    log_scale,
    look,
    panels,
    roomy,
    styled,
)
from hepatica.report.window import texts
from hepatica.therapeutic_window.answer import BASE_VARIED, GAIN, Contrast, TherapeuticWindow
from hepatica.therapeutic_window.contrasts import TELLING
from hepatica.therapeutic_window.estimates import Window
from hepatica.therapeutic_window.variations import OF_PATIENTS, Group
from hepatica.words import say

LINES = (
    (BLUE, "-", "o"),
    (VERMILLION, "--", "s"),
    (GREEN, "-.", "^"),
    (PURPLE, ":", "D"),
    (SKY, "-", "v"),
    ("#E69F00", "--", "P"),
    ("#000000", "-.", "X"),
    ("#8C6D31", ":", "*"),
    ("#7F7F7F", "-", "<"),
)


def shown_harms(result: TherapeuticWindow) -> list[str]:
    """Harms with a limit that any dose of the base window changes by a tenth of it, under any hypothesis."""
    kept: dict[str, None] = {}
    for w in result.windows:
        is_limited = w.endpoint.kind is EndpointKind.HARM and np.isfinite(w.limit)
        is_shown = w.key == "base" and is_limited and w.endpoint.unit is Unit.PROBABILITY
        if is_shown and np.nanmax(w.band.mean) > 0.1 * w.limit:
            kept.setdefault(w.endpoint.name)
    return list(kept)


def window(result: TherapeuticWindow, lang: str) -> Figure:
    """Gain above and harms below over the dose, hypotheses as columns, with both kinds of intervals."""
    harms, hypotheses = shown_harms(result), result.study.hypotheses
    rows = [GAIN, *harms]
    with styled():
        ratios = {"height_ratios": [1.8, *[1.0] * len(harms)]}
        width = max(6.5, 5.4 * len(hypotheses))
        figure, axes = panels(len(rows), len(hypotheses), width=width, height=2.0, gridspec_kw=ratios)
        for column, h in enumerate(hypotheses):
            for row, name in enumerate(rows):
                ax, w = axes[row, column], result.window(h, name)
                _window_panel(ax, w, lang)
                if column == 0:
                    ax.set_ylabel(say("window.axis_gain" if row == 0 else "window.axis_harm", lang), fontsize=8.5)
                if row > 0:
                    ax.set_title(w.endpoint.label[lang], fontsize=9, fontweight="normal")
                ax.tick_params(labelbottom=row == len(rows) - 1)
            axes[0, column].set_title(names.hypothesis(h, lang))
            axes[-1, column].set_xlabel(say("window.axis_total", lang))
        for row in axes:
            _share_reach(row)
        legend_below(figure, axes, 3)
        return figure


def _share_reach(row: Sequence[Axes], *, room: float = 0.0) -> None:
    """The same limits for all panels of a row, with room above them for a legend, as a share of their height."""
    ends = [ax.get_ylim() for ax in row]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    for ax in row:
        ax.set_ylim(low, high + room * (high - low))


def _window_panel(ax: Axes, w: Window, lang: str) -> None:
    scale = 100.0 if w.endpoint.unit is Unit.PROBABILITY else 1.0
    x, b = 10.0**w.log_doses, w.band
    colour = BLUE if w.endpoint.kind is EndpointKind.BENEFIT else VERMILLION
    if np.isfinite(b.patient_low).all():
        label = say("window.line_patients", lang)
        ax.fill_between(x, scale * b.patient_low, scale * b.patient_high, color=colour, alpha=0.10, lw=0, label=label)
    label = say("window.line_parameters", lang)
    ax.fill_between(x, scale * b.parameter_low, scale * b.parameter_high, color=colour, alpha=0.25, lw=0, label=label)
    fine = w.curve.log_fine >= w.log_doses[0]
    label = say("window.line_fit", lang)
    ax.plot(10.0 ** w.curve.log_fine[fine], scale * w.curve.fine[fine], color=colour, lw=1.6, label=label)
    ax.errorbar(x, scale * b.mean, TELLING * scale * b.error, color=colour, ls="none", marker="o", ms=3.5, lw=1)
    ax.axhline(0, color="black", lw=0.6)
    if np.isfinite(w.limit):
        ax.axhline(scale * w.limit, color=LIMIT, lw=1.6, ls=(0, (6, 2)), label=say("window.line_limit", lang))
        top = max(2.5 * scale * w.limit, 1.1 * scale * float(np.nanmax(b.mean)))
        ax.set_ylim(min(-0.05 * top, scale * float(np.nanmin(b.parameter_low))), min(top, 100.0))
    _mark(ax, w, scale, lang)
    log_scale(ax.xaxis, text=names.cells)
    ax.set_xlim(x[0] / 1.3, x[-1] * 1.3)
    _beyond(ax, w, lang)


def _mark(ax: Axes, w: Window, scale: float, lang: str) -> None:
    """Points on the curve at ED50, plateau and limit."""
    for estimand, marker in ((Estimand.ED50, "D"), (Estimand.PLATEAU, "s"), (Estimand.LIMIT, "X")):
        e = w.estimates.get(estimand)
        if e is not None and np.isfinite(e.value):
            y = scale * float(np.interp(e.value, w.curve.log_fine, w.curve.fine))
            label = say(f"window.{estimand.value}", lang)
            ax.plot(10.0**e.value, y, ls="none", marker=marker, ms=8, mfc="white", mec="black", label=label)


def _beyond(ax: Axes, w: Window, lang: str) -> None:
    """Shade the doses above any ever given by the route."""
    end = 10.0 ** w.log_doses[-1] * 1.3
    if w.highest_given < end:
        ax.axvspan(w.highest_given * 1.02, end, color=GREY, alpha=0.13, lw=0, label=say("window.line_beyond", lang))


def multiples(result: TherapeuticWindow, hypothesis: str, lang: str) -> Figure:
    """Small multiples of the gain over the dose: a panel for each thing that is changed, a line for each level."""
    lines = _lines(result, hypothesis, lang)
    columns = min(3, len(lines))
    rows = -(-len(lines) // columns)
    with styled():
        figure, axes = panels(rows, columns, width=11.0, height=3.1)
        for place, (group, own) in enumerate(lines.items()):
            ax = axes.flat[place]
            base = result.window(hypothesis, key="base" if group in OF_PATIENTS else BASE_VARIED)
            _line(ax, base, (GREY, "-", "."), say("window.line_base", lang), lw=2.4)
            for k, (label, w) in enumerate(own):
                _line(ax, w, LINES[k % len(LINES)], label)
            log_scale(ax.xaxis, text=names.cells)
            ax.axhline(0, color="black", lw=0.6)
            ax.set_title(texts.group(group, lang))
            ax.legend(fontsize=7, handlelength=2.6, loc="upper left", labelspacing=0.25)
            if place % columns == 0:
                ax.set_ylabel(say("window.axis_gain", lang))
            if place >= len(lines) - columns:
                ax.set_xlabel(say("window.axis_total", lang))
        for ax in axes.flat[len(lines) :]:
            ax.set_visible(False)
        _share_reach(list(axes.flat[: len(lines)]), room=0.45)
        return figure


def _lines(result: TherapeuticWindow, hypothesis: str, lang: str) -> dict[Group, list[tuple[str, Window]]]:
    """Windows of the gain by what is changed, with the name of each level."""
    by_key = {w.key: w for w in result.windows if w.hypothesis == hypothesis and w.endpoint.name == GAIN}
    lines: dict[Group, list[tuple[str, Window]]] = {}
    kept = changing(result)
    for v in result.varied:
        if v.group is not None and v.key in by_key and v.key in kept:
            lines.setdefault(v.group, []).append((texts.level(v, lang), by_key[v.key]))
    for s in result.subgroups:
        if s.key in by_key:
            lines.setdefault(s.group, []).append((texts.subgroup(s, lang), by_key[s.key]))
    return lines


def _line(ax: Axes, w: Window, style: tuple[str, str, str], label: str, lw: float = 1.3) -> None:
    colour, line, marker = style
    x, fine = 10.0**w.log_doses, w.curve.log_fine >= w.log_doses[0]
    ax.plot(10.0 ** w.curve.log_fine[fine], w.curve.fine[fine], color=colour, ls=line, lw=lw, label=label)
    ax.plot(x, w.curve.nodes, color=colour, ls="none", marker=marker, ms=3.5)
    ax.vlines(x, w.curve.nodes - w.band.error, w.curve.nodes + w.band.error, color=colour, lw=0.6)


def changing(result: TherapeuticWindow) -> list[str]:
    """Keys of variations that change the gain or a harm at all, under any hypothesis."""
    kept: dict[str, None] = {}
    for c in result.contrasts:
        is_moved = np.isfinite(c.ratio.ratio) and c.ratio.ratio != 1.0
        if is_moved or any(d.mean != 0 for d in c.at.values()):
            kept.setdefault(c.variation.key)
    return list(kept)


def moves(result: TherapeuticWindow, lang: str) -> Figure:
    """Change of the gain at the dose of comparison, and times fewer cells, for each variation and hypothesis."""
    keys = changing(result)
    with styled():
        figure, axes = panels(1, 2, width=11.0, height=1.2 + 0.27 * len(keys))
        left, right = axes[0]
        for k, h in enumerate(result.study.hypotheses):
            colour, _, marker = look(k)
            own = {c.variation.key: c for c in result.contrasts if c.hypothesis == h}
            y = -np.arange(len(keys)) - 0.22 * k
            label = names.hypothesis(h, lang)
            _forest(left, [own[key] for key in keys], y, colour, marker, label)
        right.axvline(1, color="black", lw=0.6)
        left.axvline(0, color="black", lw=0.6)
        for k, h in enumerate(result.study.hypotheses):
            colour, _, marker = look(k)
            own = {c.variation.key: c for c in result.contrasts if c.hypothesis == h}
            _ratios(right, [own[key] for key in keys], -np.arange(len(keys)) - 0.22 * k, colour, marker)
        texts_of = {v.key: _indented(texts.level(v, lang)) for v in result.varied}
        left.set_yticks(-np.arange(len(keys)) - 0.11, [texts_of[key] for key in keys])
        right.set_yticks([])
        for ax in axes.flat:
            ax.set_ylim(-len(keys), 0.6)
        log_scale(right.xaxis)
        right.set_xticks([0.1, 0.3, 1, 3, 10])
        right.set_xlim(0.08, 12.0)
        left.set_xlabel(say("window.axis_change", lang))
        right.set_xlabel(say("window.axis_ratio", lang))
        legend_below(figure, axes[:, :1], 2)
        return figure


def _indented(text: str) -> str:
    """A label with room before it for Chinese, which the face at hand may be too narrow to measure."""
    return "\u2003" * (len(roomy(text)) - len(text)) + text


def _forest(ax: Axes, own: list[Contrast], y: np.ndarray, colour: str, marker: str, label: str) -> None:
    mean = np.array([c.at[GAIN].mean for c in own])
    error = TELLING * np.array([c.at[GAIN].error for c in own])
    ax.errorbar(mean, y, xerr=error, color=colour, ls="none", marker=marker, ms=4, lw=1, label=label)


def _ratios(ax: Axes, own: list[Contrast], y: np.ndarray, colour: str, marker: str) -> None:
    """Ratios of doses with their Monte-Carlo intervals, cut at the edges of the panel."""
    low, middle, high = (
        np.clip(np.nan_to_num([getattr(c.ratio, n) for c in own], nan=1e-9), 0.08, 12.0)
        for n in ("low", "ratio", "high")
    )
    ax.hlines(y, low, high, color=colour, lw=1)
    ax.plot(middle, y, color=colour, ls="none", marker=marker, ms=4)
