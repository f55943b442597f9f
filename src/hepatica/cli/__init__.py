"""The command line: one module per command, named as the command and loaded when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hepatica import __version__
from hepatica.cli.console.terminal import complain, use_plain_characters
from hepatica.errors import HepaticaError

COMMANDS = (
    "init",
    "dose",
    "report",
    "window",
    "simulate",
    "ensemble",
    "sensitivity",
    "calibrate",
    "validate",
    "person",
    "biomarkers",
    "qualify",
    "model",
    "score",
    "populations",
    "evidence",
    "potency",
    "quality",
    "stability",
    "lot",
    "product",
    "trial",
    "image",
    "schema",
    "doctor",
)
__all__ = ["COMMANDS", "main"]


class _Commands(TyperGroup):
    """Group that imports the module of a command only when this command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        return typer.main.get_command(importlib.import_module(f"hepatica.cli.{cmd_name}").app)


_root = typer.Typer(cls=_Commands, add_completion=False, rich_markup_mode=None)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@_root.callback()
def _hepatica(version: Version = False) -> None:
    """Find the dose of mesenchymal stromal cells for a failing liver. For research use."""


def main() -> int:
    """Run the command line; an error is one sentence on standard error, never a traceback.

    Returns
    -------
    int
        Exit status: 0 done, 1 a check failed or a fault of Hepatica, 2 wrong input or usage.
    """
    use_plain_characters()
    try:
        status = _run(sys.argv[1:] or ["--help"])
        sys.stdout.flush()  # a pipe that was closed shows here
    except typer.TyperException as error:
        complain(_usage(error))
        status = error.exit_code
    except HepaticaError as error:
        complain(str(error))
        status = 2
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        if os.environ.get("HEPATICA_DEBUG"):
            raise
        from hepatica.words import say

        complain(say("cli.unexpected", "en", what=f"{type(error).__name__}: {error}"))
        status = 1
    return status


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(_root)
    try:
        with command.make_context("hepatica", arguments) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    return 0


def _usage(error: typer.TyperException) -> str:
    """Sentence about wrong usage, with the help that would have told."""
    context = getattr(error, "ctx", None)
    path = "hepatica" if context is None else context.command_path
    return f"{error.format_message().rstrip('.')}; `{path} --help` says what it takes."
