"""Saved answers: read again they are the same, to every byte of the page; old and damaged ones are refused."""

from dataclasses import replace

import numpy as np
import pytest

import hepatica.dose_summary.saved_answer as module
from hepatica.api.dose import DoseAnswer
from hepatica.dose_study import answer
from hepatica.dose_summary.saved_answer import NAME, SavedAnswer, load_answer, save_answer, save_answer_into
from hepatica.errors import InputError
from hepatica.report import cards
from hepatica.report.dose.tables import parameters
from hepatica.report.page import render
from hepatica.study import check_study

GRID = {"dose": ["1e6 cells/kg"], "infusions": [1]}
STUDY = {"title": "t", "patients": 4, "draws": 4, "horizon": "10 d", "grid": GRID}


@pytest.fixture(scope="module")
def small(system):
    return answer(check_study(STUDY | {"parameter": {"alt_clearance": "0.5 1/day"}}), system=system)


@pytest.fixture
def folder(small, tmp_path):
    save_answer_into(tmp_path, SavedAnswer(small, None, "hepatica dose x"))
    return tmp_path


def test_it_is_drawn_again_without_running(small, folder, monkeypatch):
    monkeypatch.setattr("hepatica.engine.System.solve", lambda *_, **__: pytest.fail("a saved answer was run"))
    again = load_answer(folder)
    assert again.command == "hepatica dose x" and again.searched is None
    assert render(again.answer, "en", command="c") == render(small, "en", command="c")
    first = cards(again.answer, "zh", most=2)
    assert "研究" in render(again.answer, "zh", made=first)
    assert DoseAnswer.of(again.answer) == DoseAnswer.of(small)
    assert again.answer.study == small.study and again.answer.study.hash == small.study.hash
    assert parameters(again.answer).equals(parameters(small))
    np.testing.assert_array_equal(again.answer.patients.cohort.parameters(), small.patients.cohort.parameters())


def test_saved_twice_is_the_same_file(folder, tmp_path):
    again = save_answer(tmp_path / "again", load_answer(folder))
    assert again.read_bytes() == (folder / NAME).read_bytes()


def test_an_answer_of_another_version_or_model_is_refused(small, folder, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "__version__", "99.0")
    with pytest.raises(InputError, match="of version .*; an answer of version 99.0; run `hepatica dose` again"):
        load_answer(folder)
    monkeypatch.undo()
    other = replace(small, study=check_study(STUDY))  # as if the model's table had changed since
    save_answer(tmp_path / "old", SavedAnswer(other, None, ""))
    with pytest.raises(InputError, match="of the model .*; an answer of this model"):
        load_answer(tmp_path / "old")


def test_what_is_no_answer_is_one_sentence(folder, tmp_path):
    content = (folder / NAME).read_bytes()
    for name, what in (("cut", content[: len(content) // 2]), ("text", b"hello"), ("empty", b"")):
        (tmp_path / name).write_bytes(what)
        with pytest.raises(InputError, match="damaged"):
            load_answer(tmp_path / name)
    with pytest.raises(InputError, match="a folder that `hepatica dose` wrote, or its answer.hepatica"):
        load_answer(tmp_path / "nowhere")
