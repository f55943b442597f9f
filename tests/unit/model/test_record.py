"""Record of a model: plain values that make the same model again."""

import dataclasses
import json
import pickle

import pytest

from hepatica.errors import ModelError
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.record import from_record, to_record


def test_a_record_goes_through_json_and_back(model):
    record = json.loads(json.dumps(to_record(model), allow_nan=False))
    again = from_record(record, lambda: model)
    assert again == model and again.hash == model.hash and to_record(again) == to_record(model)
    for name, p in model.parameters.items():
        assert again.parameters[name].entry == p.entry and again.parameters[name].value == p.value


def test_a_changed_copy_computes_its_own_hash(model):
    again = from_record(to_record(model), lambda: model)
    assert dataclasses.replace(again).hash == model.hash
    fewer = dict(list(model.parameters.items())[1:])
    assert dataclasses.replace(again, parameters=fewer).hash != model.hash


def assembled():
    """A model that is assembled anew: a function of a module, as it has to be for pickle."""
    return assemble(MODULES)


def test_a_model_goes_through_pickle_with_its_expressions(model):
    """Restored or assembled; the copy keeps the hash and gives the same expressions, assembled where they are asked for."""
    for one in (from_record(to_record(model), assembled), model):
        text = pickle.dumps(one)
        again = pickle.loads(text)
        assert again == one and again.hash == model.hash
        assert again.rate_of("alt") == model.rate_of("alt")
        assert [f.expr for f in again.flows] == [f.expr for f in model.flows]
        assert [t.adds for t in again.thresholds] == [t.adds for t in model.thresholds]
    restored = from_record(to_record(model), assembled)
    before = len(pickle.dumps(restored))
    assert restored.flows[0].expr == model.flows[0].expr
    assert len(pickle.dumps(restored)) == before  # the expressions do not travel


def test_expressions_of_another_model_are_refused(model):
    strange = from_record(to_record(model) | {"hash": "another"}, lambda: model)
    with pytest.raises(ModelError, match="not the one that its modules make"):
        strange.rate_of("alt")
