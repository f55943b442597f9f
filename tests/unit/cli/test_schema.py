"""hepatica schema: the JSON Schema of study files."""

import json

from hepatica.study import Study


def test_the_schema_is_that_of_studies(hepatica):
    code, out, _ = hepatica("schema")
    assert code == 0 and json.loads(out) == Study.model_json_schema(mode="validation")
