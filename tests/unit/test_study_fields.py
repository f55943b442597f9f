"""Fields of a study under fuzz: whatever stands in them is read, or refused in one sentence."""

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.study import check_study

STUDIES = Path(__file__).parents[2] / "studies"
HOSTILE = [
    *(10**400, -(10**30), 2**63, 1e308, -1e308, 5e-324, math.nan, math.inf, True, False, 0, -1, 1),
    *("", "x" * 400, "\x00", "\x1b[2J", "1e400 d", "-1 d", "1 degC", "1 dB", "9**9**9 d", "nan cells", "((((", "肝"),
    *([], [[]], {}, {"x": 1}, [[1, 2], 3], None, ["a", "a"], [[["1e6 cells/kg"]]]),
]


def mutated(rng, value, depth=0):
    """A value with one of its parts replaced, repeated, dropped or under another key."""
    if isinstance(value, dict) and value and (depth == 0 or rng.random() < 0.8):
        value = dict(value)
        key = list(value)[rng.integers(len(value))]
        what = rng.integers(8)
        if what == 0:
            del value[key]
        elif what == 1:
            value[key + "x"] = value[key]
        elif what == 2:
            value[list(value)[rng.integers(len(value))]] = value[key]
        else:
            value[key] = mutated(rng, value[key], depth + 1)
        return value
    if isinstance(value, list) and value and rng.random() < 0.7:
        where = rng.integers(len(value))
        return [*value[:where], mutated(rng, value[where], depth + 1), *value[where:]]
    if isinstance(value, str) and value and rng.random() < 0.5:
        where, sign = rng.integers(len(value)), "0123456789eE-+. /*%dkgcels\t"[rng.integers(27)]
        return value[:where] + sign + value[where + int(rng.integers(2)) :]
    if isinstance(value, int | float) and abs(value) < 1e300 and rng.random() < 0.5:
        return value * [0, -1, 10, 1000, 1e300, 1e-300][rng.integers(6)]
    return HOSTILE[rng.integers(len(HOSTILE))]


def test_thousands_of_mutated_studies_are_read_or_refused_in_one_sentence():
    rng, read = np.random.default_rng(14), 0
    shipped = [tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(STUDIES.glob("*.toml"))]
    for k in range(4000):
        data = shipped[k % len(shipped)]
        for _ in range(1 + k % 3):
            data = mutated(rng, data)
        try:
            found = check_study(data)
        except InputError as error:
            assert str(error).isprintable() and len(str(error)) < 1500
            continue
        read += 1
        assert len(found.hash) == 24 and 1 <= len(found.arms()) <= 1001 and np.isfinite(found.times()).all()
        for arm in found.arms():
            assert all(math.isfinite(x) for e in arm.regimen.events(70.0, viability=0.9) for x in (e[0], e[2]))
    assert 200 < read < 3800  # both ends are met


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"candidates": 3}, "search.candidates"),
        ({"dose": ["1e5 cells/kg", "1e6 cells"]}, "cells per kg"),
        ({"infusions": [4, 2]}, "then one at least as large"),
        ({"interval": ["0 d", "7 d"]}, "search.interval"),
        ({"duration": ["1 h"]}, "search.duration"),
        ({"first_patients": 500}, "race_patients"),
        ({"moon": 1}, "a known key"),
    ],
)
def test_a_search_that_cannot_be_is_refused(table, says):
    with pytest.raises(InputError) as error:
        check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]}, "search": table})
    assert says in str(error.value)
