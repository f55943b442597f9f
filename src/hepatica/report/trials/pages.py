"""Page of a trial with its JSON, table and USDM beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.report.answer_page import Heading, write_answer
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
    heading = Heading(title, say("trial.subtitle", lang), say("trial.beside", lang), command)
    return write_answer(made, answer, folder, lang, heading=heading, name="trial", tables={})
