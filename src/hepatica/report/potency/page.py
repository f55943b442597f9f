"""Page of a report of potency assays, with its table and its JSON beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hepatica.api.base import Answer
from hepatica.api.manufacturing.precision import PrecisionAnswer
from hepatica.card import Card
from hepatica.report.answer_page import Heading, write_answer
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
    title, subtitle = say(f"potency.title{kind}", lang), say(f"potency.subtitle{kind}", lang)
    heading = Heading(title, subtitle, say("potency.beside", lang), command)
    tables = {"potency": frame}
    return write_answer(made, answer, folder, lang, heading=heading, name="potency", tables=tables, figures=True)
