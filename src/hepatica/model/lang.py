"""The language of modules: states, flows, named quantities, needs and threshold events.

A module is a function of a `Draft`. It writes every equation once, as a flow or as a named quantity;
everything else (right-hand side, Jacobian, mass balance, diagram, LaTeX) is made from these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.parameters import Parameter, Table
from hepatica.model.structure import Expr, Flow, Quantity, State, Threshold, formula_of

__all__ = ["Draft", "Expr", "Module"]


@dataclass
class Draft:
    """Draft of a model that one module writes its equations into.

    Parameters
    ----------
    module : str
        Name of the module.
    table : Table
        Its parameter table.
    """

    module: str
    table: Table
    states: dict[str, State] = field(default_factory=dict)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)
    used: dict[str, Parameter] = field(default_factory=dict)

    def state(self, name: str, unit: str, label: str, *, dosed: bool = False) -> sp.Symbol:
        """Declare a state; its start in health and its scale stand in the table as [state.name]."""
        self._fresh(name)
        row = self.table.states.get(name)
        if row is None:
            raise ModelError(
                f"module '{self.module}' has state '{name}', which {self.module}.toml lacks; "
                f"add [state.{name}] with initial and scale"
            )
        self.states[name] = State(name, unit, label, self.module, row.initial, row.scale, dosed)
        return sp.Symbol(name, real=True)

    def needs(self, name: str, unit: str) -> sp.Symbol:
        """Take a quantity or a state that another module gives."""
        if self.needed.setdefault(name, unit) != unit:
            raise ModelError(f"module '{self.module}' needs '{name}' in two units")
        return sp.Symbol(name, real=True)

    def pars(self, names: str) -> tuple[sp.Symbol, ...]:
        """Take parameters of the module's own table by name."""
        for name in names.split():
            if name not in self.table.parameters:
                raise ModelError(
                    f"module '{self.module}' uses '{name}', which {self.module}.toml lacks; "
                    f"add [{name}] with value, unit and cite"
                )
            self.used[name] = self.table.parameters[name]
        return tuple(sp.Symbol(name, real=True) for name in names.split())

    def let(self, name: str, expr: Expr, unit: str, label: str) -> sp.Symbol:
        """Name an algebraic quantity; other modules may need it, and it can be an output."""
        self._fresh(name)
        made = sp.sympify(expr)
        uses = tuple(sorted(s.name for s in made.free_symbols))
        self.quantities[name] = Quantity(name, unit, label, self.module, uses, formula_of(made))
        return sp.Symbol(name, real=True)

    def flow(
        self, name: str, expr: Expr, *, out_of: sp.Symbol | None = None, into: sp.Symbol | None = None, cite: str = ""
    ) -> None:
        """Declare what passes per day; at least one side must be a state."""
        if name in self.flows or (out_of is None and into is None):
            raise ModelError(f"module '{self.module}': flow '{name}' is double or has neither origin nor end")
        self.flows[name] = Flow(
            name, out_of and out_of.name, into and into.name, self.module, cite, formula_of(sp.sympify(expr))
        )

    def threshold(self, name: str, hazard: sp.Symbol, adds: dict[sp.Symbol, Expr]) -> None:
        """Declare an event at each crossing of a cumulative hazard; thresholds are shared by arms."""
        amounts = tuple((s.name, sp.sympify(e)) for s, e in adds.items())
        self.thresholds[name] = Threshold(name, hazard.name, self.module, formula_of(amounts))

    def _fresh(self, name: str) -> None:
        if name in self.states or name in self.quantities:
            raise ModelError(f"module '{self.module}' declares '{name}' twice")


Module = Callable[[Draft], None]
