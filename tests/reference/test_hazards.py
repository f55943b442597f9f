"""Bleeding, tumour and late death occur at published rates, the module standing alone."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.hazards import hazards

TABLE = tomllib.loads(Path(__file__).with_name("hazards.toml").read_text(encoding="utf-8"))
QUIET = {
    "functional_mass": 1.0,
    "cholestasis": 1.0,
    "phagocytes": 0.0,
    "phagocytes_acute": 0.0,
    "paralysis_acute": 0.0,
    "pathogen": 0.0,
    "filtration": 1.0,
    "encephalopathy": 0.0,
    "hvpg": 4.0,
    "inr": 1.0,
    "fibrinogen": 3.0,
    "scar": 0.0,
    "mediator_effect": 0.0,
    "sensitisation": 0.0,
    "thawed_share": 0.0,
    "lung_plugging": 0.0,
    "death_rate_organ": 0.05,
    "cells_liver": 0.0,
    "tgf_beta_added": 0.0,
    "living_entering": 0.0,
    "debris_entering": 0.0,
    "cells_given": 0.0,
    "deaths_unexplained": 1.0,
}


def yearly(make_bench, *names, **held):
    """Quantities per year, at a quiet illness with some needs held otherwise."""
    bench = make_bench(System(assemble([hazards], constants=QUIET | held), "reference"))
    p = bench.parameters()
    found = bench.follow(p, bench.system.healthy(p), [0.0], names)
    return [365.25 * float(found[n][0, 0]) for n in names]


def triples(name, *keys):
    row = TABLE[name]
    return list(zip(*(row[k] for k in keys), strict=True))


@pytest.mark.parametrize("hvpg", TABLE["bleeding"]["hvpg"])
def test_first_bleeding(make_bench, hvpg):
    (rate,) = yearly(make_bench, "bleeding_intensity", hvpg=hvpg)
    assert TABLE["bleeding"]["low"] <= rate <= TABLE["bleeding"]["high"]


@pytest.mark.parametrize("hvpg", TABLE["bleeding"]["quiet"])
def test_no_bleeding_below_the_threshold(make_bench, hvpg):
    assert yearly(make_bench, "bleeding_intensity", hvpg=hvpg) == [0.0]


@pytest.mark.parametrize("mass, low, high", triples("bleeding_lethal", "mass", "low", "high"))
def test_share_of_bleedings_that_kill(make_bench, mass, low, high):
    killed, bled = yearly(make_bench, "death_by_bleeding", "bleeding_intensity", hvpg=18.0, functional_mass=mass)
    assert low <= killed / bled <= high


@pytest.mark.parametrize("scar, low, high", triples("tumour", "scar", "low", "high"))
def test_tumours_by_scar(make_bench, scar, low, high):
    assert low <= yearly(make_bench, "tumour_intensity", scar=scar)[0] <= high


@pytest.mark.parametrize("mass, hvpg, scar, low, high", triples("late_deaths", "mass", "hvpg", "scar", "low", "high"))
def test_deaths_without_an_acute_illness(make_bench, mass, hvpg, scar, low, high):
    (rate,) = yearly(make_bench, "death_intensity", functional_mass=mass, hvpg=hvpg, scar=scar)
    assert low <= 1 - np.exp(-5 * rate) <= high
