"""From a symbolic model to source: constants, right-hand side, Jacobian, outputs, sparse LU.

Derivatives go through the named quantities by the chain rule, never through their expansion; what
depends on parameters alone is computed once per patient. One printer serves C and Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from hepatica.model.assemble import Model

Expr = Any


class _Printer(StrPrinter):  # type: ignore[misc]
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


@dataclass(frozen=True)
class Lines:
    """Assignments (target, expression) in order; targets that are not array elements are local.

    `jacobian` holds total derivatives, by the chain rule, of rates by states. `bordered` holds partial ones of
    rates and quantities by states and quantities: with a row and a column for each of `n_named` quantities the
    matrix is sparser, and elimination in a good order does what the chain rule would have spelt out.
    """

    prepare: list[tuple[str, str]]
    rates: list[tuple[str, str]]
    jacobian: list[tuple[str, str]]
    outputs: list[tuple[str, str]]
    jumps: list[list[tuple[str, str]]]
    n_constants: int
    pattern: list[tuple[int, int]]
    bordered: list[tuple[str, str]]
    bordered_pattern: list[tuple[int, int]]
    n_named: int


class _Writer:
    """Turns model expressions into printed ones, moving constants of a patient into c[]."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.print = _Printer().doprint
        self.names: dict[str, str] = {s: f"y[{i}]" for i, s in enumerate(model.states)}
        self.names |= {p: f"p[{i}]" for i, p in enumerate(model.parameters)}
        self.symbols = {s: sp.Symbol(s, real=True) for s in (*model.states, *model.parameters, *model.quantities)}
        self.constants: dict[Expr, str] = {}
        self.prepare: list[tuple[str, str]] = []
        self.moving = {self.symbols[s] for s in model.states}
        self.memo: dict[Expr, Expr] = {}

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
        if expr in self.memo:
            return self.memo[expr]
        if not expr.free_symbols & self.moving:
            result = self.constant(expr)
        elif expr.is_Add or expr.is_Mul:
            still = [a for a in expr.args if not a.free_symbols & self.moving]
            moved = [self.hoist(a) for a in expr.args if a.free_symbols & self.moving]
            result = expr.func(*moved, *([self.constant(expr.func(*still))] if still else []))
        else:
            result = expr.func(*[self.hoist(a) for a in expr.args]) if expr.args else expr
        self.memo[expr] = result
        return result

    def text(self, expr: Expr) -> str:
        """Print with array elements for states and parameters."""
        return str(self.print(expr.xreplace({self.symbols[k]: sp.Symbol(v) for k, v in self.names.items()})))


def generate(model: Model) -> Lines:
    """Write all assignments of a model.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> generate(assemble(MODULES)).prepare[0][0]
    'c[0]'
    """
    w = _Writer(model)
    quantities: dict[str, Expr] = {}
    for name, quantity in model.quantities.items():  # constants of a patient first
        if not quantity.expr.free_symbols & w.moving:
            slot = f"c[{len(w.constants)}]"
            w.constants[sp.Dummy(name)] = slot
            w.prepare.append((slot, w.text(quantity.expr)))
            w.names[name] = slot
        else:
            w.moving.add(w.symbols[name])
            w.names[name] = f"q_{name}"
            quantities[name] = quantity.expr
    hoisted = {name: w.hoist(expr) for name, expr in quantities.items()}
    rates = {s: w.hoist(model.rate_of(s)) for s in model.states}
    needed = _needed(quantities, [model.rate_of(s) for s in model.states])

    def assign(names: Any) -> list[tuple[str, str]]:
        return [(w.names[n], w.text(hoisted[n])) for n in hoisted if n in names]

    values = [(f"f[{i}]", w.text(rates[s])) for i, s in enumerate(model.states)]
    partial, pattern = _chain(w, model, quantities, needed)
    border, bordered_pattern, named = _border(w, model, quantities, needed)
    outputs = [(f"o[{i}]", w.names[n]) for i, n in enumerate((*model.states, *model.quantities))]
    jumps = []
    for t in model.thresholds:
        used = _needed(quantities, [e for _, e in t.adds])
        jumps.append(assign(used) + [(f"y[{list(model.states).index(s)}]", f"{w.names[s]} + {w.text(w.hoist(e))}")
                                     for s, e in t.adds])
    return Lines(w.prepare, assign(needed) + values, assign(needed) + values + partial, assign(quantities) + outputs,
                 jumps, len(w.constants), pattern, assign(needed) + values + border, bordered_pattern, named)


def _needed(quantities: dict[str, Expr], exprs: list[Expr]) -> set[str]:
    needed: set[str] = set()
    waiting = [s.name for e in exprs for s in e.free_symbols]
    while waiting:
        name = waiting.pop()
        if name in quantities and name not in needed:
            needed.add(name)
            waiting += [s.name for s in quantities[name].free_symbols]
    return needed


def _chain(w: _Writer, model: Model, quantities: dict[str, Expr], needed: set[str]) -> tuple[
        list[tuple[str, str]], list[tuple[int, int]]]:
    lines: list[tuple[str, str]] = []
    derivative: dict[str, dict[str, Expr]] = {}

    def total(expr: Expr) -> dict[str, Expr]:
        terms: dict[str, list[Expr]] = {}
        for symbol in sorted(expr.free_symbols & w.moving, key=lambda s: s.name):
            local = sp.diff(expr, symbol)
            if local == 0:
                continue
            if symbol.name in model.states:
                terms.setdefault(symbol.name, []).append(local)
            else:
                for state, inner in derivative[symbol.name].items():
                    terms.setdefault(state, []).append(local * inner)
        return {s: sp.Add(*parts) for s, parts in terms.items()}

    for name, expr in quantities.items():
        if name not in needed:
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
    index = {s: i for i, s in enumerate(model.states)}
    pattern: list[tuple[int, int]] = []
    for row in model.states:
        for column, d in total(model.rate_of(row)).items():
            if d == 0:
                continue
            lines.append((f"J[{len(pattern)}]", w.text(w.hoist(d))))
            pattern.append((index[row], index[column]))
    return lines, pattern


def _border(w: _Writer, model: Model, quantities: dict[str, Expr], needed: set[str]) -> tuple[
        list[tuple[str, str]], list[tuple[int, int]], int]:
    """Partial derivatives of rates and of the quantities that rates need, by states and by such quantities."""
    named = [name for name in quantities if name in needed]
    index = {name: i for i, name in enumerate((*model.states, *named))}
    lines: list[tuple[str, str]] = []
    pattern: list[tuple[int, int]] = []
    exprs = {s: model.rate_of(s) for s in model.states} | {name: quantities[name] for name in named}
    for row, expr in exprs.items():
        for symbol in sorted(expr.free_symbols, key=lambda s: s.name):
            if symbol.name in index and (local := sp.diff(expr, symbol)) != 0:
                lines.append((f"J[{len(pattern)}]", w.text(w.hoist(local))))
                pattern.append((index[row], index[symbol.name]))
    return lines, pattern, len(named)


def eliminate(n: int, pattern: list[tuple[int, int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """Markowitz ordering on the diagonal and the pattern with its fill-in."""
    filled = set(pattern) | {(i, i) for i in range(n)}
    rest, order = set(range(n)), []
    while rest:
        rows = {i: {j for j in rest if j != i and (i, j) in filled} for i in rest}
        columns = {i: {j for j in rest if j != i and (j, i) in filled} for i in rest}
        k = min(rest, key=lambda i: (len(rows[i]) * len(columns[i]), i))
        order.append(k)
        filled |= {(i, j) for i in columns[k] for j in rows[k]}
        rest.remove(k)
    return order, filled


def c_source(model: Model) -> str:
    """Header that ``kernel.c`` includes."""
    from hepatica.model.functions import C_SOURCE

    lines, n = generate(model), len(model.states)
    order, filled = eliminate(n + lines.n_named, lines.bordered_pattern)

    def body(assignments: list[tuple[str, str]]) -> str:
        return "\n".join(f"  {'' if '[' in target else 'const double '}{target} = {text};" for target, text in assignments)

    lu, slots = _lu(n, order, filled, lines.bordered_pattern)
    hazard = [list(model.states).index(t.hazard) for t in model.thresholds]
    jumps = "\n".join(f"  if (which == {i}) {{\n{body(j)}\n  }}" for i, j in enumerate(lines.jumps))
    return f"""\
/* generated from the symbolic model {model.hash} */
#define NS {n}
#define NP {len(model.parameters)}
#define NC {max(lines.n_constants, 1)}
#define NO {n + len(model.quantities)}
#define NJ {len(lines.bordered_pattern)}
#define NLU {len(slots)}
#define NE {len(model.thresholds)}
static const int HAZARD[NE + 1] = {{{', '.join(map(str, [*hazard, -1]))}}};
{C_SOURCE}
static void m_prepare(const double *p, double *c) {{
{body(lines.prepare)}
}}
static void m_rates(const double *restrict y, const double *restrict p, const double *restrict c, double *restrict f) {{
{body(lines.rates)}
}}
static void m_jacobian(const double *restrict y, const double *restrict p, const double *restrict c, double *restrict f,
                       double *restrict J) {{
{body(lines.bordered)}
}}
static void m_outputs(const double *y, const double *p, const double *c, double *o) {{
{body(lines.outputs)}
}}
static void m_jump(int which, double *y, const double *p, const double *c) {{
{jumps}
}}
{lu}
"""


def _lu(n: int, order: list[int], filled: set[tuple[int, int]], pattern: list[tuple[int, int]]) -> tuple[
        str, dict[tuple[int, int], int]]:
    """Sparse LU of the bordered matrix, spelt out; rows from `n` on are named quantities, with one on the diagonal."""
    rank = {k: r for r, k in enumerate(order)}
    entries = sorted(filled, key=lambda e: (rank[e[0]], rank[e[1]]))
    slot = {e: k for k, e in enumerate(entries)}
    jacobian = {e: k for k, e in enumerate(pattern)}
    factor, solve = [], []
    zero: set[int] = set()  # quantities whose right-hand side is still nothing

    def unknown(i: int) -> str:
        return f"b[{i}]" if i < n else f"z{i}"

    for i in order:
        row = [j for j in order if (i, j) in filled]
        for j in row:
            start = ("g" if i < n else "1.0") if i == j else "0.0"
            value = f"{start} - J[{jacobian[i, j]}]" if (i, j) in jacobian else start
            factor.append(f"  double a{i}_{j} = {value};")
        for k in row:
            if rank[k] >= rank[i]:
                continue
            factor.append(f"  a{i}_{k} *= L[{slot[k, k]}];")
            factor += [f"  a{i}_{j} -= a{i}_{k} * L[{slot[k, j]}];" for j in order if rank[j] > rank[k] and (k, j) in filled]
        factor += [f"  L[{slot[i, j]}] = {'1.0 / ' if i == j else ''}a{i}_{j};" for j in row]
        below = [f"L[{slot[i, j]}] * {unknown(j)}" for j in order if rank[j] < rank[i] and (i, j) in filled and j not in zero]
        if i >= n:
            solve.append(f"  double z{i} = {'-(' + ' + '.join(below) + ')' if below else '0.0'};")
            if not below:
                zero.add(i)
        elif below:
            solve.append(f"  b[{i}] -= {' + '.join(below)};")
    for i in reversed(order):
        above = [f"L[{slot[i, j]}] * {unknown(j)}" for j in order if rank[j] > rank[i] and (i, j) in filled]
        right = f"({unknown(i)} - ({' + '.join(above)}))" if above else unknown(i)
        solve.append(f"  {unknown(i)} = {right} * L[{slot[i, i]}];")
    text = ("static void m_factor(const double *restrict J, double g, double *restrict L) {\n" + "\n".join(factor)
            + "\n}\nstatic void m_solve(const double *restrict L, double *restrict b) {\n" + "\n".join(solve) + "\n}")
    return text, slot


def python_source(model: Model) -> str:
    """The same functions for the reference engine."""
    from hepatica.model.functions import PYTHON_SOURCE

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
