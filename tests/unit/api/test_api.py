"""Requests and answers: a schema for each, every command's JSON among them, and NaN as null."""

import ast
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hepatica.api import ROOMS, answers, requests, schema_of
from hepatica.api.base import Answer, Request
from hepatica.cli import COMMANDS
from hepatica.errors import InputError
from hepatica.study import Study

API = Path(__file__).parents[3] / "src/hepatica/api"
NAMES = ["study", *(f"{k}-request" for k in requests()), *(f"{k}-answer" for k in answers())]


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_a_valid_schema_with_its_meaning(name):
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["description"] and json.loads(json.dumps(schema)) == schema


def test_every_command_has_a_request_and_an_answer():
    asked = set(COMMANDS) - {"init", "schema", "report"}  # a file, a schema, and an answer of `dose` drawn again
    assert asked <= set(requests()) and asked <= set(answers())
    assert all(issubclass(m, Request) for m in requests().values())
    assert all(issubclass(m, Answer) for m in answers().values())


def test_every_answer_says_what_it_is_for():
    assert all(m.model_fields["purpose"].default == "for research use" for m in answers().values())


def test_all_files_are_listed():
    files = {p.stem for p in API.glob("*.py")} - {"__init__", "__main__", "base", "pages", "sources", "verdict"}
    assert files | {p.parent.name for p in API.glob("*/__init__.py")} == {*ROOMS, "input_files"}


def test_answers_are_made_below_the_reports():
    for path in API.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("hepatica.report", "hepatica.cli")), path


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="dose-answer"):
        schema_of("dose")
    assert set(schema_of("study")["properties"]) == set(Study.model_fields)
