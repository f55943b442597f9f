"""Cards of replays, of the search for a design, and of safety surveillance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.report.trials.names import hypothesis_name, percent
from hepatica.trials.virtual.replay import Measure, PublishedTrial, Replayed
from hepatica.trials.virtual.search import Candidate, SearchResult
from hepatica.trials.virtual.search_plans import OWN
from hepatica.trials.virtual.surveillance import TrialSurveillance
from hepatica.words import say


def _table(rows: list[list[str]], heads: Sequence[str], lang: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[say(f"trial.column_{head}", lang) for head in heads])


def replay_cards(published: PublishedTrial, found: Sequence[Replayed], lang: str = "en") -> tuple[Card, ...]:
    """Card of a published trial run again.

    Parameters
    ----------
    published : PublishedTrial
        As it was done.
    found : sequence of Replayed
        A row for each result and hypothesis.
    lang : str
        Language.
    """
    rows, sizes = [], []
    for row in found:
        scale = 1.0 if row.result.measure is Measure.MEAN else 100.0
        what = say(f"trial.measure_{row.result.measure.value}", lang, lab=row.result.lab, day=f"{row.result.day:g}")
        arms = [published.trial.arm[row.result.arm].name]
        if row.result.against is not None:
            arms.append(published.trial.arm[row.result.against].name)
        rows.append(
            [
                hypothesis_name(row.hypothesis, lang),
                what,
                " - ".join(arms),
                f"{scale * row.result.difference:.1f}",
                f"{scale * row.mean:.1f} ({scale * row.low:.1f} to {scale * row.high:.1f})",
                percent(row.as_large),
            ]
        )
        if np.isfinite(row.needed) and row.hypothesis == found[0].hypothesis:
            sizes.append(
                say("trial.replay_size", lang, what=what, needed=f"{row.needed:.0f}", had=published.trial.patients)
            )
    heads = ("hypothesis", "endpoint", "arm", "published", "replayed", "as_large")
    return (
        Card(
            "replay",
            published.trial.title,
            (say("trial.replay_text", lang, trials=f"{found[0].trials:,}"), *sizes),
            _table(rows, heads, lang),
            note=say("common.research_use", lang),
        ),
    )


def search_card(found: SearchResult, lang: str = "en") -> Card:
    """Card of the designs tried, the cheapest that reaches what was asked first.

    Parameters
    ----------
    found : SearchResult
        Designs.
    lang : str
        Language.
    """
    best, power = found.best, f"{100 * found.power:g}"
    if best is None:
        text = say("trial.search_none", lang, power=power)
    else:
        text = say(
            "trial.search_best",
            lang,
            power=power,
            regimen=best.regimen,
            patients=best.patients,
            rule=_rule_text(found, best, lang),
            cost=f"{best.cost:.0f}",
        )
    rows = [
        [
            c.regimen,
            str(c.patients),
            found.rule_of(c) if found.kind == "sequential" else _rule_text(found, c, lang),
            percent(c.success),
            f"{c.size:.0f}",
            f"{c.months:.0f}",
            f"{100 * c.harmful:.1f}",
            f"{c.cost:.0f}",
            say("trial.yes" if c.reaches else "trial.no", lang),
        ]
        for c in found.candidates
    ]
    rule = {"sequential": "number_looks", "adaptive": "rule", "escalation": "design"}[found.kind]
    harmful = "above_best" if found.kind == "escalation" else "harmful"
    heads = ("arm", "most", rule, found.truth_word, "mean_size", "mean_months", harmful, "cost", "reaches")
    return Card(
        "search",
        say("trial.search_title", lang),
        (text,),
        _table(rows, heads, lang),
        note=say("common.research_use", lang),
    )


def _rule_text(found: SearchResult, candidate: Candidate, lang: str) -> str:
    """Rule of a candidate in words: looks, keys of the adaptive table, or the design of dose finding."""
    if found.kind == "sequential":
        return say("trial.search_looks", lang, looks=found.rule_of(candidate))
    if found.kind == "escalation":
        return candidate.rule.upper().replace("_", "-")
    return say("trial.search_own", lang) if candidate.rule == OWN else candidate.rule


def safety_card(plans: Sequence[TrialSurveillance], lang: str = "en") -> Card:
    """Card of patient-years that exclude an excess, by hypothesis and event.

    Parameters
    ----------
    plans : sequence of TrialSurveillance
        One a row.
    lang : str
        Language.
    """
    rows = [
        [
            hypothesis_name(hypothesis, lang),
            say(f"trial.kind_{event}", lang),
            f"{plan.background:.4f}",
            f"{rate:.4f}",
            f"{plan.excess:g}",
            f"{plan.patient_years:.0f}",
            str(plan.most_events),
        ]
        for hypothesis, event, rate, plan in plans
    ]
    first = plans[0].plan
    return Card(
        "safety",
        say("trial.safety_title", lang),
        (say("trial.safety_text", lang, alpha=f"{100 * first.alpha:g}", power=f"{100 * first.power:g}"),),
        _table(rows, ("hypothesis", "event", "background", "with_cells", "excess", "years", "most_events"), lang),
        note=say("common.research_use", lang),
    )
