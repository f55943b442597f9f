"""Cards of the operating characteristics of a trial, the answer first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepatica.card import Card
from hepatica.report.trials.adaptive_card import adaptation_card
from hepatica.report.trials.endpoint_cards import endpoints_card, estimates_card
from hepatica.report.trials.names import hypothesis_name, percent, words_table
from hepatica.report.trials.protocol import protocol_cards
from hepatica.report.trials.survival_card import survival_card
from hepatica.report.trials.trial_figures import draw_failure
from hepatica.trials.definition.design_tables import MONTH
from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.virtual.characteristics import TrialCharacteristics
from hepatica.trials.virtual.effects import USELESS
from hepatica.trials.virtual.failure import FailureShares
from hepatica.words import say


def trial_cards(
    found: TrialCharacteristics, failure: Sequence[FailureShares] = (), lang: str = "en"
) -> tuple[Card, ...]:
    """All cards of a confirmatory trial.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    failure : sequence of FailureShares
        By hypothesis.
    lang : str
        Language.
    """
    cards = [answer_card(found, lang)]
    if found.hypotheses[0].endpoints:
        cards.append(endpoints_card(found, lang))
    cards += [
        estimates_card(found, lang),
        looks_card(found, lang),
        patients_card(found, lang),
        survival_card(found, lang),
        fates_card(found, lang),
    ]
    if found.hypotheses[0].average.adapted:
        cards.insert(1, adaptation_card(found, lang))
    if found.readers:
        cards.append(readers_card(found, lang))
    cards += [failure_card(shares, lang) for shares in failure]
    return (*cards, *protocol_cards(found.trial, lang))


def _band(mean: float, quantiles: np.ndarray, scale: float = 1.0) -> str:
    return f"{mean / scale:.0f} ({quantiles[0] / scale:.0f}-{quantiles[2] / scale:.0f})"


def answer_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of power, assurance and type I error by hypothesis.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    text, rows = [], []
    for h in found.hypotheses:
        name = hypothesis_name(h.hypothesis, lang)
        rates = [percent(o.success) for o in (h.average, h.drawn, h.null)]
        text.append(say("trial.answer_text", lang, hypothesis=name, power=rates[0], assurance=rates[1], error=rates[2]))
        o = h.drawn
        sizes = [_band(o.size, o.size_quantiles), _band(o.day, o.day_quantiles, MONTH)]
        rows.append([name, *rates, *sizes])
    heads = ("hypothesis", "power", "assurance", "error", "size", "months")
    return Card(
        "answer",
        say("trial.answer_title", lang),
        (*text, say("trial.answer_note", lang, trials=f"{found.hypotheses[0].average.trials:,}")),
        words_table(rows, heads, lang),
        note=say("common.research_use", lang),
    )


def looks_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of looks, boundaries and where trials end.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    trial, rows = found.trial, []
    ends = [np.resize(np.append(h.drawn.by_look, np.zeros(9)), len(trial.look) + 1) for h in found.hypotheses]
    for k in range(len(trial.look) + 1):
        futility = trial.stopping.futility
        rows.append(
            [
                say("trial.look_interim", lang, n=k + 1) if k < len(trial.look) else say("trial.look_final", lang),
                _when(found, k, lang),
                f"{found.critical[k]:.3f}" if np.isfinite(found.critical[k]) else "–",
                f"{futility[k]:g}" if k < len(futility) else "–",
                " / ".join(f"{100 * e[k]:.1f}" for e in ends),
            ]
        )
    unit = "events" if trial.primary.kind in TIME_TO_EVENT else "patients"
    return Card(
        "looks",
        say("trial.looks_title", lang),
        (say("trial.looks_text", lang, most=f"{found.most:g}", unit=say(f"trial.unit_{unit}", lang)),),
        words_table(rows, ("look", "when", "efficacy", "futility", "ends"), lang),
        note=say("common.research_use", lang),
    )


def _when(found: TrialCharacteristics, k: int, lang: str) -> str:
    trial = found.trial
    if k == len(trial.look):
        if trial.analysis.events is not None:
            return say("trial.when_events", lang, n=trial.analysis.events)
        return say("trial.when_end", lang)
    look = trial.look[k]
    if look.day is not None:
        return say("trial.when_day", lang, day=f"{look.day:g}")
    return say("trial.when_fraction", lang, percent=f"{100 * (look.fraction or 0):g}")


def patients_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of patients by arm, and of those on useless and harmful doses.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    rows, text = [], [say("trial.patients_text", lang, useless=f"{100 * USELESS:g}")]
    for h in found.hypotheses:
        name, o = hypothesis_name(h.hypothesis, lang), h.drawn
        text.append(
            say("trial.useless_harmful", lang, hypothesis=name, useless=f"{o.useless:.1f}", harmful=f"{o.harmful:.1f}")
        )
        for a, arm in enumerate(found.trial.arm):
            numbers = [f"{values[a]:.1f}" for values in (o.randomised, o.deaths, o.transplants)]
            none = say("trial.none_chosen", lang)
            chosen = f"{100 * o.selection[a]:.1f}" + (f" ({none})" if a == 0 else "")
            rows.append([name, arm.name, *numbers, chosen])
    heads = ("hypothesis", "arm", "randomised", "deaths", "transplants", "chosen")
    return Card(
        "patients",
        say("trial.patients_title", lang),
        tuple(text),
        words_table(rows, heads, lang),
        note=say("common.research_use", lang),
    )


def fates_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of patients saved and killed by the coupling of fates.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    correlation = f"{found.trial.variation.correlation:g}"
    names = {
        "shared": say("trial.coupling_shared", lang),
        "copula": say("trial.coupling_copula", lang, correlation=correlation),
        "independent": say("trial.coupling_independent", lang),
    }
    rows = [
        [
            hypothesis_name(h.hypothesis, lang),
            names[coupling],
            *(f"{100 * value:.1f}" for value in (fate.saved, fate.killed, fate.saved - fate.killed)),
        ]
        for h in found.hypotheses
        for coupling, fate in h.fates.items()
    ]
    return Card(
        "fates",
        say("trial.fates_title", lang),
        (say("trial.fates_text", lang),),
        words_table(rows, ("hypothesis", "coupling", "saved", "killed", "difference"), lang),
        note=say("common.research_use", lang),
    )


def readers_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of the assurance of readers.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    rows = [[r.name, f"{100 * r.no_effect:g}", percent(r.assurance)] for r in found.readers]
    return Card(
        "readers",
        say("trial.readers_title", lang),
        (say("trial.readers_text", lang),),
        words_table(rows, ("reader", "no_effect", "assurance"), lang),
        note=say("common.research_use", lang),
    )


def failure_card(shares: FailureShares, lang: str) -> Card:
    """Card of the reasons for failure under one hypothesis.

    Parameters
    ----------
    shares : FailureShares
        Of the trial.
    lang : str
        Language.
    """
    title = say("trial.failure_title", lang) + say("trial.colon", lang) + hypothesis_name(shares.hypothesis, lang)
    failure = f"{100 * (1 - shares.success.value):.1f}"
    return Card(
        f"failure_{shares.hypothesis}",
        title,
        (say("trial.failure_text", lang, failure=failure, trials=shares.trials),),
        None,
        lambda: draw_failure(shares, lang),
        say("trial.failure_alt", lang),
        say("common.research_use", lang),
    )
