"""SBML unit definitions: each multiplied out by hand."""

import re

from hepatica.exchange.units import amount_of, define
from hepatica.model.dimensions import measure

SI = {
    "gram": ("gram", 1.0),
    "litre": ("liter", 1.0),
    "mole": ("mole", 1.0),
    "second": ("second", 1.0),
    "pascal": ("pascal", 1.0),
    "metre": ("meter", 1.0),
    "item": ("cell", 1.0),
    "dimensionless": ("", 1.0),
}


def test_every_unit_means_what_it_means_in_the_model(model):
    """Multiplied out by hand; U apart, which stands for an amount of enzyme."""
    for item in (*model.states.values(), *model.quantities.values(), *model.parameters.values()):
        if re.search(r"\bU\b", item.unit):
            continue
        found = measure("")
        for f in define(item.unit).factors:
            kind = SI[f.kind][0]
            found = found * type(found)(measure(kind).scale * f.multiplier, measure(kind).dims) ** f.exponent
        assert found.same(measure(item.unit)), (item.name, item.unit, define(item.unit))


def test_a_concentration_is_an_amount_in_a_volume():
    assert amount_of("mg/dL") == ("milligram", "deciliter") and amount_of("cell") == ("cell", "")
