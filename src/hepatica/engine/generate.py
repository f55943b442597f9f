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


class _LanePrinter(_Printer):
    """The same in C over lanes, where a function takes no bare numbers."""

    def _lane(self, expr: Expr) -> str:
        text = self._print(expr)
        return str(text) if expr.free_symbols else f"splat({text})"

    def _print_Pow(self, expr: Expr, rational: bool = False) -> str:
        if expr.exp == sp.Rational(1, 2):
            return f"vsqrt({self._lane(expr.base)})"
        if expr.exp.is_Integer and 1 <= abs(int(expr.exp)) <= 4:
            return str(super()._print_Pow(expr))
        return f"power({self._lane(expr.base)}, {self._lane(expr.exp)})"

    def _print_Function(self, expr: Expr) -> str:
        name = expr.func.__name__
        return f"{'v' if name in ('exp', 'log', 'tanh') else ''}{name}({', '.join(self._lane(a) for a in expr.args)})"


class ln(sp.Function):  # type: ignore[misc]
    """Logarithm over lanes; what is not positive counts as nearly nothing."""


class rise(sp.Function):  # type: ignore[misc]
    """Logistic function over lanes."""


class slope(sp.Function):  # type: ignore[misc]
    """n h (1 - h) / x for x > 0: slope of a Hill function of value h and exponent n."""


class over(sp.Function):  # type: ignore[misc]
    """Second argument where the first is positive, else 0."""


def _in_logarithms(expr: Expr, moving: set[Expr]) -> Expr:
    """Powers through logarithms, so that powers of one quantity share its logarithm and constants keep theirs.

    The rounding of a logarithm grows with the exponent, to a few parts in 1e15; solver tolerances are far above.
    """
    def log_of(x: Expr) -> Expr:
        return ln(x) if x.free_symbols & moving else sp.log(x)

    def form(e: Expr) -> Expr:
        if not e.free_symbols & moving:
            return e
        name, args = e.func.__name__, [form(a) for a in e.args]
        if name in ("hill", "dhill"):
            x, k, n = args
            plain = {1: x / (x + k), 2: x**2 / (x**2 + k**2)}.get(n)
            value = rise(n * (log_of(x) - log_of(k))) if plain is None else over(x, plain)
            return value if name == "hill" else slope(x, n, value)
        if e.is_Pow and not (e.exp.is_Integer or abs(e.exp) == sp.Rational(1, 2)):
            return sp.exp(args[1] * log_of(args[0]))
        return e.func(*args) if args else e

    return form(expr)


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


class _Writer:
    """Turns model expressions into printed ones, moving constants of a patient into c[]."""

    def __init__(self, model: Model, *, lanes: bool = False) -> None:
        self.model, self.lanes = model, lanes
        self.print = (_LanePrinter() if lanes else _Printer()).doprint
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
        return self._hoist(_in_logarithms(expr, self.moving) if self.lanes else expr)

    def _hoist(self, expr: Expr) -> Expr:
        if expr in self.memo:
            return self.memo[expr]
        if not expr.free_symbols & self.moving:
            result = self.constant(expr)
        elif expr.is_Add or expr.is_Mul:
            still = [a for a in expr.args if not a.free_symbols & self.moving]
            moved = [self._hoist(a) for a in expr.args if a.free_symbols & self.moving]
            result = expr.func(*moved, *([self.constant(expr.func(*still))] if still else []))
        else:
            result = expr.func(*[self._hoist(a) for a in expr.args]) if expr.args else expr
        self.memo[expr] = result
        return result

    def text(self, expr: Expr) -> str:
        """Print with array elements for states and parameters."""
        return str(self.print(expr.xreplace({self.symbols[k]: sp.Symbol(v) for k, v in self.names.items()})))

    def assign(self, names: Any) -> list[tuple[str, Expr]]:
        """Those of the named quantities that move, in causal order."""
        return [(self.names[n], self.hoisted[n]) for n in self.hoisted if n in names]

    def jumps(self) -> list[list[tuple[str, Expr]]]:
        """For each threshold the quantities that its jumps use, then the new values of states."""
        return [self.assign(_needed(self.quantities, [e for _, e in t.adds]))
                + [(self.names[s], self.symbols[s] + self.hoist(e)) for s, e in t.adds] for t in self.model.thresholds]

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
    w = _Writer(model)
    needed = w.assign(w.needed)
    values = w.write(needed + [(f"f[{i}]", w.rates[s]) for i, s in enumerate(model.states)])
    jacobian, pattern = _chain(w)
    outputs = [(f"o[{i}]", w.names[n]) for i, n in enumerate((*model.states, *model.quantities))]
    jumps = [w.write(rows) for rows in w.jumps()]
    return Lines(w.prepare, values, values + jacobian, w.write(w.assign(w.quantities)) + outputs, jumps,
                 len(w.constants), pattern)


def _needed(quantities: dict[str, Expr], exprs: list[Expr]) -> set[str]:
    needed: set[str] = set()
    waiting = [s.name for e in exprs for s in e.free_symbols]
    while waiting:
        name = waiting.pop()
        if name in quantities and name not in needed:
            needed.add(name)
            waiting += [s.name for s in quantities[name].free_symbols]
    return needed


def _chain(w: _Writer) -> tuple[Assignments, list[tuple[int, int]]]:
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


def _border(w: _Writer) -> tuple[dict[tuple[int, int], Expr], int]:
    """Partial derivatives of rates and of the quantities that rates need, by states and by such quantities.

    With a row and a column for each named quantity the matrix is sparser than that of total derivatives, and
    elimination in a good order does what the chain rule would have spelt out.
    """
    named = {name: expr for name, expr in w.quantities.items() if name in w.needed}
    exprs = {s: w.model.rate_of(s) for s in w.model.states} | named
    index = {name: i for i, name in enumerate(exprs)}
    entries = {}
    for row, expr in exprs.items():
        for symbol in sorted(expr.free_symbols, key=lambda s: s.name):
            if symbol.name in index and (local := sp.diff(expr, symbol)) != 0:
                entries[index[row], index[symbol.name]] = w.hoist(local)
    return entries, len(named)


def _share(rows: list[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    """Name what several right-hand sides have in common, each part just before its first use."""
    parts, exprs = sp.cse([e for _, e in rows], symbols=sp.numbered_symbols("x"), order="none", list=True)
    waiting = dict(parts)
    shared: list[tuple[str, Expr]] = []

    def emit(expr: Expr) -> None:
        for symbol in sorted(expr.free_symbols & waiting.keys(), key=lambda s: s.name):
            if symbol in waiting:
                part = waiting.pop(symbol)
                emit(part)
                shared.append((symbol.name, part))

    for (target, _), expr in zip(rows, exprs, strict=True):
        emit(expr)
        shared.append((target, expr))
    return shared


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
    """Header that ``kernel.c`` includes, over the lanes of ``lanes.h``."""
    from hepatica.model.functions import C_SOURCE

    w, n = _Writer(model, lanes=True), len(model.states)
    entries, named = _border(w)
    moved = {place: k for k, place in enumerate(place for place, e in entries.items() if e.free_symbols & w.moving)}
    jacobian = {place: f"J[{moved[place]}]" if place in moved else f"({w.text(e)})" for place, e in entries.items()}
    values = w.assign(w.needed) + [(f"f[{i}]", w.rates[s]) for i, s in enumerate(model.states)]
    slopes = [(f"J[{k}]", entries[place]) for place, k in moved.items()]

    def body(rows: list[tuple[str, Expr]]) -> str:
        return "\n".join(f"  {'' if '[' in target else 'const V '}{target} = {_lane(w, e)};" for target, e in rows)

    rates, both = body(_share(values)), body(_share(values + slopes))
    jumps = "\n".join(f"  if (which == {i}) {{\n{body(rows)}\n  }}" for i, rows in enumerate(w.jumps()))
    place = {name: i for i, name in enumerate(model.quantities)}
    held = {name: slot for name, slot in w.names.items() if name in place and name not in w.quantities}
    w.names |= {name: f"q[{place[name]}]" for name in w.quantities}  # outputs go one by one, those that are asked for
    rows = [(name, _lane(w, w.hoisted[name])) for name in w.quantities] + list(held.items())
    outputs = "\n".join(f"  if (want[{place[name]}]) q[{place[name]}] = {text};" for name, text in rows)
    order, filled = eliminate(n + named, list(entries))
    lu, n_factors = _lu(n, order, filled, jacobian)
    hazard = [list(model.states).index(t.hazard) for t in model.thresholds]
    prepare = "\n".join(f"  {slot} = {text if '[' in text else f'splat({text})'};" for slot, text in w.prepare)
    return f"""\
/* generated from the symbolic model {model.hash} */
#define NS {n}
#define NP {len(model.parameters)}
#define NC {max(len(w.constants), 1)}
#define NQ {max(len(model.quantities), 1)}
#define NJ {max(len(moved), 1)}
#define NLU {n_factors}
#define NE {len(model.thresholds)}
static const int HAZARD[NE + 1] = {{{', '.join(map(str, [*hazard, -1]))}}};
{C_SOURCE}
static void m_prepare(const V *restrict p, V *restrict c) {{
{prepare}
}}
static void m_rates(const V *restrict y, const V *restrict p, const V *restrict c, V *restrict f) {{
{rates}
}}
static void m_jacobian(const V *restrict y, const V *restrict p, const V *restrict c, V *restrict f, V *restrict J) {{
{both}
}}
static void m_outputs(const V *restrict y, const V *restrict p, const V *restrict c, const unsigned char *want, V *restrict q) {{
{outputs}
}}
static void m_jump(int which, V *y, const V *p, const V *c) {{
{jumps}
}}
{lu}
"""


def _lane(w: _Writer, expr: Expr) -> str:
    return w.text(expr) if expr.free_symbols else f"splat({w.text(expr)})"


def _lu(n: int, order: list[int], filled: set[tuple[int, int]], jacobian: dict[tuple[int, int], str]) -> tuple[str, int]:
    """Sparse LU of g - J, bordered, spelt out; rows from `n` on are named quantities, with one on the diagonal.

    Returns
    -------
    tuple of str and int
        ``m_factor`` and ``m_solve``, and how many numbers the factors have.
    """
    rank = {k: r for r, k in enumerate(order)}
    after = {i: [j for j in order if rank[j] > rank[i] and (i, j) in filled] for i in order}
    before = {i: [j for j in order if rank[j] < rank[i] and (i, j) in filled] for i in order}
    one = {i for i in order if i >= n and (i, i) not in jacobian and not any((k, i) in filled for k in before[i])}
    kept = [(i, j) for i in order for j in [*before[i], i, *after[i]] if i != j or i not in one]
    slot = {place: k for k, place in enumerate(kept)}
    factor, solve = [], []
    zero: set[int] = set()  # quantities whose right-hand side is still nothing

    def unknown(i: int) -> str:
        return f"b[{i}]" if i < n else f"z{i}"

    for i in order:
        for j in [*before[i], i, *after[i]]:
            if (i, j) in slot:
                start = ("g" if i < n else "splat(1.0)") if i == j else "splat(0.0)"
                value = f"{start} - {jacobian[i, j]}" if (i, j) in jacobian else start
                factor.append(f"  V a{i}_{j} = {value};")
        for k in before[i]:
            if k not in one:
                factor.append(f"  a{i}_{k} *= L[{slot[k, k]}];")
            factor += [f"  a{i}_{j} -= a{i}_{k} * L[{slot[k, j]}];" for j in after[k]]
        factor += [f"  L[{slot[i, j]}] = {'1.0 / ' if i == j else ''}a{i}_{j};"
                   for j in [*before[i], i, *after[i]] if (i, j) in slot]
        below = [f"L[{slot[i, j]}] * {unknown(j)}" for j in before[i] if j not in zero]
        if i >= n:
            solve.append(f"  V z{i} = {'-(' + ' + '.join(below) + ')' if below else 'splat(0.0)'};")
            if not below:
                zero.add(i)
        elif below:
            solve.append(f"  b[{i}] -= {' + '.join(below)};")
    for i in reversed(order):
        above = [f"L[{slot[i, j]}] * {unknown(j)}" for j in after[i]]
        right = f"({unknown(i)} - ({' + '.join(above)}))" if above else unknown(i)
        solve.append(f"  {unknown(i)} = {right}{'' if i in one else f' * L[{slot[i, i]}]'};")
    text = ("static void m_factor(const V *restrict J, const V *restrict p, const V *restrict c, V g, V *restrict L) {\n"
            + "\n".join(factor) + "\n}\nstatic void m_solve(const V *restrict L, V *restrict b) {\n"
            + "\n".join(solve) + "\n}")
    return text, len(kept)


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
