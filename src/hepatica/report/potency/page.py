"""Page of a report of potency assays, with its table and its JSON beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.base import Answer
from hepatica.api.manufacturing.precision import PrecisionAnswer
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.report.page import page
from hepatica.report.sensitivity.screen import draw
from hepatica.words import say


def write(
    made: Sequence[Card], frame: pd.DataFrame, answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``potency.csv``, ``potency.json`` and the figure of each card as SVG.

    Returns
    -------
    list of Path
        The files.
    """
    kind = "_precision" if isinstance(answer, PrecisionAnswer) else ""
    text = page(
        made,
        say(f"potency.title{kind}", lang),
        lang,
        subtitle=say(f"potency.subtitle{kind}", lang),
        tables_note=say("potency.beside", lang),
        command=command,
    )
    written = [
        write_text(folder / "report.html", text),
        write_csv(folder / "potency.csv", frame),
        write_json(folder / "potency.json", answer.model_dump()),
    ]
    for card in made:
        if card.figure is not None:
            written += draw(card.figure(), folder / card.key, png=False)
    return written
