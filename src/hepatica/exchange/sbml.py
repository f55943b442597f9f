"""The assembled model with one simulation as SBML Level 3 Version 2.

States are species, flows are reactions, named quantities are assignment rules, what is given is events. SBML takes
amounts, masses and counts for species: a concentration is therefore an amount in a compartment of one unit of volume,
and a conversion factor of one unit takes each species to the extent of its reactions, which is a plain number. All
of these factors are 1, so that every figure reads as in the model.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import sympy as sp

from hepatica import __version__
from hepatica.engine.problem import BOLUS
from hepatica.errors import InputError
from hepatica.exchange import mathml as ml
from hepatica.exchange import sources
from hepatica.exchange.run import Run
from hepatica.exchange.sbml_document import Document
from hepatica.exchange.schedule import Moment, crossed, schedule
from hepatica.exchange.units import amount_of
from hepatica.model.assemble import in_health
from hepatica.model.structure import Flow, Model, formula_of

ABOUT = (
    "For research use; not for the care of patients. A mechanistic model of liver failure treated with mesenchymal "
    "stromal cells, written by Hepatica {version}; states, parameters and quantities are spelt as there. Time "
    "is in days. "
    "Concentrations are amounts in compartments of one unit of volume; conversion factors are 1 and carry units only. "
    "A unit of enzyme activity (U) is counted as an amount of enzyme."
)


def to_sbml(model: Model, run: Run | None = None) -> str:
    """Write a model and one simulation of it as SBML.

    Returns
    -------
    str
        The document, the same to the byte for the same input.

    Raises
    ------
    InputError
        If the run names a parameter, a state or an event that the model lacks, or a time before its start.
    HepaticaError
        If python-libsbml is missing.

    References
    ----------
    Keating et al. 2020, doi:10.15252/msb.20199110 (SBML Level 3).

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> "reaction" in to_sbml(assemble(MODULES))
    True
    """
    return _Writer(model, run or Run()).write()


def write_sbml(path: Path, model: Model, run: Run) -> None:
    """Write a model and one simulation of it as an SBML file."""
    path.write_bytes(to_sbml(model, run).encode("utf-8"))


class _Writer(Document):
    """Writer of one SBML document."""

    def __init__(self, model: Model, run: Run) -> None:
        for where, given, known in (
            ("parameters", run.parameters, model.parameters),
            ("initial", run.initial, model.states),
            ("given", [row[1] for row in run.given], model.states),
            ("crossings", run.crossings, [t.name for t in model.thresholds]),
        ):
            for name in given:
                if name not in known:
                    raise InputError(where, name, "a name that `hepatica model` lists")
        super().__init__()
        self.model, self.run = model, run

    def write(self) -> str:
        self._head()
        for p in self.model.parameters.values():
            self._row(p)
        self._states()
        self._quantities()
        times = Counter(f.name for f in self.model.flows)
        for f in self.model.flows:
            made = self._reaction(f"flow_{f.name}" if times[f.name] == 1 else f"flow_{f.module}_{f.name}", f)
            sources.notes(
                made, (("", f.name.replace("_", " ")), ("module", f.module), ("sources", sources.works(f.cite)))
            )
            sources.row(made, module=f.module, flow=f.name, cite=f.cite)
            sources.described_by(self.sb, made, f.cite)
        self._given()
        return str(self.sb.writeSBMLToString(self.document))

    # parts of the document

    def _head(self) -> None:
        m = self.sbml
        self.ok(
            m.setId("hepatica"),
            m.setName(f"Hepatica: {self.run.title}"),
            m.setTimeUnits(self.unit("day")),
            m.setExtentUnits("dimensionless"),
            m.setSubstanceUnits("dimensionless"),
            m.setVolumeUnits(self.unit("L")),
            m.setAreaUnits(self.unit("m*m")),
            m.setLengthUnits(self.unit("m")),
        )
        sources.notes(
            m,
            (
                ("", ABOUT.format(version=__version__)),
                ("simulation", self.run.title),
                ("modules", ", ".join(self.model.modules)),
                ("hash of the model", self.model.hash),
            ),
        )
        sources.row(m, version=__version__, hash=self.model.hash, purpose="for research use")
        sources.refer(self.sb, m, self.sb.BQB_HAS_TAXON, [sources.HUMAN])
        sources.refer(self.sb, m, self.sb.BQB_OCCURS_IN, [sources.LIVER])

    def _row(self, p: Any) -> None:
        made, e = self.parameter(p.name, self.run.parameters.get(p.name, p.value), p.unit), p.entry
        sources.notes(
            made,
            (
                ("", e.label),
                ("module", p.module),
                ("grade", e.grade),
                ("source", e.cite),
                ("reason", e.reason),
                ("note", e.note),
                ("works", sources.works(e.cite)),
            ),
        )
        sources.row(made, module=p.module, grade=e.grade, cite=e.cite)
        sources.described_by(self.sb, made, e.cite)

    def _labelled(self, made: Any, item: Any) -> None:
        sources.notes(made, (("", item.label), ("module", item.module)))
        sources.row(made, module=item.module)

    def _states(self) -> None:
        health = in_health(self.model) if len(self.run.initial) < len(self.model.states) else {}
        for s in self.model.states.values():
            amount, volume = amount_of(s.unit)
            made = self.sbml.createSpecies()
            value = float(self.run.initial[s.name] if s.name in self.run.initial else health[s.name])
            self.ok(
                made.setId(s.name),
                made.setCompartment(self.compartment(volume)),
                made.setSubstanceUnits(self.unit(amount)),
                made.setHasOnlySubstanceUnits(not volume),
                made.setBoundaryCondition(False),
                made.setConstant(False),
                made.setInitialConcentration(value) if volume else made.setInitialAmount(value),
            )
            if extent := self.extent(amount):
                self.ok(made.setConversionFactor(extent))
            self._labelled(made, s)

    def _quantities(self) -> None:
        for q in self.model.quantities.values():
            if q.expr.is_Number:  # held constant: its module is switched off
                self._labelled(self.parameter(q.name, float(q.expr), q.unit), q)
                continue
            self._labelled(self.parameter(q.name, None, q.unit, constant=False), q)
            rule = self.sbml.createAssignmentRule()
            self.ok(rule.setVariable(q.name))
            self.math(rule, ml.content(q.expr))

    def _reaction(self, name: str, flow: Flow) -> Any:
        made = self.sbml.createReaction()
        self.ok(made.setId(name), made.setReversible(True))  # some flows are net ones
        for state, create in ((flow.out_of, made.createReactant), (flow.into, made.createProduct)):
            if state is not None:
                reference = create()
                self.ok(reference.setSpecies(state), reference.setStoichiometry(1.0), reference.setConstant(True))
        for symbol in sorted(s.name for s in flow.expr.free_symbols):
            if symbol in self.model.states and symbol not in (flow.out_of, flow.into):
                self.ok(made.createModifier().setSpecies(symbol))
        amount, volume = amount_of(self.model.states[flow.into or flow.out_of or ""].unit)
        law = ml.content(flow.expr)
        if volume:
            law = ml.apply("times", law, ml.name(self.compartment(volume)))
        if amount:
            law = ml.apply("divide", law, ml.name(self.extent(amount)))
        self.math(made.createKineticLaw(), law)
        return made

    # what is given, and what happens

    def _rate_unit(self, state: str) -> str:
        unit = self.model.states[state].unit
        return f"{unit or 1}/day"

    def _given(self) -> None:
        plan = schedule(self.run.given)
        for state in plan.infused:
            name = f"infusion_{state}"
            sources.notes(
                self.parameter(name, 0.0, self._rate_unit(state), constant=False),
                (("", f"what is being infused into {state} per day, now"),),
            )
            made = self._reaction(f"flow_{name}", Flow(name, None, state, "regimen", "", formula_of(sp.Symbol(name))))
            sources.notes(made, (("", f"infusion into {state}"),))
        for size in plan.sizes:
            if size.kind == BOLUS:
                unit, what = self.model.states[size.state].unit, "dose"
            else:
                unit, what = self._rate_unit(size.state), "rate of an infusion"
            sources.notes(self.parameter(size.name, size.value, unit), (("", f"{what} into {size.state}"),))
        for moment in (*plan.moments, *crossed(self.model.thresholds, self.run.crossings)):
            self._event(moment)

    def _event(self, moment: Moment) -> None:
        if not (math.isfinite(moment.time) and moment.time >= self.run.start):
            raise InputError(moment.name, moment.time, f"a time, in days, of at least {self.run.start:g}")
        self.parameter(f"{moment.name}_time", moment.time, "day")
        made = self.sbml.createEvent()
        self.ok(made.setId(moment.name), made.setUseValuesFromTriggerTime(True))
        trigger = made.createTrigger()
        self.ok(trigger.setInitialValue(False), trigger.setPersistent(True))  # so that it happens at the start too
        self.math(trigger, ml.apply("geq", ml.TIME, ml.name(f"{moment.name}_time")))
        for state, terms in moment.adds.items():
            added = [ml.name(t) if isinstance(t, str) else ml.content(t) for t in terms]
            self._assign(made, state, ml.apply("plus", ml.name(state), *added))
        for state, running in moment.rates.items():
            zero = ml.number(0, self.unit(self._rate_unit(state)))  # exactly, where none is left
            self._assign(made, f"infusion_{state}", ml.apply("plus", *map(ml.name, running)) if running else zero)

    def _assign(self, event: Any, target: str, text: str) -> None:
        made = event.createEventAssignment()
        self.ok(made.setVariable(target))
        self.math(made, text)
