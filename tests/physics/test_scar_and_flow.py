"""Matrix, portal and organs alone and together: health is exact, scars stand still, signs are right."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.matrix import matrix
from hepatica.model.modules.organs import organs
from hepatica.model.modules.portal import portal

YEAR = 365.25
OTHERS = tomllib.loads((Path(__file__).parents[1] / "in_health.toml").read_text(encoding="utf-8"))["matrix_and_portal"]
ALONE = {
    matrix: {"death_flux": 0.0, "macrophages_repair": 1.0, "tgf_beta_added": 0.0, "mmp_added": 0.0, "hvpg": 4.0},
    portal: OTHERS
    | {
        "collagen_degree": 0.0,
        "stellate": 0.0,
        "degree_chronic": 0.0,
        "stellate_chronic": 0.0,
        "arterial_saturation": 0.98,
        "pressure_relative": 1.0,
    },
    organs: OTHERS | {"shunt": 0.0, "scar": 0.0, "hvpg": 4.0},
}
DEGREES = [0.0, 0.2, 0.41, 0.70, 0.82]


def build(make_bench, modules, constants, engine="compiled", **changes):
    return make_bench(System(assemble(modules, constants=constants | changes), engine))


@pytest.fixture(scope="module")
def together(make_bench):
    return build(make_bench, [matrix, portal, organs], OTHERS)


def after(bench, names, *, degree=0.0, days=365.0, start=None, **parameters):
    """Outputs after some days from the chronic start, typical in everything else."""
    p = (
        bench.parameters(cirrhosis=degree, **parameters)
        if "cirrhosis" in bench.system.parameters
        else bench.parameters(**parameters)
    )
    y = bench.system.healthy(p) if start is None else bench.state(bench.system.healthy(p), **start)
    found = bench.follow(p, y, [days], names)
    return {n: found[n][0, 0] for n in names}


def drawn(system, n, seed=3):
    """Parameters of n patients from both spreads, without regard to which patients are plausible."""
    rng, columns = np.random.default_rng(seed), []
    for parameter in system.model.parameters.values():
        value = np.full(n, parameter.value)
        for spread in (parameter.entry.prior, parameter.entry.between):
            value = spread.apply(value, rng.standard_normal(n), rng.random(n))
        columns.append(value)
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("module", list(ALONE), ids=lambda m: m.__name__)
def test_no_rate_is_left_in_health_for_any_draw(make_bench, module):
    bench = build(make_bench, [module], ALONE[module], "reference")
    space, model = bench.system._python, bench.system.model
    draws = drawn(bench.system, 20)
    for p, y in zip(draws, bench.system.healthy(draws), strict=True):
        c, f = [0.0] * space["N_CONSTANTS"], [0.0] * len(bench.system.states)
        space["prepare"](p.tolist(), c)
        space["rates"](y.tolist(), p.tolist(), c, f)
        assert {
            s: r for s, r in zip(bench.system.states, f, strict=True) if abs(r) > 1e-9 * model.states[s].scale
        } == {}


def test_everything_is_one_or_nought_in_health(together):
    ones = (
        "room",
        "resistance",
        "sinusoidal_flow",
        "portal_flow",
        "arterial_flow",
        "perfusion",
        "waste_clearance",
        "endothelium",
        "tgf_beta",
        "mmp",
        "timp",
        "filtration",
        "pressure_relative",
    )
    noughts = (
        "shunt",
        "shunt_cells",
        "hypoxia",
        "collagen_degree",
        "stellate",
        "chronic_drive",
        "collaterals",
        "renal_vasoconstriction",
        "tubular_injury",
        "encephalopathy",
    )
    found = after(together, (*ones, *noughts), days=10 * YEAR)
    assert {n: found[n] for n in ones if abs(found[n] - 1) > 1e-12} == {}
    assert {n: found[n] for n in noughts if abs(found[n]) > 1e-12} == {}


@pytest.mark.parametrize("degree", DEGREES)
def test_a_scar_stands_still(together, degree):
    p = drawn(together.system, 12)
    together.set(p, cirrhosis=degree)
    found = together.follow(p, together.system.healthy(p), [0.0, 5 * YEAR], ("collagen", "stellate", "collagen_degree"))
    np.testing.assert_allclose(found["collagen"][:, 1], found["collagen"][:, 0], rtol=1e-6)
    np.testing.assert_allclose(found["stellate"][:, 1], found["stellate"][:, 0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found["collagen_degree"], degree, atol=1e-3)


@pytest.mark.parametrize("degree", DEGREES)
def test_collaterals_start_near_their_steady_state(together, degree):
    p = drawn(together.system, 12)
    together.set(p, cirrhosis=degree)
    found = together.follow(p, together.system.healthy(p), [0.0, 8 * YEAR], ("shunt", "hvpg", "endothelium"))
    np.testing.assert_allclose(found["shunt"][:, 0], found["shunt"][:, 1], atol=0.02)
    np.testing.assert_allclose(found["hvpg"][:, 0], found["hvpg"][:, 1], rtol=0.03)
    np.testing.assert_allclose(found["endothelium"][:, 0], found["endothelium"][:, 1], rtol=1e-3)


@pytest.mark.parametrize("degree", DEGREES)
def test_a_scar_stands_still_in_the_whole_model(bench, degree):
    p = bench.parameters(cirrhosis=degree)
    found = bench.follow(p, bench.rest(p), [0.0, 5 * YEAR], ("collagen", "shunt", "hvpg"))
    for name, (first, last) in ((n, v[0]) for n, v in found.items()):
        assert abs(last - first) <= 0.005 * abs(first) + 1e-12, name


def test_signs_of_the_scar(make_bench):
    def collagen(degree=0.3, days=2 * YEAR, **changes):
        parameters = {k: changes.pop(k) for k in ("cause_removed",) if k in changes}
        bench = build(make_bench, [matrix], ALONE[matrix], "reference", **changes)
        return after(bench, ("collagen",), degree=degree, days=days, **parameters)["collagen"]

    usual = collagen()
    assert usual == pytest.approx(9.5, rel=1e-6)
    assert collagen(tgf_beta_added=1.0) > collagen(tgf_beta_added=0.3) > 1.005 * usual
    assert collagen(mmp_added=1.0) < collagen(mmp_added=0.3) < 0.95 * usual
    assert collagen(death_flux=0.02) > collagen(death_flux=0.002) > 1.02 * usual
    assert collagen(death_flux=0.0002) == pytest.approx(usual, rel=1e-6), (
        "what goes with a chronic background is no insult"
    )
    assert collagen(macrophages_repair=1.2) == pytest.approx(usual, rel=1e-6)
    assert collagen(macrophages_repair=3.0) != pytest.approx(usual, rel=1e-3)
    assert collagen(cause_removed=1.0) < collagen(cause_removed=0.5) < 0.9 * usual
    assert collagen(0.0, 5 * YEAR, death_flux=0.02) > 5.0 > collagen(0.0, 30.0, death_flux=0.02), (
        "only injury that goes on scars"
    )


def test_signs_of_the_circulation(make_bench):
    names = (
        "endothelium",
        "resistance",
        "hvpg",
        "perfusion",
        "hypoxia",
        "hepatic_vein_saturation",
        "waste_clearance",
        "shunt",
    )

    def flow(degree=0.5, days=30.0, **changes):
        return after(
            build(make_bench, [matrix, portal, organs], OTHERS, "reference", **changes), names, degree=degree, days=days
        )

    usual, helped, hurt = flow(), flow(vegf_added=1.0), flow(tnf=40.0)
    assert helped["endothelium"] > usual["endothelium"] > hurt["endothelium"]
    assert helped["resistance"] < usual["resistance"] < hurt["resistance"]
    assert (
        helped["hvpg"] < usual["hvpg"] < hurt["hvpg"] and helped["perfusion"] > usual["perfusion"] > hurt["perfusion"]
    )
    swollen = flow(hepatocytes_injured=0.1)
    assert swollen["resistance"] > usual["resistance"] and swollen["shunt"] > usual["shunt"]
    levels = [flow(0.0, ischaemia=x) for x in (0.0, 0.5, 0.8, 0.9, 1.0)]
    assert levels[0]["hypoxia"] == 0.0 and levels[-1]["hypoxia"] > 0.7
    assert (np.diff([v["hypoxia"] for v in levels[1:]]) > 0).all()
    for name in ("hepatic_vein_saturation", "waste_clearance", "perfusion"):
        assert (np.diff([v[name] for v in levels]) < 0).all(), name
    assert 0.0 < levels[-1]["hepatic_vein_saturation"] < 0.15


def test_oxygen_does_not_limit_ordinary_failure(make_bench):
    """A liver of 15 % with swollen cells, inflamed: the sinusoids still bring enough; in septic shock they may not."""
    failing = {
        "hepatocytes_quiescent": 0.1,
        "hepatocytes_primed": 0.03,
        "hepatocytes_replicating": 0.02,
        "hepatocytes_injured": 0.03,
        "phagocytes": 0.4,
        "tnf": 12.0,
    }
    names = ("hypoxia", "hepatic_vein_saturation")
    for constants, limits in ((failing, False), (failing | {"phagocytes": 1.5, "tnf": 80.0}, True)):
        bench = build(make_bench, [matrix, portal, organs], OTHERS, "reference", **constants)
        typical, lost = (after(bench, names, degree=0.6, days=14.0, **w) for w in ({}, {"flow_lost_with_cells": 1.0}))
        assert typical["hypoxia"] == 0.0 and (lost["hypoxia"] > 0.0) == limits
        assert lost["hepatic_vein_saturation"] < typical["hepatic_vein_saturation"]


def test_signs_of_the_organs(make_bench):
    names = (
        "arterial_pressure",
        "oxygenation",
        "filtration",
        "creatinine",
        "sodium",
        "encephalopathy",
        "ascites",
        "renal_vasoconstriction",
        "tubular_injury",
        "arterial_saturation",
    )

    def organ(**changes):
        return after(build(make_bench, [organs], ALONE[organs], "reference", **changes), names, days=60.0)

    usual, inflamed, scarred = organ(), organ(phagocytes=0.6), organ(shunt=0.7, hvpg=19.0, scar=0.7)
    for name in ("arterial_pressure", "oxygenation", "filtration", "sodium", "arterial_saturation"):
        assert inflamed[name] < usual[name], name
    assert inflamed["creatinine"] > usual["creatinine"] and inflamed["tubular_injury"] > 0.1
    assert scarred["renal_vasoconstriction"] > 0.3 and scarred["ascites"] > 1.0 > usual["ascites"]
    assert organ(bilirubin=40.0)["tubular_injury"] > 0.2 > organ(bilirubin=10.0)["tubular_injury"]
    assert organ(hvpg=19.0)["filtration"] < organ(hvpg=11.0)["filtration"] == usual["filtration"]
    assert organ(ammonia=100.0, phagocytes=0.5)["encephalopathy"] > organ(ammonia=100.0)["encephalopathy"] > 0.5
    assert organ(scar=0.7)["creatinine"] < usual["creatinine"], "wasted muscle makes less"
    assert 150.0 < organ(phagocytes=3.0)["oxygenation"] < 300.0 < inflamed["oxygenation"]


def test_bounds_over_the_priors(together):
    n = 200
    p = drawn(together.system, n, seed=8)
    together.set(p, cirrhosis=np.linspace(0.0, 0.82, n))
    found = together.follow(p, together.system.healthy(p), [0.0, 8 * YEAR], together.system.outputs, rtol=1e-5)
    for name in (
        "shunt",
        "stellate",
        "hypoxia",
        "hepatic_vein_saturation",
        "tubular_injury",
        "room",
        "endothelium",
    ):
        assert (found[name] >= -1e-12).all() and (found[name] <= 1.0 + 1e-12).all(), name
    for name in ("hvpg", "collagen", "perfusion", "filtration", "creatinine", "oxygen_supply", "stiffness", "room"):
        assert (found[name] > 0).all() and np.isfinite(found[name]).all(), name
    assert np.median(found["hypoxia"]) == 0.0
