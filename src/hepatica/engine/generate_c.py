"""C code generation: the model over SIMD lanes (``lanes.h``), and the sparse LU of its linearisation, unrolled."""

from __future__ import annotations

import sympy as sp

from hepatica.engine.generate import Expr, Printer, Writer
from hepatica.model.function_source import C_SOURCE
from hepatica.model.structure import Model


class _LanePrinter(Printer):
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
    """Powers as exponentials of logarithms, so that powers of one quantity share its logarithm.

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


class _Lanes(Writer):
    printer = _LanePrinter

    def form(self, expr: Expr) -> Expr:
        return _in_logarithms(expr, self.moving)


def _border(w: Writer) -> tuple[dict[tuple[int, int], Expr], int]:
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
    w, n = _Lanes(model), len(model.states)
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
static const int HAZARD[NE + 1] = {{{", ".join(map(str, [*hazard, -1]))}}};
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
static void m_outputs(const V *restrict y, const V *restrict p, const V *restrict c, const unsigned char *want,
                      V *restrict q) {{
{outputs}
}}
static void m_jump(int which, V *y, const V *p, const V *c) {{
{jumps}
}}
{lu}
"""


def _lane(w: Writer, expr: Expr) -> str:
    return w.text(expr) if expr.free_symbols else f"splat({w.text(expr)})"


def _lu(
    n: int, order: list[int], filled: set[tuple[int, int]], jacobian: dict[tuple[int, int], str]
) -> tuple[str, int]:
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
        factor += [
            f"  L[{slot[i, j]}] = {'1.0 / ' if i == j else ''}a{i}_{j};"
            for j in [*before[i], i, *after[i]]
            if (i, j) in slot
        ]
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
    text = (
        "static void m_factor(const V *restrict J, const V *restrict p, const V *restrict c, V g, V *restrict L) {\n"
        + "\n".join(factor)
        + "\n}\nstatic void m_solve(const V *restrict L, V *restrict b) {\n"
        + "\n".join(solve)
        + "\n}"
    )
    return text, len(kept)
