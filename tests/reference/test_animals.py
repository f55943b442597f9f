"""Animal data predicted with the animal's physiology, the rest as in man."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.cells import cells
from hepatica.therapy import Regimen
from hepatica.translation import as_species

TABLE = tomllib.loads(Path(__file__).with_name("animals.toml").read_text(encoding="utf-8"))
ORGANS = ("lung", "liver", "spleen", "gut", "kidney", "rest")
TIMES = np.linspace(0.0, 3.0, 145)


def follow_cells(make_bench, hypothesis, species, death, dose):
    """Living cells per organ after a bolus into a vein, at a given death of hepatocytes per day."""
    b = make_bench(System(assemble([cells], constants={"death_flux": death, "shunt_cells": 0.0}), "compiled"))
    p = as_species(b.system, b.parameters(hypothesis), species)
    events = b.events(Regimen(dose, per_kg=False).events(1.0, viability=1.0))
    return {o: v[0] for o, v in zip(ORGANS, b.follow(p, b.system.healthy(p), TIMES, [f"cells_{o}" for o in ORGANS],
                                                     events=events).values(), strict=True)}


def test_living_cells_hardly_leave_the_lung_of_the_mouse(make_bench):
    want = TABLE["lung"]
    found = follow_cells(make_bench, "lung_only", "mouse", 0.0, want["cells"])
    later = TIMES >= 1 / 24
    assert (sum(found[o] for o in ORGANS[1:])[later] / want["cells"]).max() < 1.1 * want["outside"]
    half = np.interp(-0.5, -found["lung"][later] / found["lung"].max(), TIMES[later])
    assert half == pytest.approx(want["half_life"], rel=0.1)


@pytest.mark.parametrize("hypothesis", ["", "lung_only"])
@pytest.mark.parametrize("kind", ["acute", "chronic"])
def test_injury_raises_exposure_of_the_liver(make_bench, kind, hypothesis):
    want = TABLE["homing"]
    hurt, well = (np.trapezoid(follow_cells(make_bench, hypothesis, "mouse", d, 1e6)["liver"], TIMES)
                  for d in (want[f"death_{kind}"], 0.0))
    assert hurt / well == pytest.approx(want[kind], rel=want["tolerance"])
