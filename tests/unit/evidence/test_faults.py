"""Faults: where in a file a thing is wrong, and how it reads."""

import tomllib

import pytest

from hepatica.evidence.faults import Checked, Fault, fault_of, line_of, rows_of
from hepatica.evidence.observations import Wrong

TEXT = """key = "k"
'title' = "t"

[[arm]]
id = "a"
n = 3

[[ arm ]]
id = "b"
[[observations]]
arm = "a"
"""
RAW = tomllib.loads(TEXT)


@pytest.mark.parametrize(
    "place, line",
    [
        (("key",), 1),
        (("title",), 2),
        (("arm", 0), 4),
        (("arm", 0, "n"), 6),
        (("arm", 1, "id"), 9),
        (("arm", 1, "n"), 8),
        (("observation", 0, "arm"), 11),
        (("year",), None),
        ((), None),
    ],
)
def test_line(place, line):
    assert line_of(TEXT, RAW, place) == line


def test_rows_however_they_are_written():
    assert [r["id"] for r in rows_of(RAW, "arm")] == ["a", "b"] and len(rows_of(RAW, "observation")) == 1
    assert rows_of(RAW, "alternative") == rows_of({"arm": 3}, "arm") == []


def test_a_fault_reads_file_place_got_and_what_to_do():
    assert str(fault_of(TEXT, RAW, "f.toml", Wrong(("arm", 0, "n"), 3, "add one"))) == (
        "f.toml, arm 1, line 6, n: got 3; add one"
    )
    assert str(fault_of(TEXT, RAW, "f.toml", Wrong((), None, "add a key"))) == "f.toml: add a key"
    assert str(Fault("f", "line 2", "", "do")) == "f, line 2: do" and str(Fault("f", "", "x", "do")) == "f: got x; do"


def test_what_was_got_is_short():
    long = fault_of(TEXT, RAW, "f", Wrong(("key",), "x" * 100, "s")).got
    assert len(long) == 60 and long.endswith("...")
    assert len(fault_of(TEXT, RAW, "f", Wrong(("key",), "x" * 58, "s")).got) == 60
    assert fault_of(TEXT, RAW, "f", Wrong(("key",), {"a": 1}, "s")).got == ""


def test_nothing_is_kept_out_of_a_file_that_is_not_in_order():
    assert Checked("f").kept_out == {}
