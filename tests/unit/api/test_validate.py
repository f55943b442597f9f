"""Validation requests and answers: every number of a record under its name, NaN as null."""

import json

import pytest

from hepatica.api.validate import PredictionRecord, ValidateAnswer, ValidateRequest
from hepatica.errors import InputError


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
