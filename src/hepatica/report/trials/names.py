"""Names and numbers of trials in words: methods, schemes, events, strategies, rates with their Monte-Carlo error."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepatica.trials.definition.endpoint import Endpoint
from hepatica.trials.definition.estimand import Event, Strategy
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.operating import Rate
from hepatica.words import say


def percent(rate: Rate) -> str:
    """Probability in percent with its 95 % Monte-Carlo error.

    Examples
    --------
    >>> percent(Rate(0.8, 0.01))
    '80.0 ± 2.0'
    """
    return f"{100 * rate.value:.1f} ± {196 * rate.error:.1f}"


def words_table(rows: list[list[str]], heads: Sequence[str], lang: str, more: Sequence[str] = ()) -> pd.DataFrame:
    """Table of a card, its columns named in words, and more columns that are words already."""
    return pd.DataFrame(rows, columns=[*(say(f"trial.column_{head}", lang) for head in heads), *more])


def method_name(endpoint: Endpoint, lang: str) -> str:
    """Analysis of an endpoint in words."""
    return say(f"trial.method_{endpoint.analysis.value}", lang)


def scheme_name(trial: Trial, lang: str) -> str:
    """Randomisation scheme, or design of dose finding, in words."""
    if trial.dose_finding is not None:
        return trial.dose_finding.design.value.upper().replace("_", "-")
    return say(f"trial.scheme_{trial.randomisation.method}", lang)


def events_text(trial: Trial, endpoint: Endpoint | None, lang: str) -> str:
    """Intercurrent events with their strategies: an endpoint's but treatment policy, or the estimand's."""
    if endpoint is None:
        pairs = [(row.event, row.strategy) for row in trial.estimand.intercurrent]
    else:
        present = [Event.DEATH, Event.TRANSPLANT]
        present += [Event.RESCUE] if trial.rescue is not None else []
        present += [Event.SHORTFALL] if trial.batches.shares else []
        pairs = [(event, endpoint.strategy(event, trial.estimand)) for event in present]
        pairs = [pair for pair in pairs if pair[1] is not Strategy.TREATMENT_POLICY]
    parts = [
        f"{say(f'trial.event_{event.value}', lang)}: {say(f'trial.strategy_{strategy.value}', lang)}"
        for event, strategy in pairs
    ]
    return say("decision.separator", lang).join(parts) or say("trial.nothing", lang)


def hypothesis_name(name: str, lang: str) -> str:
    """Hypothesis in words."""
    return say(f"common.{name}", lang)
