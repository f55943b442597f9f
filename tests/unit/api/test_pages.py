"""The reference page is that of the docstrings, and every public name has an example that runs."""

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import hepatica
from hepatica.api import answers, requests
from hepatica.api.pages import CONSTANTS, page, sections
from hepatica.trials.methods import METHODS

ROOT = Path(__file__).parents[3]


def test_the_page_is_up_to_date():
    kept = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert kept == page(), "run `python -m hepatica.api --write docs`"


def test_it_is_written_into_a_folder(tmp_path):
    done = subprocess.run([sys.executable, "-m", "hepatica.api", "--write", str(tmp_path)], capture_output=True)
    assert done.returncode == 0 and (tmp_path / "api.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", hepatica.__all__)
def test_every_public_name_has_an_example(name):
    text = CONSTANTS[name][1] if name in CONSTANTS else inspect.getdoc(getattr(hepatica, name))
    assert ">>>" in text and f"### `{name}`" in page()  # the examples of docstrings run with the doctests of src


@pytest.mark.parametrize("name", CONSTANTS)
def test_examples_of_constants_run(name):
    test = doctest.DocTestParser().get_doctest(CONSTANTS[name][1], {}, name, None, None)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_every_request_and_answer_stands_on_it():
    text = page()
    assert all(f"{m.__module__}.{m.__name__}" in text for m in (*requests().values(), *answers().values()))


def test_methods_of_trials_stand_on_it_with_their_parameters():
    text = page()
    assert all(f"`hepatica.trials.{p}`" in text for places in METHODS.values() for p in places)
    assert "design_group_sequential(looks, efficacy" in text


def test_sections_of_a_docstring():
    text = "One.\n\nMore.\n\nParameters\n----------\na : int\n    Size.\n\nExamples\n--------\n>>> 1\n1"
    assert sections(text) == {"": "One.\n\nMore.", "Parameters": "a : int\n    Size.", "Examples": ">>> 1\n1"}
