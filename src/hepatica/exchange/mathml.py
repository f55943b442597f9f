"""Expressions of the model as content MathML; every number in it says that it has no unit.

The two functions of `model/functions.py` that MathML lacks are spelt out where they stand, with `max`: libSBML 5.21
confuses the units of calls of a function definition (it remembers them by the address of a copy that is gone), and
libRoadRunner 2.10 takes every condition of a `piecewise` for a root to be found on the way, at a hundred times the
cost.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import sympy as sp

from hepatica.model.functions import hill, pos

SBML = "http://www.sbml.org/sbml/level3/version2/core"
PLAIN = {sp.exp: "exp", sp.log: "ln", sp.tanh: "tanh"}
OPEN = f'<math xmlns="http://www.w3.org/1998/Math/MathML" xmlns:sbml="{SBML}">'

TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'


def number(value: float, unit: str = "dimensionless") -> str:
    """A number with a unit."""
    if float(value).is_integer() and abs(value) < 1e9:
        return f'<cn type="integer" sbml:units="{unit}">{int(value)}</cn>'
    mantissa, _, power = repr(float(value)).partition("e")
    if power:
        return f'<cn type="e-notation" sbml:units="{unit}">{mantissa}<sep/>{int(power)}</cn>'
    return f'<cn sbml:units="{unit}">{mantissa}</cn>'


def name(symbol: str) -> str:
    """A reference to something with an id."""
    return f"<ci>{escape(symbol)}</ci>"


def apply(operator: str, *args: str) -> str:
    """An operator over printed arguments."""
    return f"<apply><{operator}/>{''.join(args)}</apply>"


def content(expr: Any) -> str:
    """An expression, without the ``<math>`` around it.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> content(x**2)
    '<apply><power/><ci>x</ci><cn type="integer" sbml:units="dimensionless">2</cn></apply>'
    """
    if expr.is_Number:
        return number(float(expr))
    if expr.is_Symbol:
        return name(expr.name)
    if expr.is_Add:
        return _sum(expr)
    if expr.is_Mul:
        return _product(expr)
    if expr.is_Pow:
        return _power(expr.base, expr.exp)
    args = [content(a) for a in expr.args]
    if isinstance(expr, pos):
        return _pos(*args)
    if isinstance(expr, hill):
        return _hill(*args)
    return apply(PLAIN[expr.func], *args)


def _pos(x: str, width: str) -> str:
    above = _positive(x, width)
    return apply("times", above, apply("divide", above, apply("plus", above, width)))


def _hill(x: str, k: str, n: str) -> str:
    power = apply("power", apply("divide", _positive(x, k), k), n)
    return apply("divide", power, apply("plus", number(1), power))


def _positive(x: str, like: str) -> str:
    """x, or zero below it; a bare 0 would lack the unit of x."""
    return apply("max", x, apply("times", number(0), like))


def _ordered(expr: Any) -> list[Any]:
    return sorted(expr.args, key=sp.default_sort_key)


def _sum(expr: Any) -> str:
    plus = [a for a in _ordered(expr) if not a.could_extract_minus_sign()]
    minus = [-a for a in _ordered(expr) if a.could_extract_minus_sign()]
    if not plus:
        return apply("minus", content(sp.Add(*minus)))
    total = content(plus[0]) if len(plus) == 1 else apply("plus", *(content(a) for a in plus))
    for part in minus:
        total = apply("minus", total, content(part))
    return total


def _product(expr: Any) -> str:
    over, under = [], []
    for arg in _ordered(expr):
        if arg == -1:
            continue
        if arg.is_Pow and arg.exp.could_extract_minus_sign():
            under.append(_power(arg.base, -arg.exp))
        else:
            over.append(content(arg))
    top = over[0] if len(over) == 1 else apply("times", *over) if over else number(1)
    if under:
        top = apply("divide", top, under[0] if len(under) == 1 else apply("times", *under))
    return apply("minus", top) if -1 in expr.args else top


def _power(base: Any, power: Any) -> str:
    if power == 1:
        return content(base)
    if power.is_Number and power < 0:
        return apply("divide", number(1), _power(base, -power))
    return apply("power", content(base), content(power))
