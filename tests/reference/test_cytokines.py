"""The published model of human endotoxaemia, restored by neutral values, has its peaks."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.engine.problem import BOLUS, RATE
from hepatica.model.assemble import assemble
from hepatica.model.modules.cytokines import cytokines
from hepatica.units import internal

STUDIES = tomllib.loads(Path(__file__).with_name("cytokines.toml").read_text(encoding="utf-8"))["study"]
NAMES = ("tnf", "il6", "il8", "il10")


@pytest.fixture(scope="module")
def alone(make_bench):
    held = dict.fromkeys(
        ("pathogen", "shunt", "plasma_removed", "phagocytes", "steroid", "il6_added", "il10_gain"), 0.0
    )
    ones = dict.fromkeys(("functional_mass", "macrophages_inflammatory"), 1.0)
    return make_bench(System(assemble([cytokines], constants=held | ones), "compiled"))


def neutral(alone, **values):
    rows = {n: v * internal(alone.system.model.parameters[n].entry.unit)[0] for n, v in values.items()}
    return alone.set(alone.system.neutral()[None].copy(), **rows)


@pytest.mark.parametrize("study", STUDIES, ids=lambda s: s["name"])
def test_peaks(alone, study):
    p = neutral(alone, **study["parameters"])
    y = alone.state(alone.system.healthy(p), monocytes_resting=28200.0)
    rows = (
        [(0.0, "endotoxin", study["bolus"], BOLUS)]
        if study["bolus"]
        else [(0.0, "endotoxin", 24 * study["rate"], RATE), (4 / 24, "endotoxin", -24 * study["rate"], RATE)]
    )
    hours = np.arange(0.0, 12.0, 0.01)
    found = alone.follow(p, y, hours / 24, NAMES, events=alone.events(rows), rtol=1e-8)
    for name in NAMES:
        assert found[name][0].max() == pytest.approx(study["peak"][name], rel=5e-4), name
        assert hours[found[name][0].argmax()] == pytest.approx(study["hour"][name], abs=0.025), name


def test_nothing_given_is_rest(alone):
    p = neutral(alone)
    found = alone.follow(p, alone.system.healthy(p), [0.0, 30.0], NAMES)
    for name in NAMES:
        assert found[name][0] == pytest.approx(p[0, alone.system.parameters.index(f"{name}_rest")], rel=1e-14)


@pytest.mark.parametrize("name, sign", [("il10_gain", -1), ("steroid", -1), ("phagocytes", 1)])
def test_what_moves_tnf(make_bench, name, sign):
    """Interleukin 10 and steroid restrain the lasting drive; activated phagocytes are it."""
    held = {
        "pathogen": 0.0,
        "shunt": 0.3,
        "plasma_removed": 0.0,
        "phagocytes": 0.2,
        "steroid": 0.0,
        "il6_added": 0.0,
        "il10_gain": 0.0,
        "functional_mass": 0.3,
        "macrophages_inflammatory": 1.0,
    }
    found = []
    for constants in (held, held | {name: held[name] + (5.0 if name == "il10_gain" else 0.5)}):
        b = make_bench(System(assemble([cytokines], constants=constants), "reference"))
        p = b.parameters()
        found.append(b.follow(p, b.system.healthy(p), [20.0], ("tnf",))["tnf"][0, 0])
    assert (found[1] - found[0]) * sign > 0
