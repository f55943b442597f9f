"""Confirmatory designs give the numbers that others print; see trials_confirmatory.toml for whose."""

import tomllib
from pathlib import Path

import pytest

from hepatica.trials.confirmatory.exam import COMPUTATIONS
from hepatica.trials.exam_row import compare, failures

SETS = tomllib.loads(Path(__file__).with_name("trials_confirmatory.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SETS)
def test_reference_set(name):
    rows = compare(name, SETS[name], COMPUTATIONS[SETS[name].get("kind", name)])
    assert rows and not failures(rows), [(row.quantity, row.ours, row.theirs) for row in failures(rows)]
