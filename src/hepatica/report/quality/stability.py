"""Cards, figure and page of a stability study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.manufacturing.quality.stability_line import mean_limits
from hepatica.manufacturing.quality.stability_study import StabilityStudy
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.potency.cards import p_value
from hepatica.report.quality.cards import number
from hepatica.report.style import GREY, LIMIT, legend_below, look, panels, styled
from hepatica.words import say

MOST_LINES = 8  # drawn apart; more are drawn without a name each


def stability_cards(found: StabilityStudy, lang: str) -> tuple[Card, ...]:
    """Cards of a stability study: shelf life with its figure, tests of poolability, lines."""
    return (_answer(found, lang), _tests(found, lang), _lines(found, lang))


def _name(key: Sequence[str]) -> str:
    return " · ".join(key)


def _time(value: float, lang: str) -> str:
    return say("stability.never", lang) if np.isinf(value) else number(value)


def _answer(found: StabilityStudy, lang: str) -> Card:
    text = [say("stability.answer", lang, life=number(found.common), worst=_name(found.worst))]
    shortest = min(found.crossing.values())
    key = "capped" if shortest > found.longest else "inside"
    text.append(say(f"stability.{key}", lang, crossing=_time(shortest, lang), longest=number(found.longest)))
    if found.specification.release is not None:
        text.append(say("stability.released", lang, release=number(found.specification.release)))
    if found.is_few:
        text.append(say("stability.few", lang))
    rows = None
    if found.data.factors:
        rows = pd.DataFrame(
            [
                {say("stability.combination", lang): _name(key), say("stability.shelf_life", lang): number(life),
                 say("stability.crossing", lang): _time(found.crossing[key], lang)}
                for key, life in found.shelf_life.items()
            ]
        )  # fmt: skip
    return Card(
        "shelf-life",
        say("stability.card_answer", lang),
        tuple(text),
        rows,
        lambda: stability_figure(found, lang),
        say("stability.alt", lang),
        say("stability.note", lang, confidence=f"{100 * found.specification.confidence:g}"),
    )


def _tests(found: StabilityStudy, lang: str) -> Card:
    rows = [
        {
            say("stability.term", lang): t.term,
            say("stability.df", lang): str(t.df),
            "F": number(t.f),
            "p": p_value(t.p),
            say("stability.asked", lang): f"{t.alpha:g}",
            say("stability.kept", lang): say(f"stability.{'yes' if t.is_kept else 'no'}", lang),
        }
        for t in found.tests
    ]
    model = say("stability.model", lang, model=found.model) if found.model else say("stability.one_line", lang)
    return Card("poolability", say("stability.card_tests", lang), (model,), pd.DataFrame(rows) if rows else None)


def _lines(found: StabilityStudy, lang: str) -> Card:
    rows = [
        {
            say("stability.line", lang): _name(key),
            say("stability.intercept", lang): number(line.intercept),
            say("stability.slope", lang): number(line.slope),
            say("stability.crossing", lang): _time(line.crossing, lang),
        }
        for key, line in found.lines.items()
    ]
    return Card("lines", say("stability.card_lines", lang), (), pd.DataFrame(rows))


def stability_figure(found: StabilityStudy, lang: str) -> Figure:
    """Values and lines over time, the confidence limit of the deciding line, specification and shelf life."""
    with styled():
        figure, axes = panels(1, 1, width=8.5, height=4.2)
        ax, data, test = axes[0, 0], found.data, found.specification
        end = 1.05 * max(float(data.time.max()), found.common)
        x = np.linspace(0.0, end, 120)
        keys = [*zip(data.batch, *data.factors.values(), strict=True)]
        for k, (key, line) in enumerate(found.lines.items()):
            colour, style, marker = look(k)
            named = len(found.lines) <= MOST_LINES
            colour = colour if named else GREY
            here = np.array([own == key for own in keys])
            ax.plot(data.time[here], data.value[here], ls="none", marker=marker, ms=4.5, mfc="none", color=colour)
            ax.plot(
                x, line.intercept + line.slope * x, ls=style, lw=1.2, color=colour, label=_name(key) if named else None
            )
        low, high = mean_limits(found.lines[found.worst], test, x)
        for limit, edge in ((test.lower, low), (test.upper, high)):
            if np.isfinite(limit):
                ax.plot(x, edge, color="black", lw=1.8, label=say("stability.legend_limit", lang))
                ax.axhline(limit, color=LIMIT, ls="-.", lw=1.4, label=say("stability.legend_specification", lang))
        ax.axvline(found.common, color=GREY, ls=":", lw=1.4, label=say("stability.legend_life", lang))
        ax.set_xlim(-0.02 * end, end)
        ax.set_xlabel(say("stability.axis_time", lang))
        ax.set_ylabel(say("stability.axis_value", lang))
        legend_below(figure, axes, 4)
        return figure


def write_stability(
    found: StabilityStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``lines.csv`` and ``stability.json``.

    Returns
    -------
    list of Path
        The files.
    """
    names = ["batch", *found.data.factors]
    table = pd.DataFrame(
        [
            dict(zip(names, key, strict=True))
            | {"intercept": line.intercept, "slope": line.slope, "crossing": line.crossing}
            for key, line in found.lines.items()
        ]
    )
    title, subtitle, note = (say(f"stability.{key}", lang) for key in ("title", "subtitle", "tables_note"))
    heading = Heading(title, subtitle, note, command)
    return write_answer(made, answer, folder, lang, heading=heading, name="stability", tables={"lines": table})
