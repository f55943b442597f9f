"""First screen of a dose report: verdict, dose, four numbers and one picture."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.dose_study import Answer
from hepatica.dose_summary.ranking import largest_harm, shows_cells
from hepatica.dosing import Form, Judgement
from hepatica.dosing.conclusion import Leader
from hepatica.dosing.verdict import overall
from hepatica.report import names
from hepatica.report.dose import sentences, verdict
from hepatica.report.dose.figures import drawn
from hepatica.report.headline import Headline, Tile
from hepatica.report.style import LIMIT, legend_below, look, panels
from hepatica.words import say

TONES = {Form.GIVE: "yes", Form.TRIAL: "perhaps", Form.NOT: "no", Form.HARM: "no"}


def first_screen(a: Answer, lang: str) -> Headline:
    """Headline of an answer: the verdict in a clinician's words, the dose or range, four numbers, one picture."""
    d, c, own = a.decision, a.decision.conclusion, tuple(sentences.own_values(a, lang))
    if not shows_cells(d):
        return Headline(tone="no", verdict=verdict.headline(a, lang), dose="", tiles=(), lines=own, figure=None, alt="")
    return Headline(
        tone=TONES[c.form],
        verdict=verdict.headline(a, lang),
        dose=say(
            "report.dose_line" if c.form in (Form.GIVE, Form.TRIAL) else "report.dose_line_not",
            lang,
            dose=verdict.dose_or_range(a, lang),
        ),
        tiles=(_gain(a, lang), _chance(a, lang), _survival(a, lang), _harm(a, lang)),
        lines=(*(_reader(name, j, lang) for name, j in c.readers.items()), *own),
        figure=partial(leaders, a, lang),
        alt=say("report.leaders_alt", lang),
    )


def _by_hypothesis(a: Answer, lang: str, text: list[str]) -> str:
    """One number per hypothesis, named where there is more than one."""
    hypotheses = [names.hypothesis(j.hypothesis, lang) for j in a.decision.conclusion.judgements]
    if len(hypotheses) == 1:
        return text[0]
    return say("decision.stop", lang).join(
        say("report.tile_if", lang, hypothesis=h, value=t) for h, t in zip(hypotheses, text, strict=True)
    )


def _gain(a: Answer, lang: str) -> Tile:
    j, every = a.decision.conclusion.cautious, a.decision.conclusion.judgements
    return Tile(
        say("report.tile_gain", lang),
        say("report.days_value", lang, value=names.number(j.gain) + names.with_error(j.error)),
        _by_hypothesis(a, lang, [names.estimate(x.gain, x.low, x.high, x.error, lang) for x in every]),
    )


def _chance(a: Answer, lang: str) -> Tile:
    every = a.decision.conclusion.judgements
    threshold = names.number(100 * a.study.verdict.thresholds().benefit_chance, 0)
    return Tile(
        say("report.tile_chance", lang),
        verdict.least_chance(every, lang),
        _by_hypothesis(a, lang, [verdict.chance(x, lang) for x in every])
        + say("report.tile_threshold", lang, threshold=threshold),
    )


def _survival(a: Answer, lang: str) -> Tile:
    every = a.decision.conclusion.judgements
    j = min(every, key=lambda x: x.survival_gain)
    text = [
        names.estimate(100 * x.survival_gain, 100 * x.survival_low, 100 * x.survival_high, 100 * x.survival_error, lang)
        for x in every
    ]
    value = names.number(100 * j.survival_gain) + names.with_error(100 * j.survival_error)
    return Tile(
        say("report.tile_survival", lang, days=f"{a.study.horizon:g}"),
        say("report.points_value", lang, value=("+" if j.survival_gain > 0 else "") + value),
        _by_hypothesis(a, lang, text),
    )


def _harm(a: Answer, lang: str) -> Tile:
    worst = largest_harm(a.decision, a.study.utility.utility().harms)
    assert worst is not None  # a regimen with cells is shown
    one, s = worst
    limit = (
        say("decision.limit", lang, limit=f"{100 * one.limit:.3g}")
        if np.isfinite(one.limit)
        else say("decision.no_limit", lang)
    )
    value = ("+" if s.mean > 0 else "") + names.number(100 * s.mean) + names.with_error(100 * s.error)
    return Tile(
        say("report.tile_harm", lang, harm=one.label[lang]),
        say("report.points_value", lang, value=value),
        say("report.tile_limit", lang, low=names.number(100 * s.low), high=names.number(100 * s.high), limit=limit),
    )


def _reader(name: str, judgements: tuple[Judgement, ...], lang: str) -> str:
    form = overall(judgements).value
    return say(
        "report.reader_line",
        lang,
        reader=say(f"decision.reader_{name}", lang),
        form=say(f"decision.short_{form}", lang),
        chance=verdict.least_chance(judgements, lang),
    )


@drawn
def leaders(answer: Answer, lang: str) -> Figure:
    """Leading regimens in fresh patients: net gain as dots with 90 % intervals, the largest harm beside it."""
    d, c = answer.decision, answer.decision.conclusion
    rows = sorted((x for x in c.leaders if x.judgements), key=lambda x: max(x.opportunity_loss))
    figure, axes = panels(
        1, 2, width=10.5, height=1.15 + 0.47 * len(rows), sharey=True, gridspec_kw={"width_ratios": [1.6, 1]}
    )
    left, right = axes[0]
    _gains(left, rows, lang)
    _harms(right, answer, rows, lang)
    ticks = [names.arm_name(d.arms[x.arm], lang, d.arms) for x in rows]
    left.set_yticks(range(len(rows)), ticks, fontsize=9)
    for tick, x in zip(left.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("bold" if x.arm == c.dose else "normal")
    left.set(ylim=(len(rows) - 0.5, -0.5), xlabel=say("report.axis_gain", lang))
    left.set_title(say("report.leaders_gain", lang))
    legend_below(figure, axes, 3)
    return figure


def _offset(k: int, of: int) -> float:
    return 0.22 * (k - (of - 1) / 2) if of > 1 else 0.0


def _gains(ax: Axes, rows: list[Leader], lang: str) -> None:
    ax.axvline(0, color="black", lw=0.8)
    for y, leader in enumerate(rows):
        for k, j in enumerate(leader.judgements):
            colour, _, marker = look(k)
            ax.errorbar(
                j.gain,
                y + _offset(k, len(leader.judgements)),
                xerr=[[max(j.gain - j.low, 0.0)], [max(j.high - j.gain, 0.0)]],
                color=colour,
                marker=marker,
                ms=6,
                capsize=3,
                ls="none",
                label=names.hypothesis(j.hypothesis, lang),
            )


def _harms(ax: Axes, answer: Answer, rows: list[Leader], lang: str) -> None:
    worst = largest_harm(answer.decision, answer.study.utility.utility().harms)
    if worst is None:
        return
    one, c = worst[0], answer.decision.conclusion
    ax.axvline(0, color="black", lw=0.8)
    for y, leader in enumerate(rows):
        for k, p in enumerate(c.predictive):
            s, (colour, _, marker) = p.harms[one.name][c.column(leader.arm)], look(k)
            ax.errorbar(
                100 * s.mean,
                y + _offset(k, len(c.predictive)),
                xerr=[[100 * max(s.mean - s.low, 0.0)], [100 * max(s.high - s.mean, 0.0)]],
                color=colour,
                marker=marker,
                mfc="white",
                ms=6,
                capsize=3,
                ls="none",
            )
    if np.isfinite(one.limit):
        ax.axvline(100 * one.limit, color=LIMIT, lw=1.8, ls=(0, (6, 2)), label=say("report.limit", lang))
    ax.set_xlabel(say("report.axis_excess", lang, harm=one.label[lang]))
    ax.set_title(say("report.leaders_harm", lang))
