"""Report of a dose study: one self-contained HTML file, with tables and trajectories in the same folder."""

from __future__ import annotations

import gc
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hepatica import __version__
from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.files import write_text
from hepatica.report.dose.cards import FOR_MODELLERS, cards
from hepatica.report.dose.first_screen import first_screen
from hepatica.report.dose.tables import write_tables
from hepatica.report.headline import Headline
from hepatica.report.style import FONTS, styled
from hepatica.words import say

_DECIMALS = re.compile(r"(\.\d\d)\d+")  # a hundredth of a point is too small to be seen however near


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
    rows: int = 0
    folded: bool = False


_DRAWN: WeakKeyDictionary[Figure, str] = WeakKeyDictionary()


def drawn_once(figure: Figure) -> str:
    """SVG of a figure without dates, drawn when it is first asked for: a page and a file beside it share it."""
    if figure not in _DRAWN:
        out = io.StringIO()
        with styled():
            FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
        _DRAWN[figure] = out.getvalue()
    return _DRAWN[figure]


def svg(figure: Figure, key: str) -> Markup:
    """Inline SVG of a figure: text stays text, in a font that the reader has; ids are its own."""
    text = drawn_once(figure)
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)  # HTML knows what an svg is
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{key}-", text)
    text = re.sub(r' d="[^"]+"', lambda path: _DECIMALS.sub(r"\1", path[0]), text)
    family = ", ".join(f"'{name}'" if " " in name else name for name in FONTS)
    text = re.sub(r"(font(?:-family)?:[^;\"]*?)('DejaVu Sans'[^;\"]*)", rf"\1{family}", text)
    return Markup(text)


def prose(text: str) -> Markup:
    """Escape, then the two marks that sentences use: **strong** and *emphasis*."""
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)))
    return Markup(re.sub(r"(?<![\w*])\*(?!\s)([^*]+?)(?<!\s)\*(?![\w*])", r"<em>\1</em>", marked))


def table(frame: pd.DataFrame) -> Markup:
    """A table with its headings marked as such."""
    with pd.option_context("display.max_colwidth", None):
        text = frame.to_html(index=False, border=0, escape=True, justify="left")
    return Markup(text.replace("<th>", '<th scope="col">'))


def drawing(figure: Callable[[], Figure] | None, key: str, lang: str) -> tuple[Markup, list[str]]:
    """Figure as SVG; one that fails leaves a sentence that says so."""
    if figure is None:
        return Markup(""), []
    try:
        return svg(figure(), key), []
    except Exception as error:  # a broken figure must not cost the report
        return Markup(""), [say("report.broken", lang, what=f"{type(error).__name__}: {error}")]


def section(card: Card, lang: str, *, folded: bool = False) -> Section:
    """A card as a section; a figure that fails says so in its place."""
    picture, failed = drawing(card.figure, card.key, lang)
    text = [*card.text, *failed]
    return Section(
        card.key,
        card.title,
        tuple(prose(t) for t in text),
        picture,
        card.alt or card.title,
        Markup("") if card.table is None else table(card.table),
        card.note,
        0 if card.table is None else len(card.table),
        folded,
    )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Garbage collection paused: figures make some 100,000 objects at once, and each collection visits them all."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def render(answer: Answer, lang: str = "en", *, command: str = "", made: Sequence[Card] | None = None) -> str:
    """The report as one HTML page that needs nothing else."""
    subtitle, tables_note = say("report.subtitle", lang), say("report.tables_beside", lang)
    return page(
        cards(answer, lang, command=command) if made is None else made,
        answer.study.title,
        lang,
        subtitle=subtitle,
        tables_note=tables_note,
        command=command,
        headline=first_screen(answer, lang),
        folded=FOR_MODELLERS,
    )


def page(
    made: Sequence[Card],
    title: str,
    lang: str,
    *,
    subtitle: str,
    tables_note: str,
    command: str,
    headline: Headline | None = None,
    folded: Collection[str] = (),
) -> str:
    """Cards as one HTML page that needs nothing else.

    Parameters
    ----------
    made : sequence of Card
        In their order.
    title, lang, subtitle, tables_note, command : str
        What is written around them.
    headline : Headline, optional
        First screen, above the cards.
    folded : collection of str
        Keys of cards that are closed until they are asked for.
    """
    with styled(), collector_paused():
        sections = [section(card, lang, folded=card.key in folded) for card in made]
        picture, failed = drawing(headline.figure if headline else None, "headline", lang)
    room = Environment(
        loader=PackageLoader("hepatica.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template("report.html.jinja").render(
        lang=lang,
        title=title,
        subtitle=subtitle,
        contents=say("report.contents", lang),
        cards=sections,
        headline=headline,
        picture=picture,
        failed=failed,
        explanation=say("report.explanation", lang),
        for_modellers=say("report.for_modellers", lang),
        one_page=say("report.one_page", lang),
        command=command,
        command_label=say("report.command", lang),
        made_by=say("report.made_by", lang, version=__version__),
        tables_note=tables_note,
        research=say("common.research_use", lang),
    )


def write_report(
    answer: Answer,
    folder: Path,
    lang: str = "en",
    *,
    command: str = "hepatica dose",
    made: Sequence[Card] | None = None,
) -> Path:
    """Write the report, its tables (CSV, Parquet) and trajectories (NetCDF) to one folder.

    Parameters
    ----------
    answer : Answer
        Of a dose study.
    folder : Path
        Made if it is missing.
    lang : {"en", "zh"}
        Language.
    command : str
        What was run, to be shown in the report.
    made : sequence of Card, optional
        The cards of this answer, where they are made already.

    Returns
    -------
    Path
        The HTML file.

    Raises
    ------
    InputError
        If the folder cannot be written; no file is left half written.

    Examples
    --------
    >>> from hepatica import answer, check_study
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
    >>> study = check_study({"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": grid})
    >>> import tempfile
    >>> from hepatica import cards
    >>> result = answer(study)
    >>> write_report(result, Path(tempfile.mkdtemp()), made=cards(result, most=1)).name
    'report.html'
    """
    page = render(answer, lang, command=command, made=made)
    write_tables(answer, folder)
    return write_text(folder / "report.html", page)
