"""Inflammation, cytokines and macrophages: exact rest at any parameters, and signs of treatment."""

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.modules.cytokines import cytokines
from hepatica.model.modules.immune import immune
from hepatica.model.modules.macrophages import macrophages

COUPLED = (immune, cytokines, macrophages)


@pytest.fixture(scope="module")
def coupled():
    return System(assemble(MODULES, without=[m.__name__ for m in MODULES if m not in COUPLED]), "reference")


def unrest(system, p):
    """Largest derivative of a state at health, relative to its scale, per day."""
    space, c, f = system._python, [0.0] * system._python["N_CONSTANTS"], [0.0] * len(system.states)
    space["prepare"](p.tolist(), c)
    space["rates"](system.healthy(p[None])[0].tolist(), p.tolist(), c, f)
    return max(
        abs(rate) / system.model.states[s].scale
        for s, rate in zip(system.states, f, strict=True)
        if s != "infection_hazard"
    )


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.5])
def test_health_is_at_rest_whatever_each_parameter(coupled, factor):
    moved = {}
    for k, name in enumerate(coupled.parameters):
        p = coupled.typical()
        p[k] *= factor
        moved[name] = unrest(coupled, p)
    assert {n: u for n, u in moved.items() if u > 1e-9} == {}


@pytest.mark.parametrize("seed", range(5))
def test_health_is_at_rest_whatever_all_parameters(coupled, seed):
    p = coupled.typical()
    assert unrest(coupled, p * np.exp(0.3 * np.random.default_rng(seed).standard_normal(len(p)))) < 1e-9


def flare(bench, *, infected=False, **values):
    """The month after a flare in early cirrhosis, at every two hours."""
    p = bench.parameters(cirrhosis=0.3, flare_kill=0.4, antiviral=1.0)
    y = bench.state(bench.rest(p), effectors_young=1.0, infection_hazard=0.0)
    limits = np.full((1, len(bench.system.model.thresholds), 8), np.inf)
    if infected:
        limits[0, [t.name for t in bench.system.model.thresholds].index("infection"), 0] = 0.05
    found = bench.follow(
        bench.set(p, **values),
        y,
        np.arange(0.0, 28.01, 1 / 12),
        ("tnf", "il6", "il10", "crp", "phagocytes", "infection_hazard", "pathogen"),
        thresholds=limits,
    )
    return {name: v[0] for name, v in found.items()}


@pytest.mark.parametrize("name", ["corticosteroid", "antibiotic_prophylaxis"])
def test_treatment_moves_the_hazard_of_infection(bench, name):
    """Steroid raises it although it calms; prophylaxis lowers it."""
    without, given = flare(bench), flare(bench, **{name: 1.0})
    sign = 1 if name == "corticosteroid" else -1
    assert sign * (given["infection_hazard"][-1] - without["infection_hazard"][-1]) > 0
    if name == "corticosteroid":
        for lab in ("tnf", "il6", "phagocytes"):
            assert (given[lab][12:] < without[lab][12:]).all(), lab


def test_infection_is_seen_in_the_labs(bench):
    """Interleukin 6 separates infected from uninfected at 200 pg/mL, and CRP follows it within days."""
    without, infected = flare(bench), flare(bench, infected=True)
    assert infected["pathogen"].max() > 0.5 and without["il6"].max() < 200 < infected["il6"].max()
    assert infected["crp"].max() > 1.3 * without["crp"].max()
    assert infected["crp"].argmax() > infected["il6"].argmax()
