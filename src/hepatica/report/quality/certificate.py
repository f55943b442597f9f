"""Cards of the certificate of analysis of a lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.manufacturing.quality.release.lot import Finding, LotRelease, Verdict
from hepatica.report.quality import figures
from hepatica.report.quality.cards import chance, number, percent
from hepatica.report.quality.lot_model import cost_sentence, model_cards
from hepatica.words import say


def certificate_cards(result: LotRelease, lang: str) -> tuple[Card, ...]:
    """All cards, the verdict first.

    Parameters
    ----------
    result : LotRelease
        What was decided.
    lang : str
        Language.
    """
    made = [_verdict(result, lang), _attributes(result, lang)]
    if result.losses:
        made.append(_losses(result, lang))
    if result.model is not None:
        made += model_cards(result, result.model, lang)
    assumed = tuple(say(f"lot.assumed_{a.value}", lang) for a in result.assumptions)
    made.append(Card("assumed", say("lot.card_assumed", lang), assumed))
    made.append(_signatures(lang))
    return tuple(made)


def dose(result: LotRelease, cells: float) -> str:
    """Dose of cells with its unit."""
    return f"{cells:.3g} {result.dose_unit}".replace("e+0", "e")


def _verdict(result: LotRelease, lang: str) -> Card:
    planned, adjusted, largest = (dose(result, d) for d in (result.planned, result.adjusted, result.largest))
    text = [
        say(
            f"lot.verdict_{result.verdict.value}", lang, planned=planned, adjusted=adjusted, largest=largest,
            factor=f"{result.factor:.3g}",
        )
    ]  # fmt: skip
    separator = say("decision.separator", lang)
    if result.verdict is not Verdict.RELEASE:
        if result.failing:
            text.append(say("lot.why_failing", lang, names=separator.join(result.failing)))
        if result.verdict is Verdict.REJECT and result.failing_adjusted and result.factor > 1.0:
            names = separator.join(result.failing_adjusted)
            text.append(say("lot.why_failing_adjusted", lang, adjusted=adjusted, names=names))
        if not result.failing or (result.verdict is Verdict.REJECT and not result.failing_adjusted and result.losses):
            text.append(say("lot.why_loss", lang))
    text.append(say("lot.asked", lang, chance=percent(result.chance)))
    if result.model is not None:
        text.append(cost_sentence(result, result.model, lang))
    if result.losses:
        text.append(say("lot.link_unproven", lang, linked=percent(result.linked)))
    return Card("answer", say("lot.card_verdict", lang), tuple(text))


def _limit(f: Finding, lang: str) -> str:
    if np.isfinite(f.lower) and np.isfinite(f.upper):
        return f"{number(f.lower)} – {number(f.upper)} {f.unit}".strip()
    if np.isfinite(f.lower):
        return f"≥ {number(f.lower)} {f.unit}".strip()
    if np.isfinite(f.upper):
        return f"≤ {number(f.upper)} {f.unit}".strip()
    return say("lot.passed" if f.result != f.result else "lot.by_loss", lang)


def _attributes(result: LotRelease, lang: str) -> Card:
    adjusts = result.factor > 1.0
    rows = []
    for f in result.findings:
        has_number = f.result == f.result
        measured = f"{number(f.result)} ({f.low:.3g} – {f.high:.3g})" if has_number else ""
        row = [
            f.name,
            _limit(f, lang),
            measured or say("lot.passed" if f.is_inside else "lot.failed", lang),
            chance(f.chance) if has_number else "–",
        ]
        if adjusts:
            row.append(chance(f.chance_adjusted) if has_number else "–")
        at_adjusted = result.verdict is Verdict.CONDITIONAL
        rows.append([*row, say("lot.yes" if (f.meets_adjusted if at_adjusted else f.meets) else "lot.no", lang)])
    columns = [say(f"lot.{key}", lang) for key in ("attribute", "limit", "result", "chance")]
    columns += [say("lot.chance_adjusted", lang)] if adjusts else []
    columns += [say("lot.meets", lang)]
    sources = "; ".join(f"{f.name}: {f.source}" for f in result.findings if f.source)
    drawn = any(f.result == f.result for f in result.findings)
    return Card(
        "attributes",
        say("lot.card_attributes", lang),
        (),
        pd.DataFrame(rows, columns=columns),
        (lambda: figures.attributes_figure(result, lang)) if drawn else None,
        say("lot.alt_attributes", lang),
        say("lot.sources", lang, sources=sources) if sources else "",
    )


def _losses(result: LotRelease, lang: str) -> Card:
    rows = []
    for verdict in (Verdict.RELEASE, Verdict.CONDITIONAL, Verdict.REJECT):
        if verdict in result.losses:
            loss = result.losses[verdict]
            action = say(f"lot.action_{verdict.value}", lang, adjusted=dose(result, result.adjusted))
            rows.append((action, f"{loss.mean:.2f} ({loss.low:.2f} – {loss.high:.2f})"))
    columns = [say("lot.action", lang), say("lot.days_lost", lang)]
    return Card(
        "loss",
        say("lot.card_loss", lang),
        (
            say("lot.loss_source" if result.model is None else "lot.link_source", lang, source=result.loss_source),
            say("lot.link_unproven", lang, linked=percent(result.linked)),
        ),
        pd.DataFrame(rows, columns=columns),
        lambda: figures.loss_figure(result, lang),
        say("lot.alt_loss", lang),
    )


def _signatures(lang: str) -> Card:
    blank = "_" * 24
    rows = [(blank, say(f"lot.role_{role}", lang), blank) for role in ("quality", "release")]
    columns = [say(f"lot.signed_{key}", lang) for key in ("by", "role", "date")]
    return Card(
        "signatures",
        say("lot.card_signatures", lang),
        (say("lot.signatures", lang),),
        pd.DataFrame(rows, columns=columns),
    )
