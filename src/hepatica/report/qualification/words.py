"""Helpers of the dossier's cards: headed tables, numbers, population, extrapolations."""

from __future__ import annotations

import pandas as pd

from hepatica.qualify.dossier import Qualification
from hepatica.report import names
from hepatica.words import say


def extrapolations(q: Qualification, lang: str) -> list[str]:
    """Extrapolations in population and dose; one sentence where there is none."""
    never = [names.regimen(r, lang) for r, place in q.scope.regimens if place == "never"]
    unseen = [names.regimen(r, lang) for r, place in q.scope.regimens if place in ("given", "elsewhere")]
    sentences = []
    if q.population.extrapolation:
        why = q.population.extrapolation_zh if lang == "zh" else q.population.extrapolation
        sentences.append(say("qualify.extrapolated_population", lang, why=why))
    if never:
        sentences.append(say("qualify.extrapolated_dose", lang, regimens=say("qualify.then", lang).join(never)))
    if unseen:
        sentences.append(say("qualify.extrapolated_here", lang, n=len(unseen), of=len(q.scope.regimens)))
    return sentences or [say("qualify.extrapolated_not", lang)]


def population(q: Qualification, lang: str) -> str:
    """Its title in the language."""
    return q.population.title_zh if lang == "zh" else q.population.title


def figure(value: object, digits: int = 3) -> str:
    """A rounded number, a hyphen where there is none."""
    return names.number(value, digits).replace("–", "-") if isinstance(value, float | int) else "-"


def table_of(lang: str, *columns: tuple[str, list[str]]) -> pd.DataFrame:
    """Columns by the key of their heading."""
    return pd.DataFrame({say(f"qualify.col_{key}", lang): values for key, values in columns})
