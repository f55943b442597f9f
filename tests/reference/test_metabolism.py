"""Metabolic functions against published numbers: nitrogen, lactate, glucose, and labs by Child class."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.metabolism import metabolism

TABLE = tomllib.loads(Path(__file__).with_name("metabolism.toml").read_text(encoding="utf-8"))
AMMONIA, UREA, LACTATE, CAPACITY, GLUCOSE, ACUTE, CHILD = (
    TABLE[k] for k in ("ammonia", "urea", "lactate", "urea_capacity", "glucose", "acute_failure", "child")
)
HEALTHY = tomllib.loads((Path(__file__).parents[1] / "in_health.toml").read_text(encoding="utf-8"))["metabolism"]


@pytest.fixture(scope="module")
def settled(make_bench):
    """Outputs of the module alone after it has settled, what it needs held at health but for the values given."""

    def of(*names, **values):
        bench = make_bench(System(assemble([metabolism], constants=HEALTHY | values), "reference"))
        p = bench.parameters()
        found = bench.follow(p, bench.system.healthy(p), [20.0], names)
        return {n: float(v[0, 0]) for n, v in found.items()}

    return of


@pytest.fixture(scope="module")
def stable(bench):
    """Stable patients: none, and by Child class."""
    degrees = [0.0, *CHILD["degree"]]
    p = np.repeat(bench.parameters(), len(degrees), axis=0)
    p[:, bench.system.parameters.index("cirrhosis")] = degrees
    names = (
        "bilirubin",
        "albumin",
        "inr",
        "ammonia",
        "fibrinogen",
        "glucose",
        "glycogen",
        "glycogenolysis",
        "glucose_production",
        "lactate_clearance",
        "lactate",
        "fhnc",
        "urea_synthesis",
    )
    return bench.follow(p, bench.rest(p), [0.0], names)


def test_fluxes_in_health_are_the_published_balance(settled):
    assert AMMONIA["gut"] + AMMONIA["kidney"] + AMMONIA["liver"] + AMMONIA["muscle"] == 0.0
    found = settled(
        "liver_ammonia", "muscle_ammonia_uptake", "brain_ammonia_uptake", "urea_synthesis", "ammonia", "urea"
    )
    assert found["liver_ammonia"] == pytest.approx(-AMMONIA["liver"])
    assert found["muscle_ammonia_uptake"] == pytest.approx(-AMMONIA["muscle"])
    assert found["brain_ammonia_uptake"] == 0.0
    assert found["urea_synthesis"] == pytest.approx(UREA["liver"])
    assert UREA["liver"] + UREA["kidney"] + UREA["gut"] == 0.0
    p = assemble([metabolism], constants=HEALTHY).parameters
    assert p["gut_ammonia"].value == AMMONIA["gut"] and p["renal_ammonia"].value == AMMONIA["kidney"]
    assert p["urea_gut"].value == -UREA["gut"]


@pytest.mark.parametrize(
    ("kind", "cause", "other"),
    [("cirrhosis", ("shunt", "sinusoidal_flow"), ("functional_mass",)), ("necrosis", ("functional_mass",), ("shunt",))],
)
def test_what_raises_ammonia(settled, kind, cause, other):
    """Putting the named cause right brings ammonia down most of the way; the other cause does less."""
    sick = TABLE["message"][kind]
    usual, ill = settled("ammonia")["ammonia"], settled("ammonia", **sick)["ammonia"]
    cured, still = (settled("ammonia", **sick | {n: HEALTHY[n] for n in names})["ammonia"] for names in (cause, other))
    assert ill > 2 * usual
    assert ill - cured > 0.35 * (ill - usual)
    assert ill - cured > ill - still


def test_urea_synthesis_falls_in_necrosis_more_than_in_cirrhosis(settled):
    found = [settled("urea_synthesis", **TABLE["message"][k])["urea_synthesis"] for k in ("cirrhosis", "necrosis")]
    assert found[1] < 0.6 * found[0]


def test_urea_synthesis_is_kept_while_its_capacity_falls(settled):
    mass = CAPACITY["cirrhosis"] / CAPACITY["control"]
    found = settled("fhnc", "urea_synthesis", functional_mass=mass)
    assert settled("fhnc")["fhnc"] == pytest.approx(CAPACITY["control"])
    assert found["fhnc"] == pytest.approx(CAPACITY["cirrhosis"])
    assert found["urea_synthesis"] / UREA["liver"] == pytest.approx(CAPACITY["synthesis_share"], abs=0.06)


def test_nitrogen_clearance_by_severity(stable):
    """The published cirrhosis lies between health and Child A to B, alcoholic hepatitis about Child B to C."""
    none, a, b, c = stable["fhnc"][:, 0]
    assert none > CAPACITY["cirrhosis"] > b
    low, high = CAPACITY["hepatitis_share"]
    assert low < c / none < b / none < high < a / none


def test_half_life_of_lactate(stable, settled):
    assert LACTATE["control"] / stable["lactate_clearance"][1, 0] == pytest.approx(LACTATE["cirrhosis"], rel=0.1)
    assert settled("lactate")["lactate"] == pytest.approx(1.0)
    acute = settled("lactate", functional_mass=0.25, phagocytes=0.25, hypoxia=0.05)["lactate"]
    assert 2.0 < acute < 3.2


def test_glucose_of_compensated_cirrhosis(stable):
    production, lysis = stable["glucose_production"][:, 0], stable["glycogenolysis"][:, 0]
    assert production[:2] == pytest.approx(GLUCOSE["production"], rel=0.08)
    assert (lysis / production)[:2] == pytest.approx(GLUCOSE["glycogenolysis"], abs=0.05)
    assert stable["glycogen"][:2, 0] == pytest.approx(GLUCOSE["glycogen"], abs=0.06)


def test_glucose_of_acute_failure(settled):
    names = ("insulin", "glucagon", "insulin_sensitivity", "glucose_production", "glucose", "glycogenolysis")
    found = settled(*names, functional_mass=ACUTE["functional_mass"])
    assert found["insulin"] == pytest.approx(ACUTE["insulin"], rel=0.2)
    assert found["glucagon"] == pytest.approx(ACUTE["glucagon"], rel=0.3)
    assert found["insulin_sensitivity"] == pytest.approx(ACUTE["sensitivity"], abs=0.04)
    assert found["glycogenolysis"] < 0.1 and found["glucose"] < 3.0
    assert settled("glucose_production", functional_mass=0.15)["glucose_production"] == pytest.approx(
        ACUTE["use"] * GLUCOSE["production"][0], rel=0.15
    )


@pytest.mark.parametrize("lab", ["bilirubin", "albumin", "inr", "ammonia", "fibrinogen", "glucose"])
@pytest.mark.parametrize("k", range(3), ids="ABC")
def test_labs_by_child_class(stable, lab, k):
    low, high = CHILD[lab][k]
    assert low <= stable[lab][k + 1, 0] <= high


def test_retention_of_indocyanine_green_by_child_class(bench):
    """Koller2021, same detailed model: 6.1, 19.8, 45.0 and 61.6 per cent at 15 min."""
    degrees = np.array([0.0, 0.409, 0.703, 0.817])
    p = np.repeat(bench.parameters(), 4, axis=0)
    p[:, bench.system.parameters.index("cirrhosis")] = degrees
    found = bench.follow(p, bench.rest(p), [0.0], ("icg_r15",))["icg_r15"][:, 0]
    np.testing.assert_allclose(found, [6.1, 19.8, 45.0, 61.6], rtol=0.25)
