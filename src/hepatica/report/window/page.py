"""Page of a therapeutic window, with its tables, its JSON and its figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.report.page import page
from hepatica.report.sensitivity.screen import draw
from hepatica.therapeutic_window.answer import TherapeuticWindow
from hepatica.words import say


def write(
    found: TherapeuticWindow, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, the tables as CSV, ``window.json`` and the figure of each card as SVG.

    Parameters
    ----------
    found : TherapeuticWindow
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
    text = page(
        made,
        found.study.title,
        lang,
        subtitle=say("window.subtitle", lang),
        tables_note=say("window.beside", lang),
        command=command,
    )
    written = [
        write_text(folder / "report.html", text),
        write_csv(folder / "doses.csv", found.doses()),
        write_csv(folder / "curves.csv", found.curves()),
        write_csv(folder / "moves.csv", found.moves()),
        *([write_csv(folder / "interactions.csv", found.interaction_table())] if found.interactions else []),
        write_json(folder / "window.json", answer.model_dump()),
    ]
    for card in made:
        if card.figure is not None:
            written += draw(card.figure(), folder / card.key, png=False)
    return written
