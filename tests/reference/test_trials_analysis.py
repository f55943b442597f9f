"""Analyses of trials give the numbers that others print; see trials_analysis.toml for whose."""

from pathlib import Path

import pytest

from hepatica.trials.analysis.exam import COMPUTATIONS
from hepatica.trials.exam import read_sets
from hepatica.trials.exam_row import compare, failures

SETS = read_sets(Path(__file__).parents[2], "analysis")


@pytest.mark.parametrize("name", SETS)
def test_reference_set(name):
    rows = compare(name, SETS[name], COMPUTATIONS[SETS[name].get("kind", name)])
    assert rows and not failures(rows), [(row.quantity, row.ours, row.theirs) for row in failures(rows)]


def test_every_computation_has_its_set():
    assert set(SETS) == set(COMPUTATIONS)
