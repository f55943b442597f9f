"""Folder of an answer: its page, its tables, its numbers as JSON and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.report.page import page
from hepatica.report.sensitivity.screen import draw


@dataclass(frozen=True)
class Heading:
    """Texts around the cards of a page.

    Attributes
    ----------
    title, subtitle, tables_note, command : str
        Command as it was typed.
    """

    title: str
    subtitle: str
    tables_note: str
    command: str


def write_answer(
    made: Sequence[Card],
    answer: Answer,
    folder: Path,
    lang: str,
    *,
    heading: Heading,
    name: str,
    tables: Mapping[str, pd.DataFrame],
    figures: bool = False,
) -> list[Path]:
    """Write ``report.html``, each table as CSV, the answer as JSON and, if asked, each card's figure as SVG.

    Parameters
    ----------
    made : sequence of Card
        Cards of the page, in their order.
    answer : Answer
        The same as codes and numbers.
    folder : Path
        That exists.
    lang : {"en", "zh"}
        Language.
    heading : Heading
        Texts around the cards.
    name : str
        Of the JSON file, without its suffix.
    tables : mapping of str to DataFrame
        Tables by file name, without its suffix.
    figures : bool
        True for files of the figures too.

    Returns
    -------
    list of Path
        The files.
    """
    text = page(
        made, heading.title, lang, subtitle=heading.subtitle, tables_note=heading.tables_note, command=heading.command
    )
    written = [
        write_text(folder / "report.html", text),
        *(write_csv(folder / f"{table}.csv", frame) for table, frame in tables.items()),
        write_json(folder / f"{name}.json", answer.model_dump()),
    ]
    for card in made if figures else ():
        if card.figure is not None:
            written += draw(card.figure(), folder / card.key, png=False)
    return written
