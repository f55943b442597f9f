"""Request and answer of a forecast: checked settings, and an answer that survives JSON."""

import json
from types import SimpleNamespace

import pytest

from hepatica.api.person.forecast import PersonForecastAnswer, PersonForecastRequest
from hepatica.errors import InputError
from hepatica.individual.library import store


def test_the_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "BLOCK", 100)
    monkeypatch.setattr(store, "cache", SimpleNamespace(read=lambda name: None, write=lambda name, content: None))
    path = tmp_path / "patient.toml"
    path.write_text('age = 54\n[[labs]]\nday = 0\ninr = 2.1\nbilirubin = "8 mg/dL"\n')
    asked = {"file": path, "kind": "acute", "library": 100, "horizon": 28, "posterior": "prior"}
    answer = PersonForecastRequest.check(asked).run()
    assert answer.kind == "acute" and answer.calibrated and answer.learnt_from["people"] == 207
    assert [r["day"] for r in answer.risk] == [7.0, 14.0, 28.0] and len(answer.regimens) == 3
    assert answer.best in {"standard care", *(r.regimen for r in answer.regimens)}
    assert PersonForecastAnswer.model_validate(json.loads(answer.model_dump_json())) == answer


def test_settings():
    request = PersonForecastRequest(file="a.toml")
    assert request.settings().library == store.SIZE and request.settings().kind is None
    with pytest.raises(InputError, match="acute, acute_on_chronic"):
        PersonForecastRequest(file="a.toml", kind="sick").settings()
    with pytest.raises(InputError, match="seed"):
        PersonForecastRequest.check({"file": "a.toml", "seed": -1})
