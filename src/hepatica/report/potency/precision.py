"""Cards of a precision study: accuracy by true potency, variance components, power."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.api.manufacturing.precision import PrecisionAnswer
from hepatica.card import Card
from hepatica.manufacturing.precision import geometric_cv
from hepatica.manufacturing.precision_study import PrecisionStudy
from hepatica.report.potency import figures
from hepatica.report.potency.cards import number
from hepatica.words import say


def cards(study: PrecisionStudy, lang: str) -> list[Card]:
    """Accuracy profile with components, and power to detect a change."""
    rows = []
    for a in study.levels:
        bias = [f"{100 * np.expm1(v):+.1f}" for v in (a.bias, a.bias_low, a.bias_high)]
        rows.append(
            {
                say("potency.axis_expected", lang): number(a.expected),
                say("potency.col_runs", lang): str(a.components.runs),
                say("potency.col_bias", lang): f"{bias[0]} ({bias[1]} – {bias[2]})",
                say("potency.col_repeatability", lang): f"{100 * geometric_cv(a.components.within):.1f}",
                say("potency.col_intermediate", lang): f"{100 * geometric_cv(a.components.intermediate):.1f}",
                say("potency.tolerance", lang): f"{np.exp(a.tolerance_low):.3f} – {np.exp(a.tolerance_high):.3f}",
                say("potency.col_total_error", lang): f"{100 * np.expm1(a.total_error):.1f}",
                say("potency.col_outside", lang): f"{100 * a.outside:.1f}",
            }
        )
    c = study.overall
    text = say(
        "potency.overall",
        lang,
        repeatability=100 * geometric_cv(c.within),
        intermediate=100 * geometric_cv(c.intermediate),
        low=100 * geometric_cv(c.intermediate_low),
        high=100 * geometric_cv(c.intermediate_high),
    )
    accuracy = Card(
        "precision",
        say("potency.card_precision", lang),
        (text,),
        pd.DataFrame(rows),
        lambda: figures.profile(study, lang),
        say("potency.alt_profile", lang),
        say("potency.note_precision", lang),
    )
    head = say("potency.col_runs", lang)
    power = [{head: str(n), say("potency.col_power", lang): _power(p)} for n, p in study.power.items()]
    if study.runs:
        needed = say("potency.power_text", lang, change=study.change, runs=study.runs)
    else:
        needed = say("potency.power_none", lang, change=study.change)
    return [accuracy, Card("power", say("potency.card_power", lang), (needed,), pd.DataFrame(power))]


def _power(share: float) -> str:
    """Power in whole per cent; it is never 100."""
    return "> 99" if share > 0.99 else f"{100 * share:.0f}"


def table(answer: PrecisionAnswer) -> pd.DataFrame:
    """Accuracy by true potency, a row each, with codes and full precision."""
    return pd.DataFrame([a.model_dump(exclude={"components"}) | a.components.model_dump() for a in answer.levels])
