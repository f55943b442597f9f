"""The product: what its source, passage and handling multiply, and what is refused."""

import math

import pytest

from hepatica.errors import InputError
from hepatica.therapy import SOURCES, TRACERS, Product
from hepatica.therapy.product import HANDLING


def test_low_passage_bone_marrow_is_the_reference():
    found = Product(passage=1).multipliers()
    assert {v for k, v in found.items() if k != "source_vegf"} == {1.0}  # the rate of VEGF is that of adipose cells


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_source_multiplies_what_its_table_says(source):
    m = Product(source=source).multipliers()
    table = SOURCES[source].factors
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
        ("targeting", 1e308),
        ("targeting", 1000.1),
        ("cxcr4", 1000.1),
        ("cmet", 1000.1),
        ("tissue_factor", 1000.1),
        ("potency", 1e300),
        ("potency", 100.1),
        ("viability", 1.01),
        ("priming", -0.1),
        ("diameter", 4.9),
        ("diameter", 50.1),
        ("potency", "strong"),
        ("viability", True),
    ],
)
def test_refuses(name, value):
    with pytest.raises(InputError) as error:
        Product(**{name: value})
    assert error.value.where == f"product.{name}" and repr(value) in str(error.value)


@pytest.mark.parametrize(
    "name, ends",
    [
        ("viability", (0.0, 1.0)),
        ("passage", (1, 20)),
        ("priming", (0.0, 1.0)),
        ("diameter", (5.0, 50.0)),
        ("potency", (0.0, 100.0)),
        ("cxcr4", (0.0, 1000.0)),
        ("cmet", (0.0, 1000.0)),
        ("targeting", (0.0, 1000.0)),
        ("carrier", (0.01, 100.0)),
        ("tissue_factor", (0.0, 1000.0)),
    ],
)
def test_the_bounds_themselves_are_allowed(name, ends):
    for value in ends:
        assert getattr(Product(**{name: value}), name) == value


def test_own_cells_are_recognised_less():
    assert Product(donor="autologous").multipliers()["nk_recognition"] == HANDLING["autologous_recognition"].value
    assert Product(donor="allogeneic").multipliers()["nk_recognition"] == 1.0


def test_potency_falls_with_each_passage_after_the_low_ones():
    low, fall = int(HANDLING["low_passage"].value), HANDLING["potency_per_passage"].value
    found = [Product(passage=p, potency=2.0).multipliers()["potency"] for p in (low, low + 1, low + 3)]
    assert found == pytest.approx([2.0, 2.0 * fall, 2.0 * fall**3])


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_has_labels_and_aliases(name):
    source = SOURCES[name]
    assert source.name == name and set(source.label) == {"en", "zh"} and all(source.label.values())
    assert source.aliases and all(a == a.lower() for a in source.aliases)
