"""hepatica schema: the JSON Schema of studies, requests and answers."""

import json

from hepatica.api.dose import DoseAnswer
from hepatica.api.input_files import FILES, schema_of_file


def test_the_schema_is_that_of_studies(hepatica):
    code, out, _ = hepatica("schema")
    assert code == 0 and json.loads(out) == schema_of_file("study")


def test_every_file_has_a_schema(hepatica):
    for name in FILES:
        code, out, _ = hepatica("schema", "--of", name)
        assert code == 0 and json.loads(out) == schema_of_file(name), name


def test_answers_have_a_schema_and_what_has_none_is_refused(hepatica):
    code, out, _ = hepatica("schema", "--of", "dose-answer")
    assert code == 0 and set(json.loads(out)["properties"]) == set(DoseAnswer.model_fields)
    code, out, err = hepatica("schema", "--of", "dose")
    assert code == 2 and out == "" and "dose-answer" in err and "population" in err
