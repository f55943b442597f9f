"""Source of the smooth functions: C and Python name the same ones, and Python's are safe at and below zero."""

import pytest

from hepatica.model.function_source import C_SOURCE, PYTHON_SOURCE


def test_the_c_source_names_the_same_functions():
    for name in ("pos", "dpos", "hill"):
        assert f"V {name}(" in C_SOURCE and f"def {name}(" in PYTHON_SOURCE


@pytest.mark.parametrize("x", [-1.0, 0.0])
def test_python_functions_are_zero_at_and_below_zero(x):
    space = {}
    exec(PYTHON_SOURCE, space)
    assert [space["pos"](x, 0.1), space["dpos"](x, 0.1), space["hill"](x, 2.0, 3.0), space["dhill"](x, 2.0, 3.0)] == [
        0.0
    ] * 4
    assert space["power"](x, 2.5) == 0.0 and space["pos"](3.0, 1.0) == 2.25
