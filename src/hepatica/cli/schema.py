"""hepatica schema: the JSON Schema of study files."""

from __future__ import annotations

from hepatica.cli.shell import make_app
from hepatica.cli.terminal import print_json

app = make_app()


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    from hepatica.study import Study

    print_json(Study.model_json_schema(mode="validation"))
