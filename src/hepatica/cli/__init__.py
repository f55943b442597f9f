"""The command line: one module per command, named as the command."""

from __future__ import annotations

import os
import sys

from rich.markup import escape

from hepatica.cli import (
    calibrate,
    doctor,
    dose,
    ensemble,
    evidence,
    init,
    model,
    populations,
    qualify,
    schema,
    score,
    sensitivity,
    simulate,
    validate,
)
from hepatica.cli.shell import app, err
from hepatica.errors import HepaticaError
from hepatica.words import say

COMMANDS = (
    init, dose, simulate, ensemble, sensitivity, calibrate, validate, qualify, model, score, populations, schema,
    doctor, evidence,
)  # fmt: skip
__all__ = ["COMMANDS", "app", "main"]


def main() -> None:
    """Run the command line; an error is one sentence on standard error, never a traceback."""
    try:
        app()  # wrong usage is typer's to explain; it exits with 2
    except HepaticaError as error:
        err.print(f"[bold red]Error[/bold red] {escape(str(error))}", soft_wrap=True, highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if os.environ.get("HEPATICA_DEBUG"):
            raise
        err.print(escape(say("cli.unexpected", "en", what=f"{type(error).__name__}: {error}")), soft_wrap=True)
        sys.exit(1)
