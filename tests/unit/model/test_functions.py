"""The allowed functions: exact zero where promised, derivatives by finite differences, C and Python alike."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from hepatica.model.function_source import PYTHON_SOURCE
from hepatica.model.functions import dpos, hill, pos, sigmoid

SPACE: dict = {}
exec(PYTHON_SOURCE, SPACE)
X, W, K, N = (sp.Symbol(s, real=True) for s in "xwkn")
reals = st.floats(-50.0, 50.0)
positive = st.floats(1e-3, 20.0)


def numeric(expr, **values):
    """A symbolic expression of these functions through their Python source."""
    names = {"pos": SPACE["pos"], "dpos": SPACE["dpos"], "hill": SPACE["hill"], "dhill": SPACE["dhill"]}
    symbols = sorted(expr.free_symbols, key=lambda s: s.name)
    return float(sp.lambdify(symbols, expr, [names, "math"])(*(values[s.name] for s in symbols)))


@given(st.floats(-1e6, 0.0), positive)
def test_pos_is_exactly_zero_below(x, w):
    assert SPACE["pos"](x, w) == 0.0 and SPACE["dpos"](x, w) == 0.0
    assert pos(sp.Float(x), sp.Float(w)) == 0 and dpos(sp.Float(x), sp.Float(w)) == 0


@given(positive, positive)
def test_pos_is_below_its_argument_and_near_it_far_out(x, w):
    assert 0 < SPACE["pos"](x, w) < x
    assert x - SPACE["pos"](x, w) < w
    assert SPACE["pos"](x, w) == pytest.approx(float(pos(sp.Float(x), sp.Float(w))), rel=1e-12)


@given(positive, positive, st.floats(0.5, 8.0))
def test_hill(x, k, n):
    assert SPACE["hill"](x, k, n) == pytest.approx(x**n / (x**n + k**n), rel=1e-9)
    assert SPACE["hill"](k, k, n) == pytest.approx(0.5, rel=1e-12)
    assert SPACE["hill"](-x, k, n) == 0.0 == SPACE["hill"](0.0, k, n) == SPACE["dhill"](-x, k, n)


@given(st.floats(0.05, 20.0), st.floats(0.05, 5.0))
def test_derivatives_of_pos(x, w):
    h = 1e-6 * x
    by_x = (SPACE["pos"](x + h, w) - SPACE["pos"](x - h, w)) / (2 * h)
    assert numeric(sp.diff(pos(X, W), X), x=x, w=w) == pytest.approx(by_x, rel=1e-6)
    by_w = (SPACE["pos"](x, w * (1 + 1e-6)) - SPACE["pos"](x, w * (1 - 1e-6))) / (2e-6 * w)
    assert numeric(sp.diff(pos(X, W), W), x=x, w=w) == pytest.approx(by_w, rel=1e-5)


@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(0.5, 6.0))
def test_derivatives_of_hill(x, k, n):
    h = 1e-6
    by_x = (SPACE["hill"](x + h, k, n) - SPACE["hill"](x - h, k, n)) / (2 * h)
    by_k = (SPACE["hill"](x, k + h, n) - SPACE["hill"](x, k - h, n)) / (2 * h)
    assert numeric(sp.diff(hill(X, K, N), X), x=x, k=k, n=n) == pytest.approx(by_x, rel=1e-4, abs=1e-8)
    assert numeric(sp.diff(hill(X, K, N), K), x=x, k=k, n=n) == pytest.approx(by_k, rel=1e-4, abs=1e-8)


def test_hill_has_no_derivative_by_its_steepness():
    with pytest.raises(sp.ArgumentIndexError if hasattr(sp, "ArgumentIndexError") else Exception):
        sp.diff(hill(X, K, N), N).doit()


@given(reals)
def test_the_derivative_is_continuous_at_zero(x):
    assert abs(SPACE["dpos"](1e-9 * abs(x), 1.0)) < 1e-6 and SPACE["dhill"](1e-9, 1.0, 2.0) < 1e-6


@given(st.floats(-700.0, 700.0))
def test_sigmoid_never_overflows(x):
    value = float(sp.lambdify(X, sigmoid(X), "math")(x))
    assert 0.0 <= value <= 1.0
    if abs(x) < 30:
        assert value == pytest.approx(1 / (1 + np.exp(-x)), rel=1e-9, abs=1e-15)
