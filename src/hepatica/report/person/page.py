"""Page of the forecast of one person, with its JSON and tables beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.individual.prediction.result import PersonForecast
from hepatica.report.answer_page import Heading, write_answer
from hepatica.words import say


def write_person_report(
    result: PersonForecast, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``labs.csv`` and ``forecast.json``.

    Returns
    -------
    list of Path
        The files.
    """
    heading = Heading(
        say("forecast.title", lang), say("forecast.subtitle", lang), say("forecast.beside", lang), command
    )
    return write_answer(made, answer, folder, lang, heading=heading, name="forecast", tables={"labs": result.labs})
