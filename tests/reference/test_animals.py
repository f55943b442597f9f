"""Animal data predicted with the animal's physiology, the rest as in man."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.cells import cells
from hepatica.therapy import Regimen
from hepatica.translation import SPECIES, as_species

TABLE = tomllib.loads(Path(__file__).with_name("animals.toml").read_text(encoding="utf-8"))
ORGANS = ("lung", "liver", "spleen", "gut", "kidney", "rest")
TIMES = np.linspace(0.0, 3.0, 145)


def follow_cells(make_bench, hypothesis, species, death, dose):
    """Living cells per organ after a bolus into a vein, at a given death of hepatocytes per day."""
    held = {"death_flux": death, "shunt_cells": 0.0, "weight": SPECIES[species].rows["body_weight"].value}
    b = make_bench(System(assemble([cells], constants=held), "compiled"))
    p = as_species(b.system, b.parameters(hypothesis), species)
    events = b.events(Regimen(dose, per_kg=False).events(1.0, viability=1.0))
    return {
        o: v[0]
        for o, v in zip(
            ORGANS,
            b.follow(p, b.system.healthy(p), TIMES, [f"cells_{o}" for o in ORGANS], events=events).values(),
            strict=True,
        )
    }


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
    hurt, well = (
        np.trapezoid(follow_cells(make_bench, hypothesis, "mouse", d, 1e6)["liver"], TIMES)
        for d in (want[f"death_{kind}"], 0.0)
    )
    assert hurt / well == pytest.approx(want[kind], rel=want["tolerance"])


@pytest.mark.parametrize("hypothesis", ["", "lung_only"])
def test_pigs_fare_best_with_cells_by_the_portal_vein(bench, hypothesis):
    """In direction only: a toxin of the model stands for D-galactosamine, and the pig's intensity of death is man's."""
    want, times = TABLE["pig"], np.linspace(0.0, 28.0, 113)
    p = as_species(bench.system, bench.parameters(hypothesis), "pig")
    dead, lowest = [], []
    for route in (None, "peripheral_vein", "portal_vein"):
        rows = [(0.0, "drug", want["toxin"], 0)]
        if route is not None:
            rows += Regimen(want["cells"], per_kg=False, route=route).events(25.0, viability=0.95)
        found = bench.follow(
            p,
            bench.system.healthy(p),
            times,
            ("death_intensity", "functional_mass"),
            events=bench.events(rows),
            rtol=1e-5,
        )
        dead.append(np.trapezoid(found["death_intensity"][0], times))
        lowest.append(found["functional_mass"][0].min())
    assert dead[0] > dead[1] > dead[2]
    assert lowest[0] < lowest[1] < lowest[2]
