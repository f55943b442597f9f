"""SBML document: units and compartments are defined once, where they are first used."""

import pytest

from hepatica.errors import HepaticaError
from hepatica.exchange.sbml_document import Document, check


def test_a_unit_and_a_compartment_are_defined_once():
    made = Document()
    first = made.parameter("a", 1.0, "mg/dL")
    made.parameter("b", None, "mg/dL")
    assert made.compartment("deciliter") == made.compartment("deciliter") and made.compartment("") == "body"
    assert made.sbml.getNumUnitDefinitions() == len(made.defined - {"dimensionless"}) - 2
    assert made.sbml.getNumCompartments() == 2 and first.getUnits() in made.defined
    assert made.extent("") == "" and made.extent("milligram") == made.extent("milligram")


def test_mathematics_that_cannot_be_read_is_an_error():
    made = Document()
    with pytest.raises(HepaticaError, match="could not read"):
        made.math(made.parameter("a", 1.0, ""), "<nonsense")
    with pytest.raises(HepaticaError, match="libSBML refused a part of the model"):
        made.ok(0, -4)


def test_errors_are_given_with_their_lines():
    assert check("<sbml/>")[0].startswith("line 2, Error 20101: ")
