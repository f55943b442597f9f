"""Requests about the model, the populations and the installation."""

import pytest

from hepatica.api.model import DoctorRequest, ModelAnswer, ModelRequest, ModuleAnswer, PopulationsRequest
from hepatica.errors import InputError
from hepatica.patients import populations


def test_the_model_is_counted(model):
    answer = ModelAnswer.of(model)
    assert answer.parameters == len(model.parameters) == sum(answer.grades.values()) and not answer.problems
    assert answer.model_hash == model.hash


def test_every_parameter_of_a_module_has_a_source_or_a_reason(model):
    rows = [p for name in model.modules for p in ModuleAnswer.of(model, name).parameters]
    assert {p.parameter for p in rows} == set(model.parameters) and all(p.cite or p.reason for p in rows)
    with pytest.raises(InputError, match="hepatocytes"):
        ModelRequest(module="nope").run()


def test_populations_speak_both_languages():
    english, chinese = (PopulationsRequest(lang=lang).run().populations for lang in ("en", "zh"))
    assert [p.key for p in english] == [p.key for p in chinese] == list(populations())
    assert all(
        e.title != c.title and bool(e.extrapolation) == bool(c.extrapolation)
        for e, c in zip(english, chinese, strict=True)
    )


def test_without_a_compiler_the_reference_engine_answers(monkeypatch):
    monkeypatch.setattr("hepatica.engine.compile.find_compiler", lambda: None)
    answer = DoctorRequest().run()
    assert answer.compiler is None and answer.engine == "reference" and answer.cores >= 1
