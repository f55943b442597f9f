"""The JSON Schema that is shipped is that of the model, and says what a publication file may hold."""

import json

from hepatica.evidence import Publication
from hepatica.evidence.observations import VARIABLES
from hepatica.evidence.schema import FILE, RENEW, schema


def test_the_shipped_schema_is_that_of_the_model():
    assert FILE.read_text(encoding="utf-8") == schema(), f"run `{RENEW}`"
    assert json.loads(schema()) == Publication.model_json_schema(by_alias=True), f"run `{RENEW}`"


def test_it_names_the_keys_as_files_write_them():
    found = json.loads(schema())
    assert {"key", "arm", "observation", "alternative"} <= set(found["properties"]) and "arms" not in found[
        "properties"
    ]
    assert {"key", "title", "cite", "role", "arm"} <= set(found["required"]) and not found["additionalProperties"]
    assert found["$defs"]["Observation"]["properties"]["variable"]["enum"] == list(VARIABLES)
