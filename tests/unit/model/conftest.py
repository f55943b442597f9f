"""Made-up modules, assembled with their tables given as text."""

import pytest

import hepatica.model.assemble as assembly
from hepatica.model.assemble import assemble
from hepatica.model.parameters import read_table


@pytest.fixture
def build(monkeypatch):
    """Assemble made-up modules, each given as (function, text of its table)."""

    def make(*pairs, **extra):
        tables = {f.__name__: text for f, text in pairs}
        monkeypatch.setattr(assembly, "read_table", lambda name: read_table(name, tables[name]))
        return assemble([f for f, _ in pairs], **extra)

    return make


@pytest.fixture
def row():
    """Text of a parameter's row."""

    def make(name, unit="", value=1.0):
        return f'[{name}]\nvalue = {value}\nunit = "{unit}"\nlabel = "l"\nreason = "r"\ngrade = "assumed"\n'

    return make
