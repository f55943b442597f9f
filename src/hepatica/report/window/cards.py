"""Cards of a window: answer, figure, doses, variations, interactions, small multiples, outcomes, method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.dosing.window.estimands import Estimand
from hepatica.dosing.window.uncertainty import REPLICATES
from hepatica.report import names
from hepatica.report.window import figures, sentences, texts
from hepatica.report.window.interactions import interaction_card
from hepatica.report.window.sentences import unit_scale
from hepatica.therapeutic_window.answer import GAIN, TherapeuticWindow
from hepatica.therapeutic_window.estimates import Window
from hepatica.therapeutic_window.settings import WindowSettings
from hepatica.words import say


def cards(result: TherapeuticWindow, lang: str) -> list[Card]:
    """Cards of a window, the answer first."""
    made = [_answer(result, lang), doses(result, lang)]
    made.insert(1, _window(result, lang))
    if result.contrasts:
        made.append(_moves(result, lang))
    if result.interactions:
        made.append(interaction_card(result, lang))
    if result.contrasts or result.subgroups:
        made += [_multiples(result, h, lang) for h in result.study.hypotheses]
    return [*made, _endpoints(result, lang), _method(result, lang)]


def terminal(result: TherapeuticWindow, lang: str) -> list[Card]:
    """Cards that a terminal shows: the answer, the doses, what moves them, and interactions."""
    made = [_answer(result, lang), doses(result, lang)]
    if result.contrasts:
        made.append(_moves(result, lang))
    return [*made, interaction_card(result, lang)] if result.interactions else made


def _answer(result: TherapeuticWindow, lang: str) -> Card:
    text = sentences.sentences(result, lang)
    why = result.extrapolation
    if why:
        text.append(say("window.extrapolation", lang, why=why))
    return Card(
        "answer",
        say("window.card_answer", lang),
        tuple(text),
        note=" ".join((_given(result, lang), say("decision.as_drawn_note", lang))),
    )


def _given(result: TherapeuticWindow, lang: str) -> str:
    w = result.window(result.study.hypotheses[0])
    return say("window.note_given", lang, highest=names.cells(w.highest_given / w.infusions), infusions=w.infusions)


def _window(result: TherapeuticWindow, lang: str) -> Card:
    w = result.window(result.study.hypotheses[0])
    text = say(
        "window.window_text",
        lang,
        patients=w.patients,
        draws=w.draws,
        central=result.settings.central_patients,
    )
    return Card(
        "window",
        say("window.card_window", lang),
        (text,),
        figure=lambda: figures.window(result, lang),
        alt=say("window.alt_window", lang),
        note=_given(result, lang),
    )


def doses(result: TherapeuticWindow, lang: str) -> Card:
    """Card of the doses of the base window, each with all its intervals."""
    shown = (GAIN, "survival_90", "transplant_free_90", *figures.shown_harms(result))
    rows = [
        _dose_row(w, estimand, lang)
        for name in shown
        for w in result.windows
        if (w.key, w.endpoint.name) == ("base", name)
        for estimand in w.estimates
        if estimand is not Estimand.LARGEST
    ]
    limits = names.listed(
        dict.fromkeys(_limit(result, w, lang) for w in result.windows if w.key == "base" and np.isfinite(w.limit)), lang
    )
    note = f"{_given(result, lang)} {say('window.note_intervals', lang, limits=limits)}"
    return Card("doses", say("window.card_doses", lang), (), pd.DataFrame(rows), note=note)


def _limit(result: TherapeuticWindow, w: Window, lang: str) -> str:
    own = w.limit == w.endpoint.limit and w.endpoint.name not in result.settings.limits
    reason = say("window.limit_assumed" if own else "window.limit_study", lang)
    return say("window.limit_of", lang, harm=w.endpoint.label[lang], limit=f"{100 * w.limit:g}", reason=reason)


def _dose_row(w: Window, estimand: Estimand, lang: str) -> dict[str, str]:
    e = w.estimates[estimand]
    never = [f"{100 * p:.0f} %" if np.isfinite(p) else "–" for p in (e.parameter_never, e.patient_never)]
    return {
        say("window.col_outcome", lang): w.endpoint.label[lang],
        say("window.col_estimand", lang): say(f"window.{estimand.value}", lang),
        say("window.col_hypothesis", lang): names.hypothesis(w.hypothesis, lang),
        say("window.col_value", lang): texts.dose(w, e.value, lang),
        say("window.col_mc", lang): texts.interval(w, e.low, e.high, lang),
        say("window.col_parameters", lang): texts.interval(w, e.parameter_low, e.parameter_high, lang),
        say("window.col_patients", lang): texts.interval(w, e.patient_low, e.patient_high, lang),
        say("window.col_never", lang): names.listed(never, lang),
    }


def _moves(result: TherapeuticWindow, lang: str) -> Card:
    keys, rows = figures.changing(result), []
    by = {(w.hypothesis, w.key): w for w in result.windows if w.endpoint.name == GAIN}
    for c in result.contrasts:
        if c.variation.key not in keys or c.variation.group is None:
            continue
        w, gain, clot = by[(c.hypothesis, c.variation.key)], c.at[GAIN], c.at["thrombosis"]
        doses = {e: w.estimates[e] for e in (Estimand.ED50, Estimand.PLATEAU)}
        rows.append(
            {
                say("window.col_what", lang): texts.level(c.variation, lang),
                say("window.col_hypothesis", lang): names.hypothesis(c.hypothesis, lang),
                say("window.col_gain", lang): texts.with_error(gain.mean, gain.error, lang),
                say("window.col_thrombosis", lang): texts.with_error(clot.mean, clot.error, lang, 100.0),
                say("window.col_ratio", lang): f"{names.number(c.ratio.ratio, 2)} ({sentences.ratio(c.ratio, lang)})",
                say("window.col_ed50", lang): texts.dose(w, doses[Estimand.ED50].value, lang),
                say("window.col_plateau", lang): texts.dose(w, doses[Estimand.PLATEAU].value, lang),
            }
        )
    same = dict.fromkeys(texts.level(v, lang) for v in result.varied if v.key not in keys)
    patients = by[(result.study.hypotheses[0], result.varied[0].key)].patients
    dose = texts.total(float(result.log_doses[result.reference]))
    text = [say("window.moves_text", lang, patients=patients, dose=dose)]
    if same:
        text.append(say("window.nothing_moves", lang, names=names.listed(same, lang)))
    return Card(
        "moves",
        say("window.card_moves", lang),
        tuple(text),
        pd.DataFrame(rows),
        (lambda: figures.moves(result, lang)) if keys else None,
        say("window.alt_moves", lang),
        _given(result, lang),
    )


def _multiples(result: TherapeuticWindow, hypothesis: str, lang: str) -> Card:
    return Card(
        f"multiples-{hypothesis}",
        say("window.card_multiples", lang, hypothesis=names.hypothesis(hypothesis, lang)),
        (say("window.multiples_text", lang, base=texts.base(result, lang)),),
        figure=lambda: figures.multiples(result, hypothesis, lang),
        alt=say("window.alt_multiples", lang),
    )


def _endpoints(result: TherapeuticWindow, lang: str) -> Card:
    rows, k = [], result.reference
    for w in result.windows:
        if w.key != "base":
            continue
        scale, digits = unit_scale(w.endpoint.unit)
        b = w.band
        ends = [names.number(scale * v[k], digits) for v in (b.parameter_low, b.parameter_high)]
        unit = "%" if scale == 100.0 else say(f"window.unit_{w.endpoint.unit.name.lower()}", lang)
        rows.append(
            {
                say("window.col_outcome", lang): f"{w.endpoint.label[lang]} ({unit})",
                say("window.col_hypothesis", lang): names.hypothesis(w.hypothesis, lang),
                say("window.col_difference", lang): texts.with_error(b.mean[k], b.error[k], lang, scale, digits),
                say("window.col_parameters", lang): say("window.range", lang, low=ends[0], high=ends[1]),
            }
        )
    dose = texts.dose(result.window(result.study.hypotheses[0]), result.log_doses[k], lang)
    text = say("window.endpoints_text", lang, dose=dose)
    return Card("endpoints", say("window.card_endpoints", lang), (text,), pd.DataFrame(rows), note=_given(result, lang))


def _method(result: TherapeuticWindow, lang: str) -> Card:
    own = result.settings.relevant == WindowSettings.relevant
    text = say(
        "window.method_text",
        lang,
        courses=result.courses,
        failed=result.failed,
        replicates=REPLICATES,
        relevant=f"{result.settings.relevant:g}",
        reason=say("window.relevant_reason" if own else "window.relevant_set", lang),
    )
    return Card("method", say("window.card_method", lang), (text,))
