from pathlib import Path

import pytest

from hepatica.trials.analysis.exam import COMPUTATIONS
from hepatica.trials.exam import read_sets

SETS = read_sets(Path(__file__).parents[4], "analysis")


def test_every_set_has_its_computation():
    assert set(SETS) == set(COMPUTATIONS)


def test_a_computation_gives_the_numbers_that_its_set_names():
    found = COMPUTATIONS["wins-binary"](SETS["wins-binary"]["inputs"])
    assert set(found) == set(SETS["wins-binary"]["expected"]) and found["p_win"] == pytest.approx(0.4917333333)
