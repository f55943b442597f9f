"""Page of a trial with its JSON, table and USDM beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_json, write_text
from hepatica.report.page import page
from hepatica.words import say


def write_trial(
    made: Sequence[Card], answer: Answer, title: str, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html`` and ``trial.json``.

    Parameters
    ----------
    made : sequence of Card
        Of the trial.
    answer : Answer
        Its numbers.
    title : str
        Of the trial.
    folder : Path
        To write to.
    lang : str
        Language.
    command : str
        As it was typed.
    """
    text = page(
        made,
        title,
        lang,
        subtitle=say("trial.subtitle", lang),
        tables_note=say("trial.beside", lang),
        command=command,
    )
    return [write_text(folder / "report.html", text), write_json(folder / "trial.json", answer.model_dump())]
