"""Code generation: assignments of a symbolic model, and Python of them for the reference engine.

Derivatives go through the named quantities by the chain rule, never through their expansion; what
depends on parameters alone is computed once per patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from hepatica.model.function_source import PYTHON_SOURCE
from hepatica.model.structure import Model

Expr = Any


class Printer(StrPrinter):  # type: ignore[misc]
    """Expressions that read alike in C and Python."""

    def _print_Integer(self, expr: Expr) -> str:
        return f"{int(expr)}.0"

    def _print_Rational(self, expr: Expr) -> str:
        return repr(float(expr))

    def _print_Float(self, expr: Expr) -> str:
        return repr(float(expr))

    def _print_Add(self, expr: Expr, order: Any = None) -> str:
        return "(" + " + ".join(self._print(a) for a in sorted(expr.args, key=sp.default_sort_key)) + ")"

    def _print_Mul(self, expr: Expr) -> str:
        over, under = [], []
        for arg in sorted(expr.args, key=sp.default_sort_key):
            if arg.is_Pow and arg.exp.is_Number and arg.exp < 0:
                under.append(self._print(sp.Pow(arg.base, -arg.exp)))
            else:
                over.append(self._print(arg))
        top = "*".join(over) or "1.0"
        return f"({top})" if not under else f"({top}/({'*'.join(under)}))"

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:
        base, power = self._print(expr.base), expr.exp
        if power == sp.Rational(1, 2):
            return f"sqrt({base})"
        if power.is_Integer and 1 <= abs(int(power)) <= 4:
            product = "*".join([base] * abs(int(power)))
            return f"({product})" if power > 0 else f"(1.0/({product}))"
        return f"power({base}, {self._print(power)})"

    def _print_Function(self, expr: Expr) -> str:
        return f"{expr.func.__name__}({', '.join(self._print(a) for a in expr.args)})"


Assignments = list[tuple[str, str]]


@dataclass(frozen=True)
class Lines:
    """Assignments (target, expression) in order; targets that are not array elements are local.

    `jacobian` holds total derivatives of rates by states, by the chain rule, at the places of `pattern`.
    """

    prepare: Assignments
    rates: Assignments
    jacobian: Assignments
    outputs: Assignments
    jumps: list[Assignments]
    n_constants: int
    pattern: list[tuple[int, int]]


class Writer:
    """Turns model expressions into printed ones, moving constants of a patient into c[]."""

    printer: type[Printer] = Printer

    def __init__(self, model: Model) -> None:
        self.model = model
        self.print = self.printer().doprint
        self.names: dict[str, str] = {s: f"y[{i}]" for i, s in enumerate(model.states)}
        self.names |= {p: f"p[{i}]" for i, p in enumerate(model.parameters)}
        self.symbols = {s: sp.Symbol(s, real=True) for s in (*model.states, *model.parameters, *model.quantities)}
        self.constants: dict[Expr, str] = {}
        self.prepare: Assignments = []
        self.moving = {self.symbols[s] for s in model.states}
        self.memo: dict[Expr, Expr] = {}
        self.quantities: dict[str, Expr] = {}
        for name, quantity in model.quantities.items():  # constants of a patient first
            if not quantity.expr.free_symbols & self.moving:
                slot = f"c[{len(self.constants)}]"
                self.constants[sp.Dummy(name)] = slot
                self.prepare.append((slot, self.text(quantity.expr)))
                self.names[name] = slot
            else:
                self.moving.add(self.symbols[name])
                self.names[name] = f"q_{name}"
                self.quantities[name] = quantity.expr
        self.hoisted = {name: self.hoist(expr) for name, expr in self.quantities.items()}
        self.rates = {s: self.hoist(model.rate_of(s)) for s in model.states}
        self.needed = _needed(self.quantities, [model.rate_of(s) for s in model.states])

    def constant(self, expr: Expr) -> Expr:
        """Symbol of a patient's constant, computed once."""
        if expr.is_Symbol or not expr.free_symbols:
            return expr
        if expr not in self.constants:
            slot = f"c[{len(self.constants)}]"
            self.constants[expr] = slot
            self.prepare.append((slot, self.text(expr)))
        return sp.Symbol(self.constants[expr])

    def hoist(self, expr: Expr) -> Expr:
        """Replace maximal parts that depend on parameters alone."""
        return self._hoist(self.form(expr))

    def form(self, expr: Expr) -> Expr:
        """The form in which an expression is printed; here as it is."""
        return expr

    def _hoist(self, expr: Expr) -> Expr:
        if expr in self.memo:
            return self.memo[expr]
        if not expr.free_symbols & self.moving:
            result = self.constant(expr)
        elif expr.is_Add or expr.is_Mul:
            constants = [a for a in expr.args if not a.free_symbols & self.moving]
            moved = [self._hoist(a) for a in expr.args if a.free_symbols & self.moving]
            result = expr.func(*moved, *([self.constant(expr.func(*constants))] if constants else []))
        else:
            result = expr.func(*[self._hoist(a) for a in expr.args]) if expr.args else expr
        self.memo[expr] = result
        return result

    def text(self, expr: Expr) -> str:
        """Print with array elements for states and parameters."""
        named = [s for s in expr.free_symbols if s.name in self.names and s == self.symbols[s.name]]
        return str(self.print(expr.xreplace({s: sp.Symbol(self.names[s.name]) for s in named})))

    def assign(self, names: Any) -> list[tuple[str, Expr]]:
        """Those of the named quantities that move, in causal order."""
        return [(self.names[n], self.hoisted[n]) for n in self.hoisted if n in names]

    def jumps(self) -> list[list[tuple[str, Expr]]]:
        """For each threshold the quantities that its jumps use, then the new values of states."""
        return [
            self.assign(_needed(self.quantities, [e for _, e in t.adds]))
            + [(self.names[s], self.symbols[s] + self.hoist(e)) for s, e in t.adds]
            for t in self.model.thresholds
        ]

    def write(self, rows: list[tuple[str, Expr]]) -> Assignments:
        """Print one after another."""
        return [(target, self.text(expr)) for target, expr in rows]


def generate(model: Model) -> Lines:
    """Write all assignments of a model, to be run as Python.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> generate(assemble(MODULES)).prepare[0][0]
    'c[0]'
    """
    w = Writer(model)
    needed = w.assign(w.needed)
    values = w.write(needed + [(f"f[{i}]", w.rates[s]) for i, s in enumerate(model.states)])
    jacobian, pattern = _chain(w)
    outputs = [(f"o[{i}]", w.names[n]) for i, n in enumerate((*model.states, *model.quantities))]
    jumps = [w.write(rows) for rows in w.jumps()]
    return Lines(
        w.prepare,
        values,
        values + jacobian,
        w.write(w.assign(w.quantities)) + outputs,
        jumps,
        len(w.constants),
        pattern,
    )


def _needed(quantities: dict[str, Expr], exprs: list[Expr]) -> set[str]:
    needed: set[str] = set()
    waiting = [s.name for e in exprs for s in e.free_symbols]
    while waiting:
        name = waiting.pop()
        if name in quantities and name not in needed:
            needed.add(name)
            waiting += [s.name for s in quantities[name].free_symbols]
    return needed


def _chain(w: Writer) -> tuple[Assignments, list[tuple[int, int]]]:
    lines: Assignments = []
    derivative: dict[str, dict[str, Expr]] = {}
    states = {s: i for i, s in enumerate(w.model.states)}

    def total(expr: Expr) -> dict[str, Expr]:
        terms: dict[str, list[Expr]] = {}
        for symbol in sorted(expr.free_symbols & w.moving, key=lambda s: s.name):
            local = sp.diff(expr, symbol)
            if local == 0:
                continue
            if symbol.name in states:
                terms.setdefault(symbol.name, []).append(local)
            else:
                for state, inner in derivative[symbol.name].items():
                    terms.setdefault(state, []).append(local * inner)
        return {s: sp.Add(*parts) for s, parts in terms.items()}

    for name, expr in w.quantities.items():
        if name not in w.needed:
            continue
        derivative[name] = {}
        for state, d in total(expr).items():
            if d.is_Number:
                derivative[name][state] = d
                continue
            label = f"d_{name}__{state}"
            lines.append((label, w.text(w.hoist(d))))
            symbol = sp.Symbol(label)
            w.moving.add(symbol)
            derivative[name][state] = symbol
    pattern: list[tuple[int, int]] = []
    for row in w.model.states:
        for column, d in total(w.model.rate_of(row)).items():
            if d == 0:
                continue
            lines.append((f"J[{len(pattern)}]", w.text(w.hoist(d))))
            pattern.append((states[row], states[column]))
    return lines, pattern


def python_source(model: Model) -> str:
    """The same functions for the reference engine."""
    lines = generate(model)

    def function(name: str, arguments: str, assignments: list[tuple[str, str]]) -> str:
        return f"def {name}({arguments}):\n" + "\n".join(f"    {t} = {e}" for t, e in assignments or [("_", "0")])

    parts = [
        PYTHON_SOURCE,
        function("prepare", "p, c", lines.prepare),
        function("rates", "y, p, c, f", lines.rates),
        function("jacobian", "y, p, c, f, J", lines.jacobian),
        function("outputs", "y, p, c, o", lines.outputs),
        *(function(f"jump_{i}", "y, p, c", j) for i, j in enumerate(lines.jumps)),
        f"N_CONSTANTS = {max(lines.n_constants, 1)}\nPATTERN = {lines.pattern!r}\n",
    ]
    return "\n".join(parts)
