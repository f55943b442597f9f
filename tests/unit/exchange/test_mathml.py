"""MathML: each printed expression, worked out here, has the value of the symbolic one."""

from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp

from hepatica.exchange import mathml as ml
from hepatica.model.functions import hill, pos


def value(text, **at):
    """A MathML expression, worked out here: `max` and the rest of what the printer uses."""
    fold = {
        "plus": sum,
        "times": np.prod,
        "max": max,
        "exp": lambda a: np.exp(a[0]),
        "ln": lambda a: np.log(a[0]),
        "tanh": lambda a: np.tanh(a[0]),
        "power": lambda a: a[0] ** a[1],
        "divide": lambda a: a[0] / a[1],
        "minus": lambda a: -a[0] if len(a) == 1 else a[0] - a[1],
    }

    def of(node):
        tag = node.tag.split("}")[-1]
        if tag == "ci":
            return at[node.text]
        if tag == "cn":
            return float(node.text) * 10 ** float(node[0].tail) if len(node) else float(node.text)
        return float(fold[node[0].tag.split("}")[-1]]([of(child) for child in node[1:]]))

    return of(ElementTree.fromstring(f"{ml.OPEN}{text}</math>")[0])


X, Y, N = sp.symbols("x y n", real=True)


@pytest.mark.parametrize(
    "expr",
    [
        X - Y,
        -X - Y,
        -(X * Y),
        X / Y,
        X / (Y * N),
        1 / X,
        X**-N,
        X**2 / Y ** sp.Rational(1, 2),
        sp.exp(-X) * sp.log(Y),
        sp.tanh(X / 2),
        2 * X - 3 * Y + N,
        -2 * (X + Y) / (N * X),
        sp.Float(1.5e-12) * X,
        X ** (Y + N),
        (1 - X) ** N,
        -(X**2),
    ],
    ids=str,
)
def test_printed_expressions_keep_their_value(expr):
    at = {"x": 0.7, "y": 2.3, "n": 3.0}
    assert value(ml.content(expr), **at) == pytest.approx(float(expr.subs({X: 0.7, Y: 2.3, N: 3.0})), rel=1e-14)


@pytest.mark.parametrize("x", [-2.0, -1e-9, 0.0, 1e-9, 0.4, 3.0, 1e4])
def test_smooth_functions_are_safe_below_zero(x):
    assert value(ml.content(pos(X, Y)), x=x, y=0.5) == pytest.approx(float(pos(sp.Float(x), sp.Float(0.5))), rel=1e-14)
    assert value(ml.content(hill(X, Y, N)), x=x, y=0.5, n=2.5) == pytest.approx(
        float(hill(sp.Float(x), sp.Float(0.5), sp.Float(2.5))), rel=1e-13
    )
