"""hepatica schema: the JSON Schema of studies, requests and answers."""

import json

from hepatica.api.dose import DoseAnswer
from hepatica.study import Study


def test_the_schema_is_that_of_studies(hepatica):
    code, out, _ = hepatica("schema")
    assert code == 0 and json.loads(out) == Study.model_json_schema(mode="validation")


def test_answers_have_a_schema_and_what_has_none_is_refused(hepatica):
    code, out, _ = hepatica("schema", "--of", "dose-answer")
    assert code == 0 and set(json.loads(out)["properties"]) == set(DoseAnswer.model_fields)
    code, out, err = hepatica("schema", "--of", "dose")
    assert code == 2 and out == "" and "dose-answer" in err
