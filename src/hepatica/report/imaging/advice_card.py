"""Card of the next dose: what is advised, against not looking, and every option."""

from __future__ import annotations

import pandas as pd

from hepatica.card import Card
from hepatica.imaging.guidance.advice import Advice, Option, Verdict
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report import names
from hepatica.report.imaging import subject_figures as figures
from hepatica.words import say

MOST_OPTIONS = 12


def advice_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Advice on the next dose.

    Raises
    ------
    ValueError
        If nothing was asked.
    """
    advice = analysis.advice
    if advice is None:
        raise ValueError("no next dose was asked for")
    rows = [_row(o, lang) for o in advice.options[:MOST_OPTIONS]]
    return Card(
        "advice",
        say("image.card_advice", lang),
        tuple(advice_text(analysis, advice, lang)),
        pd.DataFrame(rows),
        lambda: figures.advice_figure(advice, lang),
        say("image.alt_advice", lang),
        say("image.advice_note", lang, population=analysis.subject.population),
    )


def advice_text(analysis: SubjectAnalysis, advice: Advice, lang: str) -> list[str]:
    """Paragraphs of the advice."""
    without = say("image.standard_care", lang) if advice.unseen is None else names.regimen(advice.unseen.regimen, lang)
    worth = names.number(advice.gain_of_looking, 2)
    if advice.best is not None:
        best = advice.best
        text = [
            say(
                "image.advice_give",
                lang,
                regimen=names.regimen(best.regimen, lang),
                start=f"{best.regimen.start:g}",
                product=say("image.advice_product", lang, name=best.product) if best.product else "",
                gain=names.number(best.gain, 1),
                without=without,
                worth=worth,
            ),
            *(say(f"image.advice_change_{c}", lang) for c in advice.changes),
        ]
        if not advice.is_confident:
            text.append(say("image.advice_unsure", lang))
    elif advice.verdict is Verdict.STOP:
        reach = f"{100 * analysis.subject.next.reach:g}" if analysis.subject.next is not None else "–"
        text = [say("image.advice_stop", lang, reach=reach, without=without, worth=worth)]
    else:
        text = [say("image.advice_no_gain", lang, without=without, worth=worth)]
    percent = {"now": _percent(advice.seen.mean), "before": _percent(advice.seen.expected)}
    text.append(say("image.advice_poorer" if advice.is_poorer else "image.advice_as_expected", lang, **percent))
    if advice.is_poorer:
        text += _elsewhere(advice, lang)
    return text


def _elsewhere(advice: Advice, lang: str) -> list[str]:
    """Route and product of which the most would stay, where that is more than by those that were seen."""
    most = max((o.delivery for o in advice.options), key=lambda d: d.mean)
    if most.mean <= advice.seen.mean:
        return []
    product = say("image.advice_product", lang, name=most.product) if most.product else ""
    where = {"route": names.route(most.route, lang), "percent": _percent(most.mean), "product": product}
    return [say("image.advice_elsewhere", lang, **where)]


def _percent(share: float) -> str:
    return f"{100 * share:.2g}"


def _row(o: Option, lang: str) -> dict[str, str]:
    r = o.delivery.retention
    return {
        say("image.col_regimen", lang): names.regimen(o.regimen, lang),
        say("image.col_product", lang): o.product or say("image.product_given", lang),
        say("image.col_start", lang): f"{o.regimen.start:g}",
        say("image.col_gain", lang): f"{names.number(o.gain)} ({names.number(o.low)} – {names.number(o.high)})",
        say("image.col_unseen", lang): names.number(o.unseen),
        say("image.col_retention", lang): f"{_percent(r.median)} ({_percent(r.low)} – {_percent(r.high)})",
        say("image.col_harms", lang): say("image.yes" if o.is_admissible else "image.no", lang),
    }
