"""The JSON Schema of publication files, for editors: ``python -m hepatica.evidence.schema`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from hepatica.evidence.publications import Publication
from hepatica.files import write_text

FILE = Path(__file__).with_name("publication.schema.json")
RENEW = "python -m hepatica.evidence.schema"


def schema() -> str:
    """The schema as text, as it is shipped.

    Examples
    --------
    >>> json.loads(schema())["title"]
    'Publication'
    """
    return json.dumps(Publication.model_json_schema(by_alias=True), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_text(FILE, schema())
