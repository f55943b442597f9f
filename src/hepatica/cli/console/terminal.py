"""Terminal output: text without markup, tables, cards, progress bars and JSON, in any encoding.

What is heavy is imported on first use, so that help and short answers do not wait for it.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress, TaskID
    from rich.table import Table

    from hepatica.api.base import Answer
    from hepatica.card import Card
    from hepatica.cli.console.progress_lines import ProgressLines

PLAIN = {
    "–": "-", "—": "-", "−": "-", "…": "...", "×": "x", "·": "*", "±": "+/-", "≥": ">=", "≤": "<=", "≈": "~",
    "⊂": "part of", "→": "->", "“": '"', "”": '"', "‘": "'", "’": "'", "µ": "u", "μ": "u", "：": ":", "，": ",",
    "。": ".", "；": ";", "（": "(", "）": ")", "、": ",", "％": "%",
}  # fmt: skip


class Screen:
    """Standard output or standard error as a terminal: what is printed is text, never markup.

    Parameters
    ----------
    stderr : bool
        Standard error instead of standard output.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        self.stderr = stderr

    @functools.cached_property
    def console(self) -> Console:
        """The console of rich, made on first use."""
        from rich.console import Console

        return Console(stderr=self.stderr, markup=False, emoji=False, highlight=False)

    @property
    def file(self) -> TextIO:
        """The stream as it is now."""
        return sys.stderr if self.stderr else sys.stdout

    def print(self, *things: RenderableType, style: str = "", soft_wrap: bool = True) -> None:
        """Print texts or what rich can render; plain text into a file or a pipe needs no console."""
        if all(isinstance(thing, str) for thing in things) and not self.file.isatty():
            print(*things, file=self.file)
        else:
            self.console.print(*things, style=style or None, soft_wrap=soft_wrap)


out, err = Screen(), Screen(stderr=True)


def complain(sentence: str) -> None:
    """Print an error as one line on standard error."""
    err.print(f"Error {' '.join(sentence.splitlines())}", style="bold red")


def use_plain_characters() -> None:
    """Replace what the encoding of the terminal lacks, instead of failing on it."""
    import codecs

    codecs.register_error("hepatica", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="hepatica")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Nearest ASCII of characters that an encoding lacks; a question mark where there is none."""
    import unicodedata

    if not isinstance(error, UnicodeEncodeError):
        raise error
    made = []
    for character in error.object[error.start : error.end]:
        base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        made.append(PLAIN.get(character) or base or "?")
    return "".join(made), error.end


def print_json(answer: Answer | dict[str, Any]) -> None:
    """Print an answer or a schema as JSON; what the encoding lacks is escaped, so that nothing is lost."""
    import json
    import re

    from hepatica.files import to_json

    text = to_json(answer if isinstance(answer, dict) else answer.model_dump(), indent=True)
    if not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf"):
        text = re.sub(r"[^\x00-\x7f]", lambda match: json.dumps(match[0])[1:-1], text)
    print(text)


def make_table(*columns: str, pad_edge: bool = False) -> Table:
    """Table without a frame; more columns and rows are added with the methods of rich."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=pad_edge)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def markdown(text: str) -> RenderableType:
    """Markdown as rich shows it."""
    from rich.markdown import Markdown

    return Markdown(text)


def show(card: Card) -> None:
    """Print a card: title, paragraphs, table and note."""
    from rich.rule import Rule
    from rich.text import Text

    out.print(Rule(Text(card.title, style="bold")))
    for paragraph in card.text:
        out.print(markdown(paragraph), "")
    if card.table is not None:
        table = make_table(*(str(column) for column in card.table.columns))
        for row in card.table.itertuples(index=False):
            table.add_row(*(str(x) for x in row))
        out.print(table)
    if card.note:
        out.print(card.note, style="dim", soft_wrap=False)


class Bars:
    """Progress on standard error, a receiver of `Progress`: bars on a terminal, one per stage, else lines of text.

    Parameters
    ----------
    lang : str
        Language of the stages.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.tasks: dict[str, TaskID] = {}
        self.lines = None if err.file.isatty() else self._lines()
        self.bars: Progress | ProgressLines = self.lines or _bars()

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Show the share of a stage that is done."""
        if self.lines is not None:
            self.lines.update(stage, done, total)
            return
        bars = cast("Progress", self.bars)
        if stage not in self.tasks:
            self.tasks[stage] = bars.add_task(self._name(stage), total=total)
        bars.update(self.tasks[stage], completed=done)

    def _lines(self) -> ProgressLines:
        from hepatica.cli.console.progress_lines import ProgressLines

        return ProgressLines(self._line)

    def _name(self, stage: str) -> str:
        from hepatica.words import has, say

        if has(f"cli.{stage}"):
            return say(f"cli.{stage}", self.lang)
        return say("cli.stage", self.lang, hypothesis=say(f"common.{stage}", self.lang))

    def _line(self, stage: str | None, done: int, total: int, seconds: float) -> None:
        """Print the stage that runs; before the first, that it works."""
        from hepatica.words import say

        if stage is None:
            err.print(say("cli.progress_working", self.lang, seconds=f"{seconds:.0f}"))
        else:
            words = {"stage": self._name(stage), "done": done, "total": total, "seconds": f"{seconds:.0f}"}
            err.print(say("cli.progress_line", self.lang, **words))


def _bars() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err.console,
        transient=True,
    )
