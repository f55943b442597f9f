"""Page of the biomarkers of a study, with its JSON and tables beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.biomarkers.study import BiomarkerStudy
from hepatica.card import Card
from hepatica.files import write_csv, write_json, write_text
from hepatica.report.page import page
from hepatica.words import say


def write_biomarkers(
    result: BiomarkerStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``markers.csv`` and ``biomarkers.json``.

    Returns
    -------
    list of Path
        The files.
    """
    text = page(
        made,
        say("biomarkers.title", lang, study=result.study.title),
        lang,
        subtitle=say("biomarkers.subtitle", lang),
        tables_note=say("biomarkers.beside", lang),
        command=command,
    )
    return [
        write_text(folder / "report.html", text),
        write_csv(folder / "markers.csv", result.values),
        write_json(folder / "biomarkers.json", answer.model_dump()),
    ]
