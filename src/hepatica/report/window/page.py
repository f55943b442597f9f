"""Page of a therapeutic window, with its tables, its JSON and its figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.report.answer_page import Heading, write_answer
from hepatica.therapeutic_window.answer import TherapeuticWindow
from hepatica.words import say


def write(
    result: TherapeuticWindow, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, the tables as CSV, ``window.json`` and the figure of each card as SVG.

    Parameters
    ----------
    result : TherapeuticWindow
        Computed window.
    made : sequence of Card
        Its cards.
    answer : Answer
        What ``--json`` prints.
    folder : Path
        Made if it is missing.
    lang : {"en", "zh"}
        Language.
    command : str
        What was run.

    Returns
    -------
    list of Path
        The files.
    """
    heading = Heading(result.study.title, say("window.subtitle", lang), say("window.beside", lang), command)
    tables = {"doses": result.doses(), "curves": result.curves(), "moves": result.moves()}
    if result.interactions:
        tables["interactions"] = result.interaction_table()
    return write_answer(made, answer, folder, lang, heading=heading, name="window", tables=tables, figures=True)
