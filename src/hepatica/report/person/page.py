"""Page of the forecast of one person, with its JSON and tables beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.individual.prediction.result import PersonForecast
from hepatica.report.page import page
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
    text = page(
        made,
        say("forecast.title", lang),
        lang,
        subtitle=say("forecast.subtitle", lang),
        tables_note=say("forecast.beside", lang),
        command=command,
    )
    return [
        write_text(folder / "report.html", text),
        write_csv(folder / "labs.csv", result.labs),
        write_json(folder / "forecast.json", answer.model_dump()),
    ]
