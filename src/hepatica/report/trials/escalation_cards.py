"""Cards of a dose-finding trial on virtual patients."""

from __future__ import annotations

import pandas as pd

from hepatica.card import Card
from hepatica.report.trials.dose_finding import characteristics_card, feasible_card, pathways_card, table_card
from hepatica.report.trials.names import hypothesis_name, percent
from hepatica.report.trials.protocol import protocol_cards
from hepatica.trials.definition.design_tables import MONTH
from hepatica.trials.definition.dose_finding_table import WITH_PENDING
from hepatica.trials.dose_finding.pathways import trace_pathways
from hepatica.trials.dose_finding.table_design import TableDesign
from hepatica.trials.virtual.effects import USELESS
from hepatica.trials.virtual.escalation.characteristics import EscalationCharacteristics, HypothesisEscalation
from hepatica.trials.virtual.escalation.designs import design_of
from hepatica.words import say

COHORTS = 3  # of the pathways shown


def escalation_cards(found: EscalationCharacteristics, lang: str = "en") -> tuple[Card, ...]:
    """All cards of a dose-finding trial: answer, levels, designs side by side, decision table, pathways, protocol.

    Parameters
    ----------
    found : EscalationCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    rule = found.trial.dose_finding
    assert rule is not None
    cards = [answer_card(found, lang)]
    for h in found.hypotheses:
        cards.append(_of_hypothesis("designs", characteristics_card(h.designs, h.truth, lang), h, lang))
        cards.append(duration_card(h, lang))
        if h.feasible:
            ways = {say(f"trial.counted_{way}", lang): c for way, c in h.feasible.items()}
            naive = say("trial.counted_assigned", lang)
            cards.append(_of_hypothesis("feasible", feasible_card(ways, naive, lang), h, lang))
    if rule.design in WITH_PENDING:
        return (*cards, *protocol_cards(found.trial, lang))
    design = design_of(rule.design, found.trial)
    if isinstance(design, TableDesign):
        cards.append(table_card(design.table, range(rule.cohort, found.trial.patients + 1, rule.cohort), lang))
    cards.append(pathways_card(trace_pathways(design, cohorts=COHORTS), lang))
    return (*cards, *protocol_cards(found.trial, lang))


def _of_hypothesis(key: str, card: Card, h: HypothesisEscalation, lang: str) -> Card:
    """Card under the name of its hypothesis."""
    title = card.title + say("trial.colon", lang) + hypothesis_name(h.hypothesis, lang)
    return Card(f"{key}_{h.hypothesis}", title, card.text, card.table, card.figure, card.alt, card.note)


def duration_card(h: HypothesisEscalation, lang: str) -> Card:
    """Card of the mean duration of each design's trials.

    Parameters
    ----------
    h : HypothesisEscalation
        Of the trial.
    lang : str
        Language.
    """
    rows = [[name, f"{days / MONTH:.1f}", f"{h.designs[name].size:.1f}"] for name, days in h.days.items()]
    columns = [say(f"trial.column_{head}", lang) for head in ("design", "duration", "patients")]
    card = Card(
        "duration",
        say("trial.duration_title", lang),
        (say("trial.duration_text", lang),),
        pd.DataFrame(rows, columns=columns),
        note=say("common.research_use", lang),
    )
    return _of_hypothesis("duration", card, h, lang)


def answer_card(found: EscalationCharacteristics, lang: str) -> Card:
    """Card of levels: toxicity, gain of survival, selection and patients, each truth drawn.

    Parameters
    ----------
    found : EscalationCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    rows, text = [], []
    for h in found.hypotheses:
        text.append(_sentence(h, lang))
        for k, arm in enumerate(found.trial.arm):
            low, high = (float(x) for x in pd.Series(h.by_draw[:, k]).quantile([0.05, 0.95]))
            rows.append(
                [
                    hypothesis_name(h.hypothesis, lang),
                    arm.name,
                    f"{100 * h.truth.toxicity[k]:.1f} ({100 * low:.1f}-{100 * high:.1f})",
                    f"{100 * h.gain[k]:+.1f}",
                    f"{100 * h.drawn.selection[k]:.1f}",
                    f"{h.drawn.patients[k]:.1f}",
                    f"{h.drawn.toxicities[k]:.2f}",
                ]
            )
    heads = ("hypothesis", "level", "toxicity", "gain", "chosen", "patients", "toxicities")
    return Card(
        "answer",
        say("trial.escalation_title", lang),
        (*text, say("trial.patients_text", lang, useless=f"{100 * USELESS:g}")),
        pd.DataFrame(rows, columns=[say(f"trial.column_{head}", lang) for head in heads]),
        note=say("common.research_use", lang),
    )


def _sentence(h: HypothesisEscalation, lang: str) -> str:
    return say(
        "trial.escalation_text",
        lang,
        hypothesis=hypothesis_name(h.hypothesis, lang),
        correct=percent(h.drawn.correct),
        none=f"{100 * h.drawn.none:.1f}",
        useless=f"{h.drawn.useless:.1f}",
        harmful=f"{h.drawn.harmful:.1f}",
    )
