"""hepatica schema: the JSON Schema of the files that people write, and of every request and answer."""

from __future__ import annotations

from typing import Annotated

import typer

from hepatica.cli.console.shell import make_app
from hepatica.cli.console.terminal import print_json

app = make_app()


@app.command()
def schema(
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help="study, product, trial, population, publication, patient, subject, or such as dose-request or "
            "dose-answer.",
        ),
    ] = "study",
) -> None:
    """Print the JSON Schema of a file, key by key.

    Every key has its allowed values. Of study files unless --of says another; also of what a command is asked
    (dose-request) or answers with --json (dose-answer).

    Example: `hepatica schema --of population > population.schema.json`
    """
    from hepatica.api import schema_of

    print_json(schema_of(of))
