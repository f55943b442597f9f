"""hepatica schema: the JSON Schema of studies, and of every request and answer."""

from __future__ import annotations

from typing import Annotated

import typer

from hepatica.cli.console.shell import make_app
from hepatica.cli.console.terminal import print_json

app = make_app()


@app.command()
def schema(
    of: Annotated[
        str, typer.Option("--of", help="study, patient, or a request or answer such as dose-request or dose-answer.")
    ] = "study",
) -> None:
    """Print the JSON Schema of study files, for editors.

    With --of, that of what a command is asked (dose-request) or answers with --json (dose-answer).
    """
    from hepatica.api import schema_of

    print_json(schema_of(of))
