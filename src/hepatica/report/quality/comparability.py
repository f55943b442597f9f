"""Cards, figure and page of the comparability of one attribute after a change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.manufacturing.quality.comparability.change_file import Side
from hepatica.manufacturing.quality.comparability.change_study import FEWEST_FOR_LOSS, ChangeStudy
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.potency.cards import p_value
from hepatica.report.quality.cards import chance, number, percent
from hepatica.report.style import BLUE, GREEN, GREY, LIMIT, legend_below, panels, roomy, styled
from hepatica.words import say


def comparability_cards(study: ChangeStudy, lang: str) -> tuple[Card, ...]:
    """Cards of a change: conclusion with its figure, tests, and the loss where one is stated."""
    made = [_answer(study, lang), _tests(study, lang)]
    if study.change.loss is not None:
        made.append(_loss(study, lang))
    assumed = ["assumed_normal", "assumed_pairs" if study.change.paired else "assumed_independent"]
    made.append(Card("assumed", say("comparability.card_assumed", lang), tuple(_say(key, lang) for key in assumed)))
    return tuple(made)


def _say(key: str, lang: str, **values: object) -> str:
    return say(f"comparability.{key}", lang, **values)


def _name(side: Side, key: str, lang: str) -> str:
    return side.name or _say(key, lang)


def _span(study: ChangeStudy, low: float, high: float) -> str:
    return f"{number(study.shown(low))} – {number(study.shown(high))}"


def _kind(study: ChangeStudy) -> str:
    return "ratio" if study.change.scale == "log" else "difference"


def _answer(study: ChangeStudy, lang: str) -> Card:
    change, test = study.change, study.test
    sides = {key: _name(getattr(change, key), key, lang) for key in ("before", "after")}
    text = [
        _say(study.conclusion.value, lang, attribute=change.attribute),
        _say(
            f"{_kind(study)}_is", lang, value=number(study.shown(test.difference)), span=_span(study, *test.interval),
            margin=_span(study, *test.bounds), level=f"{100 * (1 - 2 * test.alpha):g}",
            unit=f" {change.unit}" if change.unit and change.scale == "linear" else "", **sides,
        ),
        _say("posterior", lang, chance=chance(study.probability)),
        _lots(study, lang),
    ]  # fmt: skip
    if study.is_margin_of_loss and change.loss is not None:
        text.append(
            _say("margin_of_loss", lang, tolerable=number(change.loss.tolerable), days=number(change.loss.days))
        )
    sources = [
        f"{_name(s, key, lang)}: {s.source}"
        for key, s in (("before", change.before), ("after", change.after))
        if s.source
    ]
    if change.margin is not None:
        sources.append(f"{_say('margin', lang)}: {change.margin.source}")
    return Card(
        "answer",
        _say("card_answer", lang),
        tuple(text),
        None,
        lambda: comparability_figure(study, lang),
        _say("alt", lang),
        _say("sources", lang, sources="; ".join(sources)) if sources else "",
    )


def _lots(study: ChangeStudy, lang: str) -> str:
    """Power of so many lots, and how many would be enough."""
    kind = "pairs" if study.change.paired else "lots"
    needed = f"{study.lots_needed}" if study.lots_needed is not None else _say("more_than", lang)
    return _say(
        f"few_{kind}", lang, before=study.before.n, after=study.after.n, power=percent(study.test.power_if_equal),
        needed=needed,
    )  # fmt: skip


def _tests(study: ChangeStudy, lang: str) -> Card:
    test = study.test
    rows = [
        {
            _say("against", lang): f"{sign} {number(study.shown(test.bounds[k]))}",
            "t": number(test.t[k]),
            _say("df", lang): f"{test.df:.4g}",
            "p": p_value(test.p[k]),
            **({} if study.ranks is None else {_say("p_ranks", lang): p_value(study.ranks[k])}),
        }
        for k, sign in enumerate((">", "<"))
    ]
    levels = _say("levels", lang, alpha=f"{test.alpha:g}")
    smallest = study.shown(test.smallest_margin)
    shown = f"{number(1 / smallest)} – {number(smallest)}" if study.change.scale == "log" else f"± {number(smallest)}"
    return Card("tests", _say("card_tests", lang), (levels, _say("smallest", lang, margin=shown)), pd.DataFrame(rows))


def _loss(study: ChangeStudy, lang: str) -> Card:
    stated, found = study.change.loss, study.loss
    assert stated is not None  # asked for where it is
    unproven = _say("link_unproven", lang, linked=percent(stated.linked))
    source = _say("loss_source", lang, source=stated.source)
    if found is None:
        return Card("loss", _say("card_loss", lang), (_say("too_few", lang, n=FEWEST_FOR_LOSS), unproven, source))
    chances = f"{chance(found.probability)} ± {100 * found.error:.2g}"
    ends = [_say("never", lang) if np.isinf(m) else number(m) for m in found.margin]
    unit = _say("per_log", lang) if study.change.scale == "log" else study.change.unit
    text = (
        _say("loss_is", lang, days=f"{found.expected_loss:.2f}", chance=chances, tolerable=number(stated.tolerable)),
        _say(
            "margin_is",
            lang,
            margin=ends[0],
            low=ends[1],
            high=ends[2],
            unit=_say("in_unit", lang, unit=unit) if unit else "",
        ),
        unproven,
        _say("both_ways", lang),
        source,
    )
    return Card("loss", _say("card_loss", lang), text)


def comparability_figure(study: ChangeStudy, lang: str) -> Figure:
    """Lots of both sides, and the interval of the difference against its margin."""
    with styled():
        figure, axes = panels(1, 2, width=9.0, height=3.4, width_ratios=(1.2, 1.0))
        _draw_lots(axes[0, 0], study, lang)
        _draw_difference(axes[0, 1], study, lang)
        legend_below(figure, axes, 3)
        return figure


def _draw_lots(ax: Axes, study: ChangeStudy, lang: str) -> None:
    change = study.change
    for k, (side, summary) in enumerate(((change.before, study.before), (change.after, study.after))):
        ends = [study.shown(summary.mean + z * summary.sd) for z in (-1.0, 0.0, 1.0)]
        label = _say("legend_mean", lang) if k == 0 else None
        ax.plot([k - 0.2, k - 0.2], [ends[0], ends[2]], color=BLUE, lw=2.0)
        ax.plot(k - 0.2, ends[1], marker="s", ms=7, ls="none", color=BLUE, label=label)
        if side.values:
            own = _say("legend_lot", lang) if k == 0 or not change.before.values else None
            ax.plot(np.full(len(side.values), float(k)), side.values, ls="none", marker="o", ms=5, mfc="none",
                    color=GREY, label=own)  # fmt: skip
    if change.paired:
        ax.plot([0, 1], [change.before.values, change.after.values], color=GREY, lw=0.7, alpha=0.6)
    names = [_name(side, key, lang) for key, side in (("before", change.before), ("after", change.after))]
    ax.set_xticks(
        [0, 1], [roomy(f"{name}\nn = {s.n}") for name, s in zip(names, (study.before, study.after), strict=True)]
    )
    ax.set_xlim(-0.6, 1.5)
    if change.scale == "log":
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter("{x:g}")
    ax.set_ylabel(roomy(f"{change.attribute}, {change.unit}" if change.unit else change.attribute))


def _draw_difference(ax: Axes, study: ChangeStudy, lang: str) -> None:
    test = study.test
    low, high = (study.shown(b) for b in test.bounds)
    ax.axvspan(low, high, color=GREEN, alpha=0.15, lw=0, label=_say("legend_margin", lang))
    for bound in (low, high):
        ax.axvline(bound, color=LIMIT, ls="-.", lw=1.4)
    ax.axvline(study.shown(0.0), color=GREY, ls=":", lw=1.2)
    ends = [study.shown(x) for x in test.interval]
    level = f"{100 * (1 - 2 * test.alpha):g}"
    ax.plot(ends, [0, 0], color=BLUE, lw=2.4, label=_say("legend_interval", lang, level=level))
    ax.plot(study.shown(test.difference), 0, marker="s", ms=8, ls="none", color=BLUE)
    if study.change.scale == "log":
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter("{x:g}")
        ax.tick_params(axis="x", which="minor", labelsize=7)
    ax.set_yticks([])
    ax.set_ylim(-1, 1)
    ax.set_xlabel(_say(f"axis_{_kind(study)}", lang))


def write_comparability(
    study: ChangeStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``lots.csv`` and ``comparability.json``.

    Returns
    -------
    list of Path
        The files.
    """
    rows: list[dict[str, object]] = []
    for key, side, summary in (
        ("before", study.change.before, study.before), ("after", study.change.after, study.after),
    ):  # fmt: skip
        rows += [{"side": key, "name": side.name, "value": value} for value in side.values]
        if not side.values:
            rows.append({"side": key, "name": side.name, "mean": side.mean, "sd": summary.sd, "n": summary.n})
    heading = Heading(
        _say("title", lang, title=study.change.title), _say("subtitle", lang), _say("tables_note", lang), command
    )
    return write_answer(
        made, answer, folder, lang, heading=heading, name="comparability", tables={"lots": pd.DataFrame(rows)}
    )
