"""The published model of acute inflammation, restored by neutral values, has its three outcomes."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.modules.immune import immune

TABLE = tomllib.loads(Path(__file__).with_name("inflammation.toml").read_text(encoding="utf-8"))
NAMES = ("pathogen", "phagocytes", "tissue_damage", "anti_inflammation")


@pytest.fixture(scope="module")
def alone(make_bench):
    model = assemble(MODULES, without=[m.__name__ for m in MODULES if m is not immune])
    return make_bench(System(model, "compiled"))


def infect(alone, outcome, hours):
    p = alone.set(alone.system.neutral()[None].copy(), k_pg=24 * outcome["growth"])
    y = alone.system.healthy(p)
    assert y[0, [alone.system.states.index(n) for n in NAMES]].tolist() == [0.0, 0.0, 0.0, 0.125]
    found = alone.follow(p, alone.state(y, pathogen=outcome["pathogen"]), np.asarray(hours) / 24, NAMES, rtol=1e-8)
    return {name: v[0] for name, v in found.items()}


@pytest.mark.parametrize("outcome", TABLE["outcome"], ids=lambda o: o["name"].split(":")[0])
def test_outcome(alone, outcome):
    found = infect(alone, outcome, outcome["hours"])
    for name in ("phagocytes", "tissue_damage", "anti_inflammation"):
        if name in outcome:
            digits = max(len(str(v).split(".")[1]) for v in outcome[name])
            np.testing.assert_allclose(found[name], outcome[name], atol=0.6 * 10.0**-digits, rtol=0, err_msg=name)
    if "pathogen_left" in outcome:
        np.testing.assert_allclose(found["pathogen"], outcome["pathogen_left"], atol=6e-4)


def test_peak_of_damage(alone):
    outcome = TABLE["outcome"][0]
    found = infect(alone, outcome, np.arange(0.0, 100.0, 0.25))
    assert found["tissue_damage"].max() == pytest.approx(outcome["peak_damage"], abs=6e-4)
