"""Page of the biomarkers of a study, with its JSON and tables beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.api.base import Answer
from hepatica.biomarkers.study import BiomarkerStudy
from hepatica.biomarkers.trial_definition import marker_trials
from hepatica.card import Card
from hepatica.files import write_text
from hepatica.report.answer_page import Heading, write_answer
from hepatica.words import say


def write_biomarkers(
    result: BiomarkerStudy, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``markers.csv``, ``biomarkers.json``, and the trials of the first-ranked marker as files.

    Returns
    -------
    list of Path
        The files.
    """
    title = say("biomarkers.title", lang, study=result.study.title)
    heading = Heading(title, say("biomarkers.subtitle", lang), say("biomarkers.beside", lang), command)
    tables = {"markers": result.values}
    trials = [write_text(folder / f"trial-{t.name}.toml", t.text) for t in marker_trials(result)]
    return [*write_answer(made, answer, folder, lang, heading=heading, name="biomarkers", tables=tables), *trials]
