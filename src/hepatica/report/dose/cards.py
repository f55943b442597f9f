"""The cards of an answer, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.biodistribution import Organ, Quantity, mean_organ_share
from hepatica.dose_summary.ranking import ranking, shown_gains, shows_cells
from hepatica.report import names
from hepatica.report.dose import figures, sentences, verdict
from hepatica.report.dose.appendix import again, assumptions, sources
from hepatica.report.dose.baseline import baseline, deaths, life
from hepatica.report.dose.consequences.harms import harms, transplants
from hepatica.report.dose.consequences.information import what_to_learn
from hepatica.report.dose.consequences.lots import lots
from hepatica.report.dose.consequences.subgroups import whom
from hepatica.report.dose.joint import joint_card
from hepatica.report.dose.long_term import causes, five_years
from hepatica.report.dose.posterior import learnt
from hepatica.report.dose.recovery import metabolic_recovery
from hepatica.report.dose.window import window
from hepatica.words import say

Maker = Callable[[Answer, str], Card | None]
"""Maker of a card; None where the answer has nothing that it would show."""
MOST_ROWS = 8
DIFFERENCES = (
    *((Quantity.CELLS, organ, day) for organ in (Organ.LUNG, Organ.LIVER, Organ.SPLEEN) for day in (1, 7)),
    (Quantity.IMAGE, Organ.LIVER, 7),
)


def the_answer(a: Answer, lang: str) -> Card:
    """Recommendation with its benefit, harms and caveats."""
    text = (
        verdict.verdict(a, lang),
        sentences.question(a, lang),
        *sentences.own_values(a, lang),
        *verdict.reasons(a, lang),
        *sentences.benefit(a, lang),
        *verdict.readers(a, lang),
        *sentences.decides(a, lang),
        *verdict.others(a, lang),
        *verdict.stability(a, lang),
        *sentences.credible_set(a, lang),
        " ".join(sentences.caveats(a, lang)),
    )
    draws = min(a.study.draws, a.study.patients)
    note = say("report.answer_note", lang)
    if a.decision.is_confirmed:
        note += say("report.asked_again", lang, patients=a.decision.conclusion.patients, draws=draws)
    cells = shows_cells(a.decision)
    return Card(
        "answer",
        say("report.answer", lang),
        text,
        None,
        partial(figures.gains, a, lang) if cells else None,
        " ".join(sentences.benefit(a, lang)).replace("*", ""),
        note,
    )


def by_hypothesis(a: Answer, lang: str) -> Card:
    """Optimal regimen and regrets under each hypothesis, and the minimax-regret choice."""
    d = a.decision
    order = ranking(d)
    kept = {0, d.recommended, d.top, *(h.best for h in d.by_hypothesis)}
    shown = [arm for place, arm in enumerate(order) if place < MOST_ROWS or arm in kept]
    over = say("report.over_limit", lang)
    rows = []
    for arm in shown:
        row = {say("report.col_regimen", lang): names.arm_name(d.arms[arm], lang, d.arms)}
        for h in d.by_hypothesis:
            row[say("report.col_gain_if", lang, hypothesis=names.hypothesis(h.hypothesis, lang))] = names.interval(
                h.gain[arm], lang
            ) + (" *" if h.best == arm else "")
        regrets = [names.number(r) if np.isfinite(r) else over for r in d.regret[:, arm]]
        row[say("report.col_regret", lang)] = regrets[0] if len(set(regrets)) == 1 else names.listed(regrets, lang)
        row[say("report.col_choice", lang)] = say("report.least_worst", lang) if arm == d.top else ""
        rows.append(row)
    text = (*sentences.own_choices(a, lang), sentences.choice(a, lang))
    note = say("report.hypotheses_note", lang, patients=a.study.patients, shown=len(shown), arms=len(d.arms))
    return Card("hypotheses", say("report.hypotheses", lang), text, pd.DataFrame(rows), note=note)


def differences(a: Answer, lang: str) -> Card:
    """Biodistribution, gain and optimal regimen under each hypothesis."""
    d, rows = a.decision, []
    what = say("report.col_what", lang)
    for quantity, organ, day in DIFFERENCES if a.kinetics else ():
        row = {
            what: say(
                "report.share_row",
                lang,
                kind=say(f"report.kind_{quantity.value}", lang),
                organ=say(f"report.organ_{organ.value}", lang),
                day=day,
            )
        }
        for h in a.kinetics:
            row[names.hypothesis(h, lang)] = names.number(mean_organ_share(a, h, quantity, organ, day))
        rows.append(row)
    for place, key in enumerate(("gain", "survival_gain") if shows_cells(d) else ()):
        cells = {
            names.hypothesis(h.hypothesis, lang): names.interval(shown_gains(d, k)[place], lang, 100.0**place)
            for k, h in enumerate(d.by_hypothesis)
        }
        rows.append({what: say(f"report.row_{key}", lang)} | cells)
    rows.append(
        {what: say("report.row_best", lang)}
        | {names.hypothesis(h.hypothesis, lang): names.arm_name(d.arms[h.best], lang, d.arms) for h in d.by_hypothesis}
    )
    text = (say("report.differences_text", lang) if len(d.by_hypothesis) > 1 else say("report.one_hypothesis", lang),)
    return Card("differences", say("report.differences", lang), text, pd.DataFrame(rows))


def _drawn(key: str, lang: str, draw: Callable[[], Figure] | None, note: str = "") -> Card:
    """Card of a figure, with the sentences of its key."""
    title, text, alt = (say(f"report.{key}{part}", lang) for part in ("", "_text", "_alt"))
    return Card(key, title, (text,), None, draw, alt, note)


def _without_cells(key: str, lang: str) -> Card:
    return Card(key, say(f"report.{key}", lang), (say("decision.no_cells_asked", lang),))


def _noted(card: Card, a: Answer, lang: str) -> Card:
    """Card with a note that its numbers are of the draws as they are, where the verdict's are not."""
    shows = card.table is not None or card.figure is not None
    if card.key not in AS_DRAWN or not (shows and a.decision.conclusion.as_drawn):
        return card
    return replace(card, note=" ".join((card.note, say("decision.as_drawn_note", lang))).strip())


def course(a: Answer, lang: str) -> Card:
    """Labs over time."""
    return _drawn("course", lang, partial(figures.courses, a, lang))


def where(a: Answer, lang: str) -> Card:
    """Cells per organ, by route and hypothesis."""
    if not a.kinetics:
        return _without_cells("kinetics", lang)
    return _drawn("kinetics", lang, partial(figures.kinetics, a, lang))


def over_dose(a: Answer, lang: str) -> Card:
    """The therapeutic window."""
    if not a.study.grid.regimens():
        return _without_cells("window", lang)
    return _drawn("window", lang, partial(window, a, lang), say("report.window_note", lang))


def two_spreads(a: Answer, lang: str) -> Card:
    """Variance components of the gain: between patients, and parameter uncertainty."""
    return _drawn("spread", lang, partial(figures.spread, a, lang) if a.study.grid.regimens() else None)


CARDS: tuple[Maker, ...] = (
    the_answer,
    harms,
    by_hypothesis,
    what_to_learn,
    whom,
    lots,
    differences,
    baseline,
    course,
    joint_card,
    metabolic_recovery,
    life,
    transplants,
    deaths,
    causes,
    five_years,
    where,
    over_dose,
    two_spreads,
    learnt,
    assumptions,
    sources,
)
AS_DRAWN = frozenset(
    {"hypotheses", "whom", "lots", "course", "joint", "recovery", "bridge", "causes", "tail", "window", "spread"}
)
"""Keys of cards whose gains and outcomes are of the draws as they are, without the reader's prior of the verdict."""
FOR_MODELLERS = frozenset({"differences", "kinetics", "spread", "learnt", "assumptions", "sources", "again"})
"""Keys of cards that a page shows closed."""


def cards(answer: Answer, lang: str = "en", *, command: str = "", most: int | None = None) -> list[Card]:
    """Cards of an answer, without figures until these are asked for; one that fails becomes a card that says so.

    Parameters
    ----------
    answer : Answer
        Of a dose study.
    lang : {"en", "zh"}
        Language.
    command : str
        What was run, for the last card.
    most : int, optional
        Make the first so many alone.

    Examples
    --------
    >>> from hepatica import answer, check_study
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
    >>> study = check_study({"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": grid})
    >>> print(cards(answer(study), most=1)[0].title)
    The answer
    """
    made: list[Card] = []
    makers: tuple[Maker, ...] = (*CARDS, partial(again, command=command))
    for maker in makers[:most]:
        try:
            card = maker(answer, lang)
            made += [] if card is None else [_noted(card, answer, lang)]
        except Exception as error:  # a broken part must not cost the answer
            name = getattr(maker, "__name__", "again")
            what = f"{name}, {type(error).__name__}: {error}"
            made.append(Card(name, say("report.broken_title", lang), (say("report.broken", lang, what=what),)))
    return made
