"""Card of a search over regimens: what was tried and spent, leaders in fresh patients, and the front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.dosing.search.leaders import Leader
from hepatica.regimen_search import SearchAnswer
from hepatica.report import names
from hepatica.report.style import legend_below, log_scale, look, panels, styled
from hepatica.report.window import texts
from hepatica.therapeutic_window.contrasts import TELLING
from hepatica.therapy import SOURCES, TREATMENTS
from hepatica.words import say


def search_card(answer: SearchAnswer, lang: str) -> Card:
    """Card of a search: its size, its choice, the leaders with their Monte-Carlo errors, benefit over cells."""
    s, r = answer.settings, answer.result
    values = [
        say(
            "window.if_value",
            lang,
            hypothesis=names.hypothesis(h, lang),
            value=texts.with_error(v.mean, v.error, lang),
        )
        for h, v in zip(answer.study.hypotheses, r.value, strict=True)
    ]
    text = (
        say(
            "window.search_spent",
            lang,
            candidates=len(r.points),
            courses=r.spent,
            resumed=r.resumed,
            rungs=names.listed((f"{a} × {b}" for a, b in r.rungs), lang),
        ),
        say("window.search_fresh", lang, leaders=len(r.leaders), patients=s.fresh_patients),
        say("window.search_value", lang, values=names.listed(values, lang)),
    )
    return Card(
        "search",
        say("window.card_search", lang),
        text,
        pd.DataFrame(_rows(answer, lang)),
        lambda: front(answer, lang),
        say("window.alt_search", lang),
        " ".join((say("window.note_search", lang), say("decision.as_drawn_note", lang))),
    )


def _rows(answer: SearchAnswer, lang: str) -> list[dict[str, str]]:
    rows = []
    for place, leader in enumerate(answer.result.leaders):
        for h, hypothesis in enumerate(answer.study.hypotheses):
            marks = "●" if place in answer.result.front[h] else ""
            rows.append(
                {
                    say("window.col_regimen", lang): _regimen(answer, leader, lang),
                    say("window.col_hypothesis", lang): names.hypothesis(hypothesis, lang),
                    say("window.col_gain", lang): texts.with_error(*leader.gain[h], lang),
                    say("window.col_lost", lang): texts.with_error(*leader.lost[h], lang),
                    say("window.col_regret", lang): texts.with_error(leader.regret, leader.regret_error, lang),
                    say("window.col_subgroup", lang): texts.with_error(*leader.worst_subgroup[h], lang),
                    say("window.col_cvar", lang): texts.with_error(*leader.cvar[h], lang),
                    say("window.col_front", lang): marks,
                    say("window.col_why", lang): names.listed(_roles(leader, lang), lang),
                }
            )
    return rows


def with_search(made: Sequence[Card], search: SearchAnswer, lang: str) -> list[Card]:
    """Cards of a dose study with that of the search after the answer.

    Parameters
    ----------
    made : sequence of Card
        The answer first.
    search : SearchAnswer
        Search of the leaders that were compared.
    lang : {"en", "zh"}
        Language.
    """
    return [made[0], search_card(search, lang), *made[1:]]


def _roles(leader: Leader, lang: str) -> list[str]:
    return [say(f"window.role_{role.value}", lang) for role in leader.roles]


def _regimen(answer: SearchAnswer, leader: Leader, lang: str) -> str:
    """A regimen in words, with its infusion time, and its source and background where the search varied them."""
    arm, point = answer.arm(leader), answer.result.points[leader.candidate]
    mark = texts.BEYOND if answer.regimens.beyond_given(point) else ""
    hours = say("window.level_hours", lang, n=f"{24 * arm.regimen.duration:.3g}")
    parts = [names.regimen(arm.regimen, lang) + mark, hours]
    if len(answer.regimens.products) > 1:
        parts.append(SOURCES[arm.product.source].label[lang])
    if len(answer.regimens.together_with) > 1:
        parts += [TREATMENTS[t].label[lang] for t in arm.together_with]
    return names.listed(parts, lang)


def front(answer: SearchAnswer, lang: str) -> Figure:
    """Gain of the leaders over cells in all, two Monte-Carlo errors each; those on the front are filled."""
    with styled():
        figure, axes = panels(1, 1, width=7.5, height=3.8)
        ax = axes[0, 0]
        for h, hypothesis in enumerate(answer.study.hypotheses):
            colour, _, marker = look(h)
            for on in (True, False):
                own = [x for k, x in enumerate(answer.result.leaders) if (k in answer.result.front[h]) == on]
                if not own:
                    continue
                cells = np.array([x.cells for x in own]) * 1.03**h
                gain, error = (np.array([x.gain[h][k] for x in own]) for k in (0, 1))
                label = names.hypothesis(hypothesis, lang) if on else None
                style = {"color": colour, "marker": marker, "ls": "none", "ms": 5, "lw": 1}
                face = colour if on else "white"
                ax.errorbar(cells, gain, TELLING * error, mfc=face, label=label, **style)
        ax.axhline(0, color="black", lw=0.6)
        log_scale(ax.xaxis, text=names.cells)
        ax.set_xlabel(say("window.axis_total", lang))
        ax.set_ylabel(say("window.axis_gain", lang))
        legend_below(figure, axes, 2)
        return figure
