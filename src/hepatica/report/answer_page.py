"""Folder of an answer: its page, its tables, its numbers as JSON and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.report.page import drawn_once, page


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
    drawn: dict[str, Figure] = {}
    text = page(
        [_kept(card, drawn) for card in made],
        heading.title,
        lang,
        subtitle=heading.subtitle,
        tables_note=heading.tables_note,
        command=heading.command,
    )
    written = [
        write_text(folder / "report.html", text),
        *(write_csv(folder / f"{table}.csv", frame) for table, frame in tables.items()),
        write_json(folder / f"{name}.json", answer.model_dump()),
    ]
    for key, figure in drawn.items() if figures else ():
        written.append(write_text(folder / f"{key}.svg", drawn_once(figure)))
    return written


def _kept(card: Card, drawn: dict[str, Figure]) -> Card:
    """Card that keeps its figure once it is made: the page and the file show the same, and it is drawn once."""
    make = card.figure
    if make is None:
        return card

    def figure() -> Figure:
        drawn[card.key] = make()
        return drawn[card.key]

    return replace(card, figure=figure)
