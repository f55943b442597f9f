"""Options that several commands take, the language, the compiled model, and the folder that results go to."""

from __future__ import annotations

import gc
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepatica.cli.console.terminal import err, out, print_json, show
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.api.base import Answer
    from hepatica.card import Card
    from hepatica.engine import System

StudyFile = Annotated[Path, typer.Argument(help="Study file (TOML); `hepatica init` writes one.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a key of the study, e.g. --set dose='2e6 cells/kg'; may be repeated."),
]
Modules = Annotated[
    list[Path] | None,
    typer.Option(
        "--own-module",
        help="Python file of a module of your own, which is run; its table is the .toml beside it; may be repeated.",
    ),
]
Lang = Annotated[str, typer.Option("--lang", envvar="HEPATICA_LANG", help="Language: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Workers elsewhere: tcp://host:port of a Dask scheduler, processes:N, or mpi; the answer is the same. "
        "Threads of this process unless given.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Threads; one per core unless given. The answer does not depend on it."),
]
Hypothesis = Annotated[
    str, typer.Option("--hypothesis", help="What the label in images means: label_is_cells or lung_only.")
]


def make_app() -> typer.Typer:
    """Typer application of one command, with plain help."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def check_language(lang: str) -> str:
    """Language that the words have, which every message is in from here on; otherwise an InputError."""
    from hepatica.words import LANGUAGES, prefer_language

    prefer_language(_one_of("--lang", lang, LANGUAGES))
    return lang


def check_hypothesis(name: str) -> str:
    """Hypothesis about the label that the model has; otherwise an InputError."""
    from hepatica.study import HYPOTHESES

    return _one_of("--hypothesis", name, HYPOTHESES)


def _one_of(option: str, got: str, allowed: Iterable[str]) -> str:
    if got not in allowed:
        raise InputError(option, got, f"one of {', '.join(allowed)}")
    return got


def command_line() -> str:
    """The command as it was typed, for the report."""
    return shlex.join(["hepatica", *sys.argv[1:]])


def close(lang: str, *paths: Path) -> None:
    """Print where results were written, and the intended use."""
    from hepatica.words import say

    if paths:
        out.print(say("cli.written", lang, path=", ".join(map(str, paths))))
    out.print(say("common.research_use", lang), style="dim")


def present(answer: Answer, cards: Iterable[Card], lang: str, *written: Path, as_json: bool) -> None:
    """Print an answer as JSON, or its cards, where results were written, and the intended use."""
    if as_json:
        print_json(answer)
        return
    for card in cards:
        show(card)
    close(lang, *written)


@contextmanager
def make_system(lang: str, cluster: str | None = None, modules: Sequence[Path] | None = None) -> Iterator[System]:
    """Compiled model that ships, or with own modules, with workers in this process or where `cluster` says."""
    from hepatica.engine.compile import find_compiler
    from hepatica.engine.remote import workers_at
    from hepatica.study_system import system_with
    from hepatica.words import say

    if find_compiler() is None:
        err.print(say("cli.slow_engine", lang), style="yellow")
    with nullcontext() if cluster is None else workers_at(cluster) as executor:
        system = system_with(modules or (), executor=executor)
        gc.freeze()  # what was loaded stays
        gc.enable()
        yield system
