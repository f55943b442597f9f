"""The assembled model with one simulation as SBML Level 3 Version 2.

States are species, flows are reactions, named quantities are assignment rules, what is given is events. SBML takes
amounts, masses and counts for species: a concentration is therefore an amount in a compartment of one unit of volume,
and a conversion factor of one unit takes each species to the extent of its reactions, which is a plain number. All
of these factors are 1, so that every figure reads as in the model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine.problem import BOLUS
from hepatica.errors import HepaticaError, InputError
from hepatica.exchange import mathml as ml
from hepatica.exchange.units import amount_of, define
from hepatica.model.assemble import Model, in_health
from hepatica.model.lang import Flow

Floats = NDArray[np.float64]
Given = tuple[float, str, float, int]


@dataclass(frozen=True)
class Run:
    """One simulation of a model: who, from where, with what.

    Parameters
    ----------
    parameters : mapping of str to float, optional
        In internal units; what is left out is typical.
    initial : mapping of str to float, optional
        States at `start`; what is left out is as in health.
    given : sequence of (time, state, amount, kind)
        Dose events as `therapy.Regimen.events` and `engine.Events` have them: a bolus, or a change of rate per day.
    crossings : mapping of str to sequence of float
        Times, day, at which threshold events happen, by the event's name.
    start, end : float, day
    title : str

    Examples
    --------
    >>> Run(given=((0.0, "cells_venous", 1e8, 0),), title="one bolus").end
    180.0
    """

    parameters: Mapping[str, float] = field(default_factory=dict)
    initial: Mapping[str, float] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    crossings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    start: float = 0.0
    end: float = 180.0
    title: str = "typical healthy person, no dose"


def to_sbml(model: Model, run: Run | None = None) -> str:
    """Write a model and one simulation of it as SBML.

    Returns
    -------
    str
        The document, the same to the byte for the same input.

    Raises
    ------
    InputError
        If the run names a parameter, a state or an event that the model lacks.
    HepaticaError
        If python-libsbml is missing.

    References
    ----------
    Hucka et al. 2019, doi:10.1515/jib-2019-0021 (SBML Level 3 Version 2 Core, Release 2).

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> "reaction" in to_sbml(assemble(MODULES))
    True
    """
    writer = _Writer(model, run or Run())
    return writer.write()


def library() -> Any:
    """python-libsbml, or a sentence on how to get it."""
    try:
        import libsbml
    except ImportError as error:
        raise HepaticaError("SBML needs python-libsbml, which is not installed; run `pip install 'hepatica[sbml]'`") from error
    return libsbml


def check(text: str) -> list[str]:
    """What libSBML finds wrong, unit consistency included; nothing if the document is clean."""
    document = library().readSBMLFromString(text)
    document.checkConsistency()
    found = (document.getError(i) for i in range(document.getNumErrors()))
    return [f"line {e.getLine()}, {e.getSeverityAsString()} {e.getErrorId()}: {' '.join(e.getMessage().split())}" for e in found]


class _Writer:
    """Builds one document."""

    def __init__(self, model: Model, run: Run) -> None:
        self.sb = library()
        self.model, self.run = model, run
        self._check_run()
        self.document = self.sb.SBMLDocument(3, 2)
        self.sbml = self.document.createModel()
        self.units: set[str] = set()
        self.compartments: set[str] = set()
        self.extents: dict[str, str] = {}

    def _check_run(self) -> None:
        for where, given, known in (
                ("parameters", self.run.parameters, self.model.parameters), ("initial", self.run.initial, self.model.states),
                ("given", [row[1] for row in self.run.given], self.model.states),
                ("crossings", self.run.crossings, [t.name for t in self.model.thresholds])):
            for name in given:
                if name not in known:
                    raise InputError(where, name, "a name that `hepatica model` lists")

    def write(self) -> str:
        self._head()
        self._parameters()
        self._states()
        self._quantities()
        self._flows()
        self._events()
        return str(self.sb.writeSBMLToString(self.document))

    # pieces

    def ok(self, code: int) -> None:
        if code != self.sb.LIBSBML_OPERATION_SUCCESS:
            raise HepaticaError(f"libSBML refused a part of the model: {self.sb.OperationReturnValue_toString(code)}")

    def math(self, element: Any, text: str) -> None:
        """Give an element its mathematics, written as MathML."""
        node = self.sb.readMathMLFromString(text)
        if node is None:
            raise HepaticaError(f"libSBML could not read {text}")
        self.ok(element.setMath(node))

    def unit(self, text: str) -> str:
        """Id of a unit, defined where it is first used."""
        found = define(text)
        if found.id == "dimensionless":
            return found.id
        if found.id not in self.units:
            self.units.add(found.id)
            definition = self.sbml.createUnitDefinition()
            self.ok(definition.setId(found.id))
            self.ok(definition.setName(found.name))
            for factor in found.factors:
                part = definition.createUnit()
                part.setKind(self.sb.UnitKind_forName(factor.kind))
                part.setExponent(factor.exponent)
                part.setScale(0)
                part.setMultiplier(factor.multiplier)
        return found.id

    def parameter(self, name: str, value: float | None, unit: str, label: str, *, constant: bool = True) -> Any:
        made = self.sbml.createParameter()
        self.ok(made.setId(name))
        self.ok(made.setConstant(constant))
        self.ok(made.setUnits(self.unit(unit)))
        if value is not None:
            self.ok(made.setValue(float(value)))
        return made

    def compartment(self, per: str) -> str:
        """A compartment of one unit of what a state is per: a litre of plasma, or the body."""
        name = f"one_{define(per).id}" if per else "body"
        if name not in self.compartments:
            self.compartments.add(name)
            made = self.sbml.createCompartment()
            self.ok(made.setId(name))
            self.ok(made.setName(f"one {per}, for what is stated per {per}" if per else "the body, for what is stated in all"))
            self.ok(made.setConstant(True))
            self.ok(made.setSpatialDimensions(3))
            self.ok(made.setSize(1.0))
            self.ok(made.setUnits(self.unit(per)))
        return name

    def extent(self, amount: str) -> str:
        """The conversion factor of species of one unit; none where the unit is a plain number."""
        if not amount:
            return ""
        name = f"one_{define(amount).id}_of_extent"
        if name not in self.extents:
            self.extents[name] = amount
            self.parameter(name, 1.0, amount, f"one {amount} for each unit of a reaction's extent")
        return name

    # parts of the document

    def _head(self) -> None:
        m = self.sbml
        self.ok(m.setId("hepatica"))
        self.ok(m.setName(f"Hepatica {__version__}: {self.run.title}"))
        self.ok(m.setTimeUnits(self.unit("day")))
        self.ok(m.setExtentUnits("dimensionless"))
        self.ok(m.setSubstanceUnits("dimensionless"))
        for setter, text in ((m.setVolumeUnits, "L"), (m.setAreaUnits, "m**2"), (m.setLengthUnits, "m")):
            self.ok(setter(self.unit(text)))

    def _parameters(self) -> None:
        for p in self.model.parameters.values():
            self.parameter(p.name, self.run.parameters.get(p.name, p.value), p.unit, p.entry.label)

    def _states(self) -> None:
        health = in_health(self.model) if len(self.run.initial) < len(self.model.states) else {}
        for s in self.model.states.values():
            amount, per = amount_of(s.unit)
            made = self.sbml.createSpecies()
            self.ok(made.setId(s.name))
            self.ok(made.setCompartment(self.compartment(per)))
            self.ok(made.setSubstanceUnits(self.unit(amount)))
            self.ok(made.setHasOnlySubstanceUnits(not per))
            self.ok(made.setBoundaryCondition(False))
            self.ok(made.setConstant(False))
            value = float(self.run.initial[s.name] if s.name in self.run.initial else health[s.name])
            self.ok(made.setInitialConcentration(value) if per else made.setInitialAmount(value))
            if extent := self.extent(amount):
                self.ok(made.setConversionFactor(extent))

    def _quantities(self) -> None:
        for q in self.model.quantities.values():
            if q.expr.is_Number:
                self.parameter(q.name, float(q.expr), q.unit, q.label)
                continue
            self.parameter(q.name, None, q.unit, q.label, constant=False)
            rule = self.sbml.createAssignmentRule()
            self.ok(rule.setVariable(q.name))
            self.math(rule, ml.math(q.expr))

    def _flows(self) -> None:
        times = Counter(f.name for f in self.model.flows)
        for f in self.model.flows:
            self._reaction(f"flow_{f.name}" if times[f.name] == 1 else f"flow_{f.module}_{f.name}", f)

    def _reaction(self, name: str, flow: Flow, label: str = "") -> Any:
        made = self.sbml.createReaction()
        self.ok(made.setId(name))
        self.ok(made.setName(label or flow.name.replace("_", " ")))
        self.ok(made.setReversible(True))  # some flows are net ones
        for state, create in ((flow.out_of, made.createReactant), (flow.into, made.createProduct)):
            if state is not None:
                reference = create()
                self.ok(reference.setSpecies(state))
                self.ok(reference.setStoichiometry(1.0))
                self.ok(reference.setConstant(True))
        for symbol in sorted(s.name for s in flow.expr.free_symbols):
            if symbol in self.model.states and symbol not in (flow.out_of, flow.into):
                self.ok(made.createModifier().setSpecies(symbol))
        amount, per = amount_of(self.model.states[flow.into or flow.out_of or ""].unit)
        law = ml.content(flow.expr)
        if per:
            law = ml.apply("times", law, ml.name(self.compartment(per)))
        if amount:
            law = ml.apply("divide", law, ml.name(self.extent(amount)))
        self.math(made.createKineticLaw(), f"{ml.OPEN}{law}</math>")
        return made

    # events

    def _events(self) -> None:
        import sympy as sp

        rows = sorted(self.run.given, key=lambda r: (r[0], r[3]))
        doses = _Doses(rows)
        for state in doses.infused:
            unit = self.model.states[state].unit
            self.parameter(f"infusion_{state}", 0.0, f"({unit or '1'})/day" if unit else "1/day",
                           f"what is being infused into {state} at the moment", constant=False)
            flow = Flow(f"infusion_{state}", sp.Symbol(f"infusion_{state}"), None, state, "regimen")
            self._reaction(f"flow_infusion_{state}", flow, f"infusion into {state}")
        for name, (state, size, kind) in doses.sizes.items():
            unit = self.model.states[state].unit
            if kind != BOLUS:
                unit = f"({unit})/day" if unit else "1/day"
            self.parameter(name, size, unit, f"{'dose' if kind == BOLUS else 'rate of infusion'} into {state}")
        for k, (time, changes) in enumerate(doses.events, 1):
            self._event(f"given_{k}", time, {
                target: ml.apply("plus", ml.name(target), *(ml.name(p) for p in plus)) if plus else None
                for target, (plus, _) in changes.items()}, changes)
        self._crossings()

    def _crossings(self) -> None:
        for t in self.model.thresholds:
            for k, time in enumerate(self.run.crossings.get(t.name, ()), 1):
                adds = {state: ml.apply("plus", ml.name(state), ml.content(expr)) for state, expr in t.adds}
                self._event(f"{t.name}_{k}", time, adds, {})

    def _event(self, name: str, time: float, values: dict[str, str | None], changes: dict[str, tuple[list[str], list[str]]]) -> None:
        if not (math.isfinite(time) and time >= self.run.start):
            raise InputError("time of an event", time, f"a time of at least {self.run.start:g} d")
        self.parameter(f"{name}_time", time, "day", f"time of {name.replace('_', ' ')}")
        made = self.sbml.createEvent()
        self.ok(made.setId(name))
        self.ok(made.setName(name.replace("_", " ")))
        self.ok(made.setUseValuesFromTriggerTime(True))
        trigger = made.createTrigger()
        self.ok(trigger.setInitialValue(False))
        self.ok(trigger.setPersistent(True))
        now = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'
        self.math(trigger, f"{ml.OPEN}{ml.apply('geq', now, ml.name(f'{name}_time'))}</math>")
        for target, value in values.items():
            plus, minus = changes.get(target, ([], []))
            if target.startswith("infusion_"):
                value = self._level(target, plus, minus)
            assignment = made.createEventAssignment()
            self.ok(assignment.setVariable(target))
            self.math(assignment, f"{ml.OPEN}{value}</math>")

    def _level(self, target: str, running: list[str], _: list[str]) -> str:
        """The rate from now on: the sum of all infusions that run, exactly zero when none does."""
        if not running:
            unit = self.model.states[target.removeprefix("infusion_")].unit
            return ml.number(0, self.unit(f"({unit})/day" if unit else "1/day"))
        return ml.name(running[0]) if len(running) == 1 else ml.apply("plus", *(ml.name(r) for r in running))


class _Doses:
    """Dose events with names: sizes as parameters, and what each time sets."""

    def __init__(self, rows: Iterable[Given]) -> None:
        self.sizes: dict[str, tuple[str, float, int]] = {}
        self.events: list[tuple[float, dict[str, tuple[list[str], list[str]]]]] = []
        self.infused: list[str] = []
        running: dict[str, list[str]] = {}
        for time, state, amount, kind in rows:
            if not self.events or self.events[-1][0] != time:
                self.events.append((time, {}))
            changes = self.events[-1][1]
            if kind == BOLUS:
                name = self._name("dose", state, amount, kind)
                changes.setdefault(state, ([], []))[0].append(name)
                continue
            if state not in self.infused:
                self.infused.append(state)
            open_ = running.setdefault(state, [])
            ended = next((n for n in open_ if self.sizes[n][1] == -amount), None)
            if ended is not None:
                open_.remove(ended)
            else:
                open_.append(self._name("rate", state, amount, kind))
            changes[f"infusion_{state}"] = (list(open_), [])

    def _name(self, word: str, state: str, amount: float, kind: int) -> str:
        name = f"{word}_{sum(n.startswith(word) for n in self.sizes) + 1}"
        self.sizes[name] = (state, amount, kind)
        return name
