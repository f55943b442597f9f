"""The product: what its source, passage and handling multiply, and what is refused."""

import math

import pytest

from hepatica.errors import InputError
from hepatica.therapy import ROUTES, SOURCES, TRACERS, Product
from hepatica.therapy.product import HANDLING


def test_low_passage_bone_marrow_is_the_reference():
    found = Product(passage=1).multipliers()
    assert {v for k, v in found.items() if k != "source_vegf"} == {1.0}  # the rate of VEGF is that of adipose cells


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_source_multiplies_what_its_table_says(source):
    m = Product(source=source).multipliers()
    table = SOURCES[source]
    assert (m["source_growth"], m["source_immune"], m["tissue_factor"]) == (
        table["growth"].value,
        table["immune"].value,
        table["tissue_factor"].value,
    )


def test_tissue_factor_rises_with_passage_after_the_low_ones():
    low = int(HANDLING["low_passage"].value)
    found = [Product(passage=p).multipliers()["tissue_factor"] for p in range(1, 9)]
    assert found[:low] == [1.0] * low
    assert [b / a for a, b in zip(found[low:], found[low + 1 :], strict=False)] == pytest.approx(
        [HANDLING["tissue_factor_per_passage"].value] * (8 - low - 1)
    )
    assert Product(passage=15, tissue_factor=2.5).multipliers()["tissue_factor"] == 2.5


def test_thawing_costs_no_potency_for_good():
    assert Product(potency=2.0).multipliers() == Product(potency=2.0, thawed=True).multipliers()


def test_settings_are_parameters_of_the_model(model):
    assert set(Product(tracer="Zr89").settings()) == {"priming", "diameter", "label_efflux"} <= set(model.parameters)
    assert Product(priming=0.5, diameter=15.1).settings() == {"priming": 0.5, "diameter": 15.1}
    assert all(model.parameters[n].value == v for n, v in Product().settings().items())
    assert Product(tracer="Zr89").settings()["label_efflux"] == pytest.approx(24 * TRACERS["Zr89"]["efflux"].value)


def test_multipliers_name_parameters_of_the_model(model):
    assert set(Product().multipliers()) <= set(model.parameters)
    assert [n for n in Product().multipliers() if model.parameters[n].value != 1.0] == []


@pytest.mark.parametrize(
    "name, value",
    [
        ("source", "liver"),
        ("donor", "cousin"),
        ("viability", 2),
        ("viability", -0.1),
        ("viability", math.nan),
        ("passage", 0),
        ("passage", 21),
        ("potency", -1.0),
        ("potency", math.nan),
        ("potency", math.inf),
        ("cxcr4", -1.0),
        ("tracer", "Po210"),
        ("priming", 1.5),
        ("diameter", 90.0),
        ("cmet", math.inf),
        ("targeting", math.nan),
        ("tissue_factor", -1.0),
        ("tissue_factor", math.nan),
        ("tissue_factor", math.inf),
    ],
)
def test_refuses(name, value):
    with pytest.raises(InputError) as error:
        Product(**{name: value})
    assert error.value.where == f"product.{name}" and repr(value) in str(error.value)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_routes(name):
    route = ROUTES[name]
    assert route.name == name and 0 <= route.procedure_risk.value < 1 and route.highest_given.value >= 1e6
    assert route.highest_given.unit == "cell/kg"


def test_only_punctures_of_vessels_of_the_liver_have_a_risk_of_their_own():
    assert {n for n, r in ROUTES.items() if r.procedure_risk.value > 0} == set(ROUTES) - {"peripheral_vein"}
