"""Dimensional analysis: sums, functions and powers of quantities with units."""

import pytest
import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.dimensions import ONE, Measure, check, measure, unit_of
from hepatica.model.functions import hill, pos


def row(name, unit="", value=1.0):
    return f'[{name}]\nvalue = {value}\nunit = "{unit}"\nlabel = "l"\nreason = "r"\ngrade = "assumed"\n'


def test_a_sum_of_two_scales(build):
    def mixed(m):
        a, b = m.pars("a b")
        m.let("c", a + b, "mg/dL", "sum")

    build((mixed, row("a", "mg/dL") + row("b", "mg/dL")))
    with pytest.raises(ModelError, match="mixes units"):
        build((mixed, row("a", "mg/dL") + row("b", "g/L")))
    with pytest.raises(ModelError, match="mixes units"):
        build((mixed, row("a", "mg/dL") + row("b", "day")))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a: sp.exp(a),
        lambda a: sp.log(a),
        lambda a: sp.tanh(a),
        lambda a: 2**a,
        lambda a: a ** sp.Symbol("n", real=True) / a,
        lambda a: 1 + a,
        lambda a: pos(a, sp.Float(0.1)),
        lambda a: hill(a, sp.Float(2), sp.Integer(2)),
        lambda a: sp.Abs(a),
        lambda a: sp.sin(a),
    ],
)
def test_a_function_of_something_with_a_unit(build, wrong):
    def odd(m):
        a, n = m.pars("a n")
        m.let("c", wrong(a) + 0 * n, "", "odd")
        m.let("d", n * a / a, "", "uses both")

    with pytest.raises(ModelError, match="module 'odd'"):
        build((odd, row("a", "mg/dL") + row("n")))


def test_powers_and_roots_keep_units(build):
    def powers(m):
        a, b = m.pars("a b")
        m.let("c", sp.sqrt(a * b) + a**2 / b, "mg/dL", "fits")

    build((powers, row("a", "mg/dL") + row("b", "mg/dL")))
    with pytest.raises(ModelError, match="mixes units"):
        build((powers, row("a", "mg/dL") + row("b", "mg/dL*mg/dL")))


def test_measures_multiply_and_compare():
    mass, volume = measure("mg"), measure("dL")
    assert (mass * volume**-1).same(measure("mg/dL")) and measure("").same(ONE)
    assert not mass.same(Measure(mass.scale * (1 + 1e-6), mass.dims))
    assert measure("milligram ** 2 / deciliter ** 2").same(measure("mg/dL") ** 2)


def test_a_zero_has_any_unit():
    assert unit_of(sp.Integer(0), {}, "here") is None
    check(sp.Integer(0), "mg/dL", {}, "here")
    with pytest.raises(ModelError, match="here: has unit"):
        check(sp.Symbol("x"), "mg/dL", {"x": measure("g/L")}, "here")
    with pytest.raises(ModelError, match="'y' is not a state, a quantity or a parameter"):
        unit_of(sp.Symbol("y"), {}, "here")
