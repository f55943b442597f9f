"""Request of a validation: predictions as the function below it makes them, and forecasts of people."""

import json

import pytest

from hepatica.api.validate import ForecastAnswer, PredictionRecord, ValidateAnswer, ValidateRequest
from hepatica.errors import InputError
from hepatica.evidence import load, load_all
from hepatica.study import HYPOTHESES
from hepatica.validation.predict import validate
from hepatica.validation.simulated import PredictionSettings


def test_publications_are_predicted_as_the_function_predicts_them(system, unseen):
    stages = set()
    request = ValidateRequest(files=[unseen], posterior="prior", patients=4, draws=20, seed=3)
    got = request.run(system=system, progress=lambda stage, *_: stages.add(stage))
    own = load("lin2017").model_copy(update={"key": "unseen"})
    settings = PredictionSettings(people=4, draws=20, seed=3)
    every = tuple(load_all().values())
    expected = validate(system, [own], every, None, hypotheses=tuple(HYPOTHESES), settings=settings)
    assert got == ValidateAnswer.of(expected) and {r.publication for r in got.records} == {"unseen"} and stages
    assert all(set(r.by_hypothesis) == set(HYPOTHESES) for r in got.records if r.cells) and not got.in_sample
    assert {r.cells for r in got.records} == {True, False}


def test_people_of_a_file_are_forecast_instead(system, monkeypatch, tmp_path):
    """Every setting of the request arrives where people are forecast."""
    given = {}

    def forecast(path, system, **more):
        given.update(more, path=path, system=system)
        return type("Evaluation", (), {"to_dict": lambda self: EMPTY})()

    monkeypatch.setattr("hepatica.individual.forecast.validate_people", forecast)
    request = ValidateRequest(people=tmp_path / "a.csv", train=tmp_path / "b.csv", kinds="chronic", seed=9)
    got = request.run(system=system, workers=2)
    assert isinstance(got, ForecastAnswer) and got.people == 30 and got.training_file == "b.csv"
    assert (given["path"], given["train"], given["workers"]) == (tmp_path / "a.csv", tmp_path / "b.csv", 2)
    assert (given["settings"].kinds, given["settings"].seed, given["known"].n) == ("chronic", 9, 400)


EMPTY = {
    "file": "a.csv",
    "training_file": "b.csv",
    "people": 30,
    "events": 4,
    "labs": [],
    "outcomes": [],
    "inflammation": [],
    "tempered": {"day 0": 0.1},
    "discrepancy": {"day 0": {"alt": float("nan")}},
    "not_predicted": [{"what": "hgf", "people": 30, "why": "no column"}],
    "notes": [],
    "settings": {"seed": 9},
}


def test_what_does_not_fit_is_refused(system, unseen, tmp_path):
    with pytest.raises(InputError, match="no publication beside --people"):
        ValidateRequest(files=[unseen], people=tmp_path / "a.csv").run(system=system)
    with pytest.raises(InputError, match="people"):
        ValidateRequest().forecast(system=system)
    with pytest.raises(InputError, match="can be read"):
        ValidateRequest(files=[tmp_path / "none.toml"]).run(system=system)
    with pytest.raises(InputError, match="--leave-out"):
        ValidateRequest(files=[unseen], left_out=tmp_path).run(system=system)
    for wrong in ({"draws": 19}, {"patients": 3}, {"seed": -1}, {"file": []}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            ValidateRequest.check(wrong)


def test_an_answer_has_the_numbers_of_the_records(q):
    found = q.validated.validation
    answer = ValidateAnswer.of(found)
    assert len(answer.records) == len(found.records) > 0
    for told, r in zip(answer.records, found.records, strict=True):
        assert (told.publication, told.arm, told.against, told.unit) == (r.publication, r.arm, r.against, r.unit)
        assert told.endpoint == r.endpoint_text and told.time == r.time and told.observed == r.observed
        assert [told.q05, told.q25, told.median, told.q75, told.q95] == list(r.quantiles)
        assert told.by_hypothesis.keys() == r.by_hypothesis.keys() and told.cells == bool(r.cells)
        assert (told.odds_ratio is None) == (not r.odds)
    assert json.loads(answer.model_dump_json())["in_sample"] == list(found.in_sample)


def test_an_odds_ratio_keeps_its_order(q):
    r = next(r for r in q.validated.validation.records if r.odds)
    odds = PredictionRecord.of(r).odds_ratio
    assert (odds.observed, odds.median, odds.q05, odds.q95) == tuple(r.odds) and odds.q05 <= odds.median <= odds.q95


@pytest.mark.parametrize(("key", "value"), [("patients", 3), ("draws", 19), ("seed", -1)])
def test_a_bad_request_is_an_input_error(key, value):
    with pytest.raises(InputError, match=f"^{key}: got {value}"):
        ValidateRequest.check({key: value})
