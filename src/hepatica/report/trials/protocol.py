"""Protocol synopsis and statistical analysis plan of a trial, as cards."""

from __future__ import annotations

import pandas as pd

from hepatica.card import Card
from hepatica.report.trials.adaptive_card import adaptive_sentence
from hepatica.report.trials.names import events_text, method_name, scheme_name
from hepatica.trials.definition.trial import Trial
from hepatica.words import say


def protocol_cards(trial: Trial, lang: str = "en") -> tuple[Card, ...]:
    """Cards of the protocol: a paragraph, the endpoints' plan of analysis, and the looks.

    Parameters
    ----------
    trial : Trial
        Any.
    lang : str
        Language.
    """
    cards = [synopsis_card(trial, lang)]
    if trial.endpoint:
        cards.append(endpoints_plan(trial, lang))
    return tuple(cards)


def synopsis_card(trial: Trial, lang: str) -> Card:
    """Card of the synopsis.

    Parameters
    ----------
    trial : Trial
        Any.
    lang : str
        Language.
    """
    paragraphs = [_design(trial, lang), _estimand(trial, lang)]
    none = say("trial.nothing", lang)
    joined = say("decision.separator", lang)
    paragraphs.append(
        say(
            "trial.protocol_eligibility",
            lang,
            include=joined.join(trial.eligibility.include) or none,
            exclude=joined.join(trial.eligibility.exclude) or none,
        )
    )
    if not trial.is_dose_finding:
        paragraphs.append(
            say(
                "trial.protocol_analysis",
                lang,
                endpoint=trial.primary.name,
                method=method_name(trial.primary, lang),
                alpha=f"{trial.analysis.alpha:g}",
                looks=len(trial.look),
            )
        )
    if trial.adaptive:
        paragraphs.append(adaptive_sentence(trial, lang))
    regimens = [a.regimen().label for a in trial.arm]
    table = pd.DataFrame(
        [[a.name, label, f"{a.ratio}"] for a, label in zip(trial.arm, regimens, strict=True)],
        columns=[say("trial.column_arm", lang), say("trial.stated", lang), "n"],
    )
    return Card(
        "protocol",
        say("trial.protocol_title", lang),
        tuple(paragraphs),
        table.iloc[:, :2] if trial.is_dose_finding else table,
        note=say("common.research_use", lang),
    )


def _design(trial: Trial, lang: str) -> str:
    if trial.dose_finding is not None:
        return say(
            "trial.protocol_escalation",
            lang,
            question=trial.question,
            patients=trial.patients,
            population=trial.population,
            cohort=trial.dose_finding.cohort,
            scheme=scheme_name(trial, lang),
            target=f"{100 * trial.dose_finding.target:g}",
            days=f"{trial.dose_finding.window:g}",
        )
    return say(
        "trial.protocol_design",
        lang,
        question=trial.question,
        arms=len(trial.arm),
        patients=trial.patients,
        population=trial.population,
        ratio=":".join(str(r) for r in trial.ratio),
        scheme=scheme_name(trial, lang),
        days=f"{trial.follow_up:g}",
    )


def _estimand(trial: Trial, lang: str) -> str:
    e = trial.estimand
    return say(
        "trial.protocol_estimand",
        lang,
        population=e.population,
        treatment=e.treatment,
        variable=e.variable,
        summary=say(f"trial.summary_{e.summary.value}", lang),
        events=events_text(trial, None, lang),
    )


def endpoints_plan(trial: Trial, lang: str) -> Card:
    """Card of the plan of analysis, an endpoint a row.

    Parameters
    ----------
    trial : Trial
        With endpoints.
    lang : str
        Language.
    """
    rows = [
        [
            e.name,
            say("trial.role_primary" if e is trial.primary else "trial.role_secondary", lang),
            f"{e.visit(trial.follow_up):g}",
            method_name(e, lang),
            events_text(trial, e, lang),
        ]
        for e in trial.endpoint
    ]
    heads = ("endpoint", "role", "visit", "method", "events")
    return Card(
        "analysis_plan",
        say("trial.sap_title", lang),
        (say("trial.sap_text", lang),),
        pd.DataFrame(rows, columns=[say(f"trial.column_{h}", lang) for h in heads]),
        note=say("common.research_use", lang),
    )
