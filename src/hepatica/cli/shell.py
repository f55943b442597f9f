"""What the commands share: the application, its options, progress bars and cards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hepatica import __version__
from hepatica.card import Card
from hepatica.engine import System
from hepatica.engine.compile import find_compiler
from hepatica.engine.remote import workers_at
from hepatica.errors import InputError
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.words import LANGUAGES, catalogue, say

app = typer.Typer(
    help=say("cli.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
out, err = Console(), Console(stderr=True)

StudyFile = Annotated[Path, typer.Argument(help="Study file; `hepatica init` writes one.")]
Changes = Annotated[list[str] | None, typer.Option("--set", help="Change a key, e.g. `--set dose='2e6 cells/kg'`.")]
Lang = Annotated[str, typer.Option("--lang", envvar="HEPATICA_LANG", help="Language: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", help="Workers elsewhere: tcp://host:port of a Dask scheduler, processes:N, or mpi; same answer."
    ),
]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Threads; the answer does not depend on it.")]


def language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise InputError("--lang", lang, f"one of {', '.join(LANGUAGES)}")
    return lang


class Bars:
    """Progress bars on standard error, one per stage."""

    def __init__(self, lang: str) -> None:
        self.lang, self.tasks = lang, {}  # type: ignore[var-annotated]
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=err,
            transient=True,
        )

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            text = (
                say(f"cli.{stage}", self.lang)
                if f"cli.{stage}" in catalogue()
                else say("cli.stage", self.lang, hypothesis=say(f"common.{stage}", self.lang))
            )
            self.tasks[stage] = self.bars.add_task(text, total=total)
        self.bars.update(self.tasks[stage], completed=done)


@contextmanager
def make_system(lang: str, cluster: str | None = None) -> Iterator[System]:
    """The shipped model, its workers in this process or where `cluster` says, as long as they are needed."""
    if find_compiler() is None:
        err.print(escape(say("cli.slow_engine", lang)), style="yellow")
    with nullcontext() if cluster is None else workers_at(cluster) as executor:
        yield System(assemble(MODULES), executor=executor)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@app.callback()
def root(version: Version = False) -> None:
    """Find the dose of mesenchymal stromal cells for a failing liver. For research use."""


def show(card: Card) -> None:
    """Print a card in the terminal."""
    out.rule(f"[bold]{card.title}")
    for paragraph in card.text:
        out.print(Markdown(paragraph))
        out.print()
    if card.table is not None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in card.table.columns:
            table.add_column(str(column), overflow="fold")
        for row in card.table.itertuples(index=False):
            table.add_row(*(str(x) for x in row))
        out.print(table)
    if card.note:
        out.print(card.note, style="dim")
