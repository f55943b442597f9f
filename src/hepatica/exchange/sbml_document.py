"""SBML document under construction: its units, parameters, compartments and mathematics, through libSBML."""

from __future__ import annotations

from typing import Any

from hepatica.errors import HepaticaError
from hepatica.exchange import mathml as ml
from hepatica.exchange import sources
from hepatica.exchange.units import define


def library() -> Any:
    """Module libsbml, or an error that says how to install it."""
    try:
        import libsbml
    except ImportError as error:
        raise HepaticaError(
            "SBML needs python-libsbml, which is not installed; run `pip install 'hepatica[sbml]'`"
        ) from error
    return libsbml


def check(text: str) -> list[str]:
    """Errors and warnings of libSBML's validation, unit consistency included; empty if the document is clean."""
    document = library().readSBMLFromString(text)
    document.checkConsistency()
    errors = (document.getError(i) for i in range(document.getNumErrors()))
    return [
        f"line {e.getLine()}, {e.getSeverityAsString()} {e.getErrorId()}: {' '.join(e.getMessage().split())}"
        for e in errors
    ]


class Document:
    """SBML Level 3 Version 2 document with one model; units and compartments are defined where they are first used."""

    def __init__(self) -> None:
        self.sb = library()
        self.document = self.sb.SBMLDocument(3, 2)
        self.sbml = self.document.createModel()
        self.defined: set[str] = {"dimensionless"}

    def ok(self, *codes: int) -> None:
        """Raise HepaticaError unless libSBML took what it was given."""
        for code in codes:
            if code != self.sb.LIBSBML_OPERATION_SUCCESS:
                raise HepaticaError(
                    f"libSBML refused a part of the model: {self.sb.OperationReturnValue_toString(code)}"
                )

    def math(self, element: Any, text: str) -> None:
        """Give an element its mathematics, printed by `mathml`."""
        node = self.sb.readMathMLFromString(f"{ml.OPEN}{text}</math>")
        if node is None:
            raise HepaticaError(f"libSBML could not read {text}")
        self.ok(element.setMath(node))

    def unit(self, text: str) -> str:
        """Id of a unit, defined where it is first used."""
        unit = define(text)
        if unit.id not in self.defined:
            self.defined.add(unit.id)
            definition = self.sbml.createUnitDefinition()
            self.ok(definition.setId(unit.id), definition.setName(unit.name))
            for factor in unit.factors:
                part = definition.createUnit()
                self.ok(
                    part.setKind(self.sb.UnitKind_forName(factor.kind)),
                    part.setExponent(factor.exponent),
                    part.setScale(0),
                    part.setMultiplier(factor.multiplier),
                )
        return unit.id

    def parameter(self, name: str, value: float | None, unit: str, *, constant: bool = True) -> Any:
        """Parameter with its unit, and a value if it has one."""
        made = self.sbml.createParameter()
        self.ok(made.setId(name), made.setConstant(constant), made.setUnits(self.unit(unit)))
        if value is not None:
            self.ok(made.setValue(float(value)))
        return made

    def compartment(self, volume: str) -> str:
        """A compartment of one unit of volume for concentrations; the body for what is stated in all."""
        name = f"one_{define(volume).id}" if volume else "body"
        if name not in self.defined:
            self.defined.add(name)
            made = self.sbml.createCompartment()
            self.ok(
                made.setId(name),
                made.setConstant(True),
                made.setSpatialDimensions(3),
                made.setSize(1.0),
                made.setUnits(self.unit(volume)),
            )
        return name

    def extent(self, amount: str) -> str:
        """The conversion factor of species of one unit; none where the unit is a plain number."""
        if not amount:
            return ""
        name = f"one_{define(amount).id}_of_extent"
        if name not in self.defined:
            self.defined.add(name)
            sources.notes(
                self.parameter(name, 1.0, amount), (("", f"one {amount} for each unit of a reaction's extent"),)
            )
        return name
