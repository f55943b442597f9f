"""The smooth functions that a module may use, each with its derivative; `function_source` has their C and Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

exp, log, sqrt, tanh = sp.exp, sp.log, sp.sqrt, sp.tanh


class pos(sp.Function):  # type: ignore[misc]
    """Smooth positive part, exactly 0 for x <= 0: x^2 / (x + width).

    Examples
    --------
    >>> pos(sp.Float(-1), sp.Float(0.1)), float(pos(sp.Float(3), sp.Float(1)))
    (0, 2.25)
    """

    nargs = 2

    @classmethod
    def eval(cls, x: Any, width: Any) -> Any:
        """Exact value where both arguments are numbers."""
        if x.is_Number and width.is_Number:
            return sp.Integer(0) if x <= 0 else x**2 / (x + width)
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        """Partial derivative by one argument, counted from 1."""
        x, width = self.args
        return dpos(x, width) if argindex == 1 else -(pos(x, width) / (x + width))


class dpos(sp.Function):  # type: ignore[misc]
    """Derivative of `pos` by its first argument."""

    nargs = 2

    @classmethod
    def eval(cls, x: Any, width: Any) -> Any:
        """Exact value where both arguments are numbers."""
        if x.is_Number and width.is_Number:
            return sp.Integer(0) if x <= 0 else x * (x + 2 * width) / (x + width) ** 2
        return None


class hill(sp.Function):  # type: ignore[misc]
    """Hill function x^n / (x^n + k^n) for x > 0, exactly 0 for x <= 0.

    Examples
    --------
    >>> hill(sp.Integer(2), sp.Integer(2), sp.Integer(6))
    1/2
    """

    nargs = 3

    @classmethod
    def eval(cls, x: Any, k: Any, n: Any) -> Any:
        """Exact value where all arguments are numbers."""
        if x.is_Number and k.is_Number and n.is_Number:
            return sp.Integer(0) if x <= 0 else x**n / (x**n + k**n)
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        """Partial derivative by one argument, counted from 1."""
        x, k, n = self.args
        if argindex == 1:
            return dhill(x, k, n)
        if argindex == 2:
            return -x * dhill(x, k, n) / k
        raise sp.ArgumentIndexError(self, argindex)


class dhill(sp.Function):  # type: ignore[misc]
    """Derivative of `hill` by its first argument: n h (1 - h) / x."""

    nargs = 3

    @classmethod
    def eval(cls, x: Any, k: Any, n: Any) -> Any:
        """Exact value where all arguments are numbers."""
        if x.is_Number and k.is_Number and n.is_Number:
            h = hill(x, k, n)
            return sp.Integer(0) if x <= 0 else n * h * (1 - h) / x
        return None


def sigmoid(x: Any) -> Any:
    """Logistic function, written with tanh so that it never overflows."""
    return (1 + tanh(x / 2)) / 2


_OPERATORS = {
    sp.Add: "+",
    sp.Mul: "*",
    sp.Pow: "^",
    sp.exp: "exp",
    sp.log: "log",
    sp.tanh: "tanh",
    pos: "pos",
    dpos: "dpos",
    hill: "hill",
    dhill: "dhill",
}


def canonical(expr: Any) -> str:
    """Canonical text of an expression, for hashing: the same for equal expressions whatever classes are called.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> canonical(hill(x, y, 2) + x / 3), canonical(x / 3 + hill(x, y, 2))
    ('(+ (* 1/3 x) (hill x y 2))', '(+ (* 1/3 x) (hill x y 2))')
    """
    if expr.is_Symbol:
        return str(expr.name)
    if expr.is_Rational:
        return f"{expr.p}/{expr.q}" if expr.q != 1 else str(expr.p)
    if expr.is_Number or not expr.args:
        return float(expr).hex()
    operator, parts = _OPERATORS[expr.func], [canonical(a) for a in expr.args]
    if operator in "+*":
        parts.sort()
    return f"({' '.join([operator, *parts])})"


NUMPY = {
    "pos": lambda x, w: np.where(np.asarray(x) > 0, np.square(x) / (np.maximum(x, 0.0) + w), 0.0),
    "hill": lambda x, k, n: np.where(np.asarray(x) > 0, 1.0 / (1.0 + (k / np.maximum(x, 1e-60)) ** n), 0.0),
}
"""The functions that NumPy lacks, over arrays, for `sympy.lambdify`."""
