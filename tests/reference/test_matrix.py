"""Scar, pressure, shunt, oxygen and kidney of matrix, portal and organs against numbers from outside."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.matrix import matrix
from hepatica.model.modules.organs import organs
from hepatica.model.modules.portal import portal

TABLE = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
YEAR = 365.25
REST = tomllib.loads((Path(__file__).parents[1] / "in_health.toml").read_text(encoding="utf-8"))["matrix_and_portal"]


@pytest.fixture(scope="module")
def together(make_bench):
    return make_bench(System(assemble([matrix, portal, organs], constants=REST), "compiled"))


def steady(bench, degree, names, years=8.0, **changes):
    """Outputs after some years from the chronic start."""
    p = bench.parameters(cirrhosis=degree, **changes)
    found = bench.follow(p, bench.system.healthy(p), [years * YEAR], names)
    return {name: v[0, 0] for name, v in found.items()}


def test_stiffness_is_the_published_line(make_bench):
    for hvpg, collagen, kilopascal in zip(
        *(TABLE["stiffness"][n] for n in ("hvpg", "collagen", "kilopascal")), strict=True
    ):
        constants = {n: REST[n] for n in ("death_flux", "macrophages_repair", "tgf_beta_added", "mmp_added")}
        bench = make_bench(System(assemble([matrix], constants=constants | {"hvpg": hvpg}), "reference"))
        p = bench.parameters(cirrhosis=0.4)
        y = bench.state(bench.system.healthy(p), collagen=collagen)
        assert bench.follow(p, y, [0.0], ("stiffness",))["stiffness"][0, 0] == pytest.approx(kilopascal, abs=1e-9)


@pytest.mark.parametrize("k", range(3))
def test_pressure_by_collagen(together, k):
    t = TABLE["pressure"]
    degree = (t["collagen"][k] - 2.0) / 25.0
    found = steady(together, degree, ("hvpg", "collagen"))
    assert found["collagen"] == pytest.approx(t["collagen"][k], rel=1e-3)
    assert t["low"][k] <= found["hvpg"] <= t["high"][k]


@pytest.mark.parametrize("k", range(3), ids=TABLE["child"]["class"])
def test_shunt_and_pressure_by_child_class(together, k):
    t = TABLE["child"]
    found = steady(together, t["degree"][k], ("shunt", "hvpg", "collagen", "shunt_cells"))
    assert found["shunt"] == pytest.approx(t["shunt"][k], abs=t["shunt_tolerance"])
    assert found["hvpg"] == pytest.approx(t["gradient"][k], rel=t["gradient_tolerance"])
    if t["class"][k] != "A":
        assert TABLE["pressure"]["stage_six"][0] <= found["collagen"] <= TABLE["pressure"]["stage_six"][1]


def within(value, band):
    return band[0] <= value <= band[1]


def test_flow_and_oxygen_of_a_healthy_liver(together):
    t = TABLE["oxygen"]
    value = {n: q.value for n, q in together.system.model.parameters.items()}
    found = steady(
        together,
        0.0,
        (
            "oxygen_demand",
            "oxygen_supply",
            "hepatic_vein_saturation",
            "arterial_saturation",
            "inflow_saturation",
            "hypoxia",
        ),
    )
    assert within(value["hepatic_flow_per_gram"], t["flow"]) and within(value["portal_share"], t["portal_share"])
    assert within(found["oxygen_demand"], t["use"]) and found["hypoxia"] == 0.0
    assert within(found["arterial_saturation"] - value["oxygen_gut"], t["portal_saturation"])
    assert within(found["hepatic_vein_saturation"], t["hepatic_vein"])
    artery = (1 - value["portal_share"]) * found["arterial_saturation"] / found["inflow_saturation"]
    assert within(artery, t["arterial_oxygen"])
    assert found["oxygen_demand"] / found["oxygen_supply"] < t["extraction_normal"]


def test_the_artery_makes_up_its_share_of_a_portal_fall(together):
    value = {n: q.value for n, q in together.system.model.parameters.items()}
    found = steady(together, 0.7, ("portal_flow", "arterial_flow"))
    lost = value["portal_share"] * (1 - found["portal_flow"])
    gained = (1 - value["portal_share"]) * (found["arterial_flow"] - 1)
    assert within(gained / lost, TABLE["oxygen"]["buffer"]) and found["arterial_flow"] < 2.0


def test_filtration_in_ascites_is_low_at_a_normal_creatinine(together):
    t = TABLE["kidney"]
    found = steady(together, t["degree"], ("filtration", "creatinine"))
    assert within(found["filtration"], t["filtration"]) and within(found["creatinine"], t["creatinine"])


def test_a_scar_regresses_without_its_cause(together):
    t = TABLE["regression"]
    assert steady(together, t["degree"], ("collagen",))["collagen"] > TABLE["pressure"]["stage_six"][0]
    assert within(
        steady(together, t["degree"], ("collagen",), t["years"], cause_removed=1.0)["collagen"], t["collagen_after"]
    )


def test_a_smouldering_hepatitis_scars_slowly(make_bench):
    t = TABLE["progression"]
    bench = make_bench(
        System(assemble([matrix, portal, organs], constants=REST | {"death_flux": t["death"]}), "compiled")
    )
    p = bench.parameters()
    found = bench.follow(p, bench.system.healthy(p), np.array([0.0, t["years"] * YEAR]), ("collagen",))["collagen"][0]
    assert found[0] == 2.0
    assert within(found[1], t["collagen_after"])
