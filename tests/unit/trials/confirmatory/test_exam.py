import tomllib
from pathlib import Path

from hepatica.trials.confirmatory.exam import COMPUTATIONS

SETS = tomllib.loads((Path(__file__).parents[3] / "reference/trials_confirmatory.toml").read_text(encoding="utf-8"))


def test_every_computation_has_a_set_and_every_set_a_computation():
    assert {row.get("kind", name) for name, row in SETS.items()} == set(COMPUTATIONS)
