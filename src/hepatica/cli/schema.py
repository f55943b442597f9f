"""hepatica schema: the JSON Schema of study files."""

from __future__ import annotations

import json

from hepatica.cli.shell import (
    app,
)
from hepatica.study import Study


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    print(json.dumps(Study.model_json_schema(mode="validation"), indent=1, ensure_ascii=False))
