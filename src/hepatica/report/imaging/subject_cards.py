"""Cards of one subject's scans: odds, organs, cells, where label sits, quantities, images, next scan, next dose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.imaging.biodistribution.hypotheses import LARGEST_LOG_ODDS
from hepatica.imaging.biodistribution.summary import Interval, QuantitySummary
from hepatica.imaging.quantification import least_cells
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report import names
from hepatica.report.imaging import subject_figures as figures
from hepatica.report.imaging.advice_card import advice_card
from hepatica.report.imaging.visibility_card import visibility_card
from hepatica.words import say

MOST_PLANS = 8
UNCHANGED = 0.99
"""Expected spread of homing over that now, above which a planned scan says nothing more on it."""


def subject_cards(analysis: SubjectAnalysis, lang: str) -> list[Card]:
    """Cards of the report, the most important first.

    Parameters
    ----------
    analysis : SubjectAnalysis
        What the scans say.
    lang : str
        One of ``hepatica.words.LANGUAGES``.
    """
    made = [odds_card(analysis, lang), cells_card(analysis, lang)]
    if analysis.advice is not None:
        made.append(advice_card(analysis, lang))
    made += [organs_card(analysis, lang), parts_card(analysis, lang), quantities_card(analysis, lang)]
    if figures.pictured(analysis):
        made.append(
            Card(
                "images",
                say("image.card_images", lang),
                (say("image.images_text", lang),),
                None,
                lambda: figures.images_figure(analysis, lang),
                say("image.alt_images", lang),
            )
        )
    return [*made, next_scan_card(analysis, lang), visibility_card(analysis, lang), notes_card(analysis, lang)]


def odds_words(log_odds: float, lang: str) -> str:
    """Odds as people say them, for whichever side they favour.

    Examples
    --------
    >>> odds_words(0.0, "en"), odds_words(-2.0, "en"), odds_words(30.0, "en")
    ('even', '100 to 1', 'more than a million to one')
    """
    if abs(log_odds) < 0.02:
        return say("image.odds_even", lang)
    if abs(log_odds) > LARGEST_LOG_ODDS:
        return say("image.odds_beyond", lang)
    value = 10.0 ** abs(log_odds)
    return say("image.odds_to_one", lang, n=f"{value:.2g}" if value < 100 else f"{value:,.0f}")


def odds_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Odds between the hypotheses, before the scans and after each."""
    first, second = analysis.fit.by_hypothesis
    last = analysis.odds[-1].log_odds
    text = [
        say(
            "image.odds_text",
            lang,
            odds=odds_words(last, lang),
            hypothesis=names.hypothesis(first if last >= 0 else second, lang),
            before=odds_words(analysis.odds[0].log_odds, lang),
        )
    ]
    for h in analysis.misfits:
        is_beaten = h in analysis.contradicted
        text.append(
            say("image.contradicted" if is_beaten else "image.misfit", lang, hypothesis=names.hypothesis(h, lang))
        )
    rows = [
        {
            say("image.col_scan", lang): say("image.before_scans", lang) if np.isnan(o.time) else figures.when(o.time),
            say("image.col_odds", lang): _side(o.log_odds, (first, second), lang),
            say("image.col_factor", lang): "–" if np.isnan(o.time) else _factor(o.log_factor),
        }
        for o in analysis.odds
    ]
    return Card(
        "odds",
        say("image.card_odds", lang),
        tuple(text),
        pd.DataFrame(rows),
        lambda: figures.odds_figure(analysis, lang),
        say("image.alt_odds", lang),
        say("image.odds_note", lang, hypothesis=names.hypothesis(first, lang)),
    )


def _side(log_odds: float, pair: tuple[str, str], lang: str) -> str:
    words = odds_words(log_odds, lang)
    return words if abs(log_odds) < 0.02 else f"{words}: {names.hypothesis(pair[log_odds < 0], lang)}"


def _factor(log_factor: float) -> str:
    if abs(log_factor) > LARGEST_LOG_ODDS:
        return "> 1,000,000" if log_factor > 0 else "< 0.000001"
    return f"{10.0**log_factor:,.3g}"


def organs_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Label of organs against the prediction band."""
    rows = [
        {
            say("image.col_organ", lang): figures.organ(r.organ, lang),
            say("image.col_day", lang): figures.when(r.time),
            say("image.col_seen", lang): f"{100 * r.share:.2f} ({100 * np.hypot(r.sd, r.shared_sd * r.share):.2f})",
            say("image.col_limit", lang): names.number(100 * r.limit, 2),
            say("image.col_least", lang): _least(analysis, r.limit, r.time),
            say("image.col_voxel", lang): _least(analysis, r.voxel_limit, r.time),
        }
        for s in analysis.scans
        for r in s.labels
    ]
    hypotheses = [names.hypothesis(h, lang) for h in analysis.fit.by_hypothesis]
    volumes = sorted({f"{s.voxel_volume:.2g}" for s in analysis.scans if np.isfinite(s.voxel_volume)})
    note = say("image.organs_note", lang, first=hypotheses[0], second=hypotheses[1], volume=" / ".join(volumes) or "–")
    return Card(
        "organs",
        say("image.card_organs", lang),
        (say("image.organs_text", lang),),
        pd.DataFrame(rows),
        lambda: figures.organs_figure(analysis, lang),
        say("image.alt_organs", lang),
        note,
    )


def _least(analysis: SubjectAnalysis, share: float, day: float) -> str:
    """Least number of living cells seen, under each hypothesis."""
    if not np.isfinite(share):
        return "–"
    given = analysis.fit.infusion.labelled
    return " / ".join(_cells(float(least_cells(share, given, h, day))) for h in analysis.fit.by_hypothesis)


def cells_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Living cells by organ and time, under each hypothesis."""
    course, rows = analysis.at_scans().sel(stage="posterior"), []
    for day in course.time.values:
        for organ in course.organ.values:
            row = {
                say("image.col_day", lang): figures.when(float(day)),
                say("image.col_organ", lang): figures.organ(str(organ), lang),
            }
            for h in course.hypothesis.values:
                low, middle, high = course.cells.sel(hypothesis=h, organ=organ, time=day).values
                interval = f"{_cells(middle)} ({_cells(low)} – {_cells(high)})"
                row[say("image.col_cells", lang, hypothesis=names.hypothesis(str(h), lang))] = (
                    say("image.excluded", lang) if h in analysis.contradicted else interval
                )
            rows.append(row)
    number = names.cells(analysis.subject.cells.number)
    return Card(
        "cells", say("image.card_cells", lang), (say("image.cells_text", lang, number=number),), pd.DataFrame(rows)
    )


def _cells(value: float) -> str:
    return names.cells(float(f"{value:.1e}")) if value >= 1000 else f"{max(value, 0.0):.0f}"


def parts_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Label by where it sits."""
    return Card(
        "parts",
        say("image.card_parts", lang),
        (say("image.parts_text", lang),),
        None,
        lambda: figures.parts_figure(analysis, lang),
        say("image.alt_parts", lang),
    )


def quantities_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Lung arrest, homing, retention, survival and exposure, before and after."""
    rows = [
        {
            say("image.col_hypothesis", lang): names.hypothesis(q.hypothesis, lang),
            say("image.col_quantity", lang): say(f"image.quantity_{q.name}", lang),
            say("image.col_before", lang): _interval(q.prior),
            say("image.col_after", lang): _interval(q.posterior),
            say("image.col_shrinkage", lang): _shrinkage(q),
        }
        for q in analysis.quantities
        if q.hypothesis not in analysis.contradicted
    ]
    text = (say("image.quantities_text", lang),)
    return Card("quantities", say("image.card_quantities", lang), text, pd.DataFrame(rows))


def _interval(v: Interval) -> str:
    return f"{v.median:.2g} ({v.low:.2g} – {v.high:.2g})"


def _shrinkage(q: QuantitySummary) -> str:
    return f"{q.shrinkage:.2f}" if q.shrinkage < 9.99 else "> 10"


def next_scan_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Planned scans by expected information."""
    text = _next_scan_text(analysis, lang)
    rows = [
        {
            say("image.col_tracer", lang): p.tracer,
            say("image.col_day", lang): figures.when(p.day),
            say("image.col_organ", lang): names.listed([figures.organ(o, lang) for o in p.organs], lang),
            say("image.col_cells_of", lang): say(
                "image.cells_given" if p.is_same_infusion else "image.cells_further", lang
            ),
            say("image.col_homing_sd", lang): f"{100 * p.homing_sd:.0f}",
            say("image.col_bits", lang): f"{p.hypotheses:.3f}",
        }
        for p in analysis.plans[:MOST_PLANS]
    ]
    return Card(
        "next_scan",
        say("image.card_next_scan", lang),
        text,
        pd.DataFrame(rows),
        lambda: figures.next_scan_figure(analysis, lang),
        say("image.alt_next_scan", lang),
        say("image.next_scan_note", lang),
    )


def _next_scan_text(analysis: SubjectAnalysis, lang: str) -> tuple[str, str]:
    """Paragraphs on homing, and on the hypotheses where they are not decided yet."""
    best, other = analysis.plans[0], max(analysis.plans, key=lambda p: p.hypotheses)
    chance = np.array(list(analysis.fit.probability.values()))
    most = float(-np.sum(chance * np.log2(np.maximum(chance, 1e-300))))
    homing = say(
        "image.next_scan_homing",
        lang,
        tracer=best.tracer,
        day=figures.when(best.day),
        organs=names.listed([figures.organ(o, lang) for o in best.organs], lang),
        share=f"{100 * best.homing_sd:.0f}",
    )
    if best.homing_sd > UNCHANGED:
        homing = say("image.next_scan_nothing", lang)
    if most < figures.DECIDED:
        return homing, say("image.next_scan_decided", lang)
    bits, left = (f"{v:.2f}" for v in (other.hypotheses, most))
    organs = names.listed([figures.organ(o, lang) for o in other.organs], lang)
    where = {"tracer": other.tracer, "day": figures.when(other.day), "organs": organs}
    return homing, say("image.next_scan_hypotheses", lang, bits=bits, most=left, **where)


def notes_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Provenance of the files: reading, inferences, omissions."""
    text = [
        f"{figures.when(scan.day)}: {note.text(lang)}"
        for scan in analysis.scans
        for note in scan.notes
        if note.code != "identifiers"
    ]
    if count := sum(s.identifiers for s in analysis.scans):
        text.append(say("image.identifiers", lang, n=count))
    if analysis.fit.observed.unfitted:
        text.append(say("image.unfitted", lang, organs=names.listed(analysis.fit.observed.unfitted, lang)))
    return Card("notes", say("image.card_notes", lang), tuple(text or [say("image.no_notes", lang)]))
