"""Structure of an assembled model: states, quantities, flows, events and parameters.

Names, units and labels are plain data. Symbolic expressions are given as formulas, functions without arguments, so
that a model restored from a cache has its expressions built only when something asks for them.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hepatica.model.parameters import GRADES, Parameter

Expr = Any  # a SymPy expression
Formula = Callable[[], Expr]


@dataclass(frozen=True)
class ConstantFormula:
    """Formula of an expression that is at hand; a class and no function, so that a model can be pickled."""

    expr: Expr

    def __call__(self) -> Expr:
        """Return the expression."""
        return self.expr


def formula_of(expr: Expr) -> Formula:
    """Formula of an expression that is at hand."""
    return ConstantFormula(expr)


@dataclass(frozen=True)
class State:
    """State variable: name, unit, initial value in health, and the scale of its absolute tolerance."""

    name: str
    unit: str
    label: str
    module: str
    initial: float | str
    scale: float
    dosed: bool = False


@dataclass(frozen=True)
class Quantity:
    """Algebraic variable, a function of states, parameters and earlier quantities; `uses` names these."""

    name: str
    unit: str
    label: str
    module: str
    uses: tuple[str, ...]
    formula: Formula = field(repr=False, compare=False)

    @property
    def expr(self) -> Expr:
        """Symbolic expression."""
        return self.formula()


@dataclass(frozen=True)
class Flow:
    """Flow per day out of one state and into another; a missing side is the outside world."""

    name: str
    out_of: str | None
    into: str | None
    module: str
    cite: str
    formula: Formula = field(repr=False, compare=False)

    @property
    def expr(self) -> Expr:
        """Symbolic expression, per day."""
        return self.formula()


@dataclass(frozen=True)
class Threshold:
    """Event at each crossing of a cumulative hazard by Exp(1) increments; it adds amounts to states."""

    name: str
    hazard: str
    module: str
    formula: Formula = field(repr=False, compare=False)

    @property
    def adds(self) -> tuple[tuple[str, Expr], ...]:
        """States and the symbolic amounts added to them."""
        return tuple(self.formula())


@dataclass(frozen=True)
class Model:
    """Assembled symbolic model, complete and checked.

    Attributes
    ----------
    modules : tuple of str
        Names of the modules, in the order of assembly.
    states, quantities, parameters : dict
        By name, in order; quantities are ordered so that each uses only earlier ones.
    flows, thresholds : tuple
        In the order of the modules.
    needs : dict of str to tuple of str
        Names that each module takes from others.
    constants : dict of str to float
        Quantities of modules that are switched off, and their constant values.
    """

    modules: tuple[str, ...]
    states: dict[str, State]
    quantities: dict[str, Quantity]
    parameters: dict[str, Parameter]
    flows: tuple[Flow, ...]
    thresholds: tuple[Threshold, ...]
    needs: dict[str, tuple[str, ...]]
    constants: dict[str, float]

    def rate_of(self, state: str) -> Expr:
        """Right-hand side of a state, as the sum of its flows, per day."""
        import sympy as sp

        return sp.Add(
            *[f.expr for f in self.flows if f.into == state], *[-f.expr for f in self.flows if f.out_of == state]
        )

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """Names of the hypotheses that some parameter distinguishes."""
        names = {name for p in self.parameters.values() for name in p.entry.under}
        return tuple(sorted(names))

    @functools.cached_property
    def hash(self) -> str:
        """Hash of equations, parameters and events, each by its own fields: no class name and no repr enters it."""
        from hepatica.model.functions import canonical

        fields = {
            "states": [[s.name, s.initial, s.scale, canonical(self.rate_of(s.name))] for s in self.states.values()],
            "quantities": [[q.name, canonical(q.expr)] for q in self.quantities.values()],
            "parameters": [[p.name, p.entry.fields()] for p in self.parameters.values()],
            "thresholds": [[t.name, t.hazard, [[s, canonical(e)] for s, e in t.adds]] for t in self.thresholds],
        }
        text = json.dumps(fields, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    def edges(self) -> list[tuple[str, str, str]]:
        """Dependencies (giving module, taking module, name)."""
        owner = {**{s: v.module for s, v in self.states.items()}, **{q: v.module for q, v in self.quantities.items()}}
        return [(owner[n], module, n) for module, names in self.needs.items() for n in names if n in owner]

    def summary(self) -> dict[str, Any]:
        """Counts, grades of evidence and problems, as ``hepatica model --check`` prints them."""
        grades = {g: sum(p.entry.grade == g for p in self.parameters.values()) for g in GRADES}
        unsourced = [p.name for p in self.parameters.values() if not (p.entry.cite or p.entry.reason)]
        return {
            "modules": list(self.modules),
            "states": len(self.states),
            "flows": len(self.flows),
            "parameters": len(self.parameters),
            "grades": grades,
            "constant": self.constants,
            "problems": [f"parameter '{n}' has neither a source nor a reason" for n in unsourced],
        }
