"""Reference engine: against the closed form, with infusions, and the Python functions that it runs."""

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.engine.problem import RATE
from hepatica.engine.reference import Reference, compiled_functions, constants_of


def test_an_infusion_has_its_closed_form(make_bench, enzymes_alone):
    bench = make_bench(System(enzymes_alone, "reference"))
    p = bench.parameters()
    y, k = bench.system.healthy(p), p[0, bench.system.parameters.index("alt_clearance")]
    rows = [(0.0, "alt", 10.0, RATE), (2.0, "alt", -10.0, RATE)]
    found = bench.follow(p, y, [2.0, 5.0], ("alt",), events=bench.events(rows), rtol=1e-10)["alt"][0]
    top = 10.0 / k * (1 - np.exp(-2 * k))
    assert found - y[0, 0] == pytest.approx([top, top * np.exp(-3 * k)], rel=1e-7)


def test_functions_are_those_of_the_model(enzymes_alone):
    functions = compiled_functions(enzymes_alone)
    system = System(enzymes_alone, "reference")
    p = system.typical()
    y, f = system.healthy(p)[0], [0.0, 0.0]
    functions["rates"](y.tolist(), p.tolist(), constants_of(functions, p), f)
    assert f == pytest.approx([0.0, 0.0], abs=1e-12)  # at rest in health
    assert Reference(enzymes_alone).functions.keys() == functions.keys()
