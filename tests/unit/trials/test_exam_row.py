import math

import pytest

from hepatica.trials.exam_row import ExamRow, compare, examine, failures

SET = {
    "method": "m",
    "source": "s",
    "tolerance": {"a": 0.1, "b": 0},
    "inputs": {"x": 2},
    "expected": {"a": [[1, 2]], "b": {"k": None}},
}


def test_every_expected_number_is_a_row_with_its_own_tolerance():
    rows = compare("n", SET, lambda given: {"a": [[1.05, given["x"] + 0.2]], "b": {"k": math.nan}, "more": 3})
    assert [(r.quantity, r.tolerance, r.passes) for r in rows] == [
        ("a[0][0]", 0.1, True),
        ("a[0][1]", 0.1, False),
        ("b.k", 0, True),
    ]
    assert failures(rows) == [rows[1]]


def test_a_number_on_one_side_alone_fails_and_text_is_refused():
    assert not ExamRow("n", "m", "q", math.nan, 1.0, 9.0, "s").passes
    with pytest.raises(TypeError, match="not text"):
        compare("n", {**SET, "expected": {"a": "E"}}, lambda given: {"a": 1})
    with pytest.raises(KeyError):
        compare("n", SET, lambda given: {"a": [[1, 2]]})


def test_sets_find_their_computation_by_name_or_kind():
    sets = {"one": SET, "two": {**SET, "kind": "one"}}
    rows = examine(sets, {"one": lambda given: {"a": [[1, 2]], "b": {"k": None}}})
    assert {r.reference for r in rows} == {"one", "two"} and not failures(rows)
