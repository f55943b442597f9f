"""The base of requests and answers."""

import json

import numpy as np
import pandas as pd
import pytest

from hepatica.api.base import Answer, Number, Request, rows
from hepatica.errors import InputError


class Asked(Request):
    n: int
    names: list[str] = []


class Told(Answer):
    x: Number
    each: dict[str, Number] = {}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.nan, np.float64("nan"), None])
def test_what_is_no_number_is_null(value):
    told = Told(x=value, each={"a": value})
    assert json.loads(told.model_dump_json()) == {"purpose": "for research use", "x": None, "each": {"a": None}}


@pytest.mark.parametrize("value", [1.5, np.float64(1.5), np.float32(1.5)])
def test_numbers_stay(value):
    assert Told(x=value).x == 1.5 and type(Told(x=value).x) is float


def test_rows_of_a_table_are_plain():
    frame = pd.DataFrame({"a": [1, 2], "b": [np.nan, 0.5], "c": [True, False], "d": ["x", "y"]})
    found = rows(frame)
    assert found == [{"a": 1, "b": None, "c": True, "d": "x"}, {"a": 2, "b": 0.5, "c": False, "d": "y"}]
    assert [type(v) for v in found[1].values()] == [int, float, bool, str]


@pytest.mark.parametrize(
    ("data", "where"),
    [({}, "n"), ({"n": "many"}, "n"), ({"n": 1, "m": 2}, "m"), ({"n": 1, "names": [3]}, "names.0")],
)
def test_untyped_data_that_does_not_fit_is_refused(data, where):
    with pytest.raises(InputError) as told:
        Asked.check(data)
    assert told.value.where == where
    assert Asked.check({"n": 1, "names": ["a"]}) == Asked(n=1, names=["a"])
