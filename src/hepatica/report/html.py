"""The report: one self-contained HTML file, with its tables and trajectories beside it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.figure import Figure

from hepatica import __version__
from hepatica.answering import Answer
from hepatica.card import Card
from hepatica.report.cards import cards
from hepatica.report.style import FONTS, SETTINGS, quiet_glyphs
from hepatica.report.tables import write_tables
from hepatica.table import write_whole
from hepatica.words import say


@dataclass(frozen=True)
class Section:
    """A card turned to HTML."""

    key: str
    title: str
    text: tuple[Markup, ...]
    svg: Markup
    alt: str
    table: Markup
    note: str


def svg(figure: Figure) -> Markup:
    """Inline SVG of a figure; text stays text, in a font that the reader has."""
    with rc_context(SETTINGS), quiet_glyphs():
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "Hepatica"})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    family = ", ".join(f"'{f}'" if " " in f else f for f in FONTS)
    return Markup(re.sub(r"(?<=[ \"';:])'?DejaVu Sans'?(, sans-serif)?", family, text))


def prose(text: str) -> Markup:
    """Escape, then the two marks that sentences use: **strong** and *emphasis*."""
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)))
    return Markup(re.sub(r"(?<!\w)\*(.+?)\*(?!\w)", r"<em>\1</em>", marked))


def section(card: Card, lang: str) -> Section:
    """A card as a section; a figure that fails says so in its place."""
    picture, text = Markup(""), list(card.text)
    if card.figure is not None:
        try:
            picture = svg(card.figure())
        except Exception as error:  # a broken figure must not cost the report
            text.append(say("report.broken", lang, what=f"{type(error).__name__}: {error}"))
    table = (
        Markup(card.table.to_html(index=False, border=0, escape=True))
        if card.table is not None
        else Markup("")
    )
    return Section(
        card.key, card.title, tuple(prose(t) for t in text), picture, card.alt or card.title, table, card.note
    )


def write_report(answer: Answer, folder: Path, lang: str = "en", *, command: str = "hepatica dose") -> Path:
    """Write the report and, beside it, its tables (CSV, Parquet) and trajectories (NetCDF).

    Parameters
    ----------
    answer : Answer
    folder : Path
        Made if it is missing.
    lang : {"en", "zh"}
    command : str
        What was run, to be shown in the report.

    Returns
    -------
    Path
        The HTML file.

    Raises
    ------
    InputError
        If the folder cannot be written; no file is left half written.
    """
    made = cards(answer, lang)
    room = Environment(
        loader=PackageLoader("hepatica.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = room.get_template("report.html.jinja").render(
        lang=lang,
        title=answer.study.title,
        subtitle=say("report.subtitle", lang),
        contents=say("report.contents", lang),
        cards=[section(card, lang) for card in made],
        command=command,
        command_label=say("report.command", lang),
        made_by=say("report.made_by", lang, version=__version__),
        research=say("common.research_use", lang),
    )
    write_tables(answer, folder)
    return write_whole(folder / "report.html", lambda p: p.write_text(page, encoding="utf-8"))
