"""The package as a user imports it: short names, and none that an import of a module could replace."""

import importlib
import subprocess
import sys

import pytest

import hepatica


@pytest.mark.parametrize("name", hepatica.__all__)
def test_a_short_name_is_the_object_of_its_home(name):
    assert getattr(hepatica, name) is getattr(importlib.import_module(f"hepatica.{hepatica._HOME[name]}"), name)


def test_no_short_name_is_a_module_of_the_package():
    """`import hepatica.simulate` would put a module in the place of the function of that name, for good."""
    for name in hepatica.__all__:
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(f"hepatica.{name}")


def test_simulate_is_a_function_whatever_was_imported_before():
    code = "import hepatica.simulation, hepatica.ensemble\nfrom hepatica import simulate\nprint(callable(simulate))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
