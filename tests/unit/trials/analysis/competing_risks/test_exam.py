from pathlib import Path

from hepatica.trials.analysis.competing_risks.exam import COMPUTATIONS
from hepatica.trials.exam import read_sets


def test_computations_give_the_numbers_that_their_sets_name():
    sets = read_sets(Path(__file__).parents[5], "analysis")
    for name, compute in COMPUTATIONS.items():
        assert set(sets[name]["expected"]) <= set(compute(sets[name]["inputs"]))
