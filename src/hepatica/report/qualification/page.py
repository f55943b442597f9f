"""The credibility dossier as files: one page, the same as Markdown, and all of it for machines."""

from __future__ import annotations

from pathlib import Path

from hepatica.card import escape_markdown
from hepatica.files import to_json, write_text
from hepatica.qualify.dossier import Qualification, as_record
from hepatica.report.page import page
from hepatica.report.qualification.cards import qualification_cards
from hepatica.words import say

NAME = "qualification"


def write_qualification(
    q: Qualification, folder: Path, lang: str = "en", *, command: str = "hepatica qualify"
) -> list[Path]:
    """Write the report as HTML, Markdown and JSON, each whole or not at all, and none before all are made.

    Returns
    -------
    list of Path
        ``qualification.html``, ``.md`` and ``.json``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    cards = qualification_cards(q, lang, command=command)
    title = say("qualify.title", lang, study=q.study.title)
    subtitle, tables_note = say("qualify.subtitle", lang), say("qualify.beside", lang)
    html = page(cards, title, lang, subtitle=subtitle, tables_note=tables_note, command=command)
    head = f"# {escape_markdown(title)}\n\n{say('common.research_use', lang)} {subtitle}\n\n"
    text = head + "\n\n".join(card.markdown() for card in cards) + "\n"
    dossier = to_json(as_record(q), indent=True) + "\n"
    return [write_text(folder / f"{NAME}.{kind}", t) for kind, t in (("html", html), ("md", text), ("json", dossier))]
