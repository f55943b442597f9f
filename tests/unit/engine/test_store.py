"""Stored models: equal to assembled ones, without SymPy, and made anew when stale or damaged."""

import json
import subprocess
import sys

import pytest

from hepatica.engine import cache, store
from hepatica.engine.generate import python_source
from hepatica.errors import ModelError
from hepatica.model.record import from_record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def counted(monkeypatch, model):
    """Calls of the assembly, one each time; the assembly itself is spared."""
    calls = []

    def assembled(*arguments):
        calls.append(arguments)
        return model

    monkeypatch.setattr(store, "assemble_modules", assembled)
    return calls


def test_the_second_time_nothing_is_assembled(folder, counted, model):
    first, chains = store.shipped()
    again, same = store.shipped()
    assert len(counted) == 1 and first is model and again == model and again.hash == model.hash
    assert same == chains and list(again.parameters) == list(model.parameters)


def test_an_expression_is_loaded_when_it_is_asked_for(folder, counted, model):
    store.shipped()
    stored, _ = store.shipped()
    assert len(counted) == 1
    assert stored.quantities["inr"].expr == model.quantities["inr"].expr
    assert stored.rate_of("alt") == model.rate_of("alt") and stored.thresholds[0].adds == model.thresholds[0].adds
    assert len(counted) == 2


def test_a_damaged_record_is_made_again(folder, counted):
    store.shipped()
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    for damaged in (whole[:-1], b"", whole.replace(b"bilirubin", b"bilirubim", 1)):
        entry.write_bytes(damaged)
        assert store.shipped()[0].quantities["inr"]
        assert entry.read_bytes() == whole
    assert len(counted) == 4


def test_any_changed_source_is_another_entry(folder, counted, monkeypatch):
    store.shipped()
    texts = list(store._sources())
    assert any(b"[flare_kill]" in text for text in texts) and any(b"def assemble(" in text for text in texts)
    monkeypatch.setattr(store, "_sources", lambda: [*texts[:-1], texts[-1] + b"# changed"])
    store.shipped()
    assert len(counted) == 2 and len(list(folder.iterdir())) == 2


def test_a_record_of_another_model_is_not_completed(folder, counted, model):
    stored, _ = store.shipped()
    (entry,) = folder.iterdir()
    record = json.loads(cache.read(entry.name))["model"] | {"hash": "of another"}
    strange = from_record(record, lambda: model)
    with pytest.raises(ModelError, match="delete the cache folder"):
        _ = strange.quantities["inr"].expr


def test_python_source_is_kept(folder, enzymes_alone, monkeypatch):
    made = store.python_source_of(enzymes_alone)
    assert made == python_source(enzymes_alone)
    monkeypatch.setattr("hepatica.engine.generate.python_source", lambda model: 1 / 0)
    assert store.python_source_of(enzymes_alone) == made


def test_parts_of_the_shipped_modules(model):
    with pytest.raises(ModelError):
        store.assemble_modules(["enzymes"])
    constants = {
        "death_flux": 0.0,
        "hepatocytes_injured": 0.0,
        "injury_sublethal": 0.0,
        "hepatocytes": 1.0,
        "alcohol": 0.0,
        "plasma_removed": 0.0,
        "plasma_given": 0.0,
    }
    assert store.assemble_modules(["enzymes"], constants).modules == ("enzymes",)
    assert store.has_module("enzymes") and not store.has_module("mine") and not store.has_module("../lang")


def test_a_warm_start_imports_neither_sympy_nor_pint(folder, model):
    """A test of the door: what a warm `System` loads is counted in modules, not in seconds."""
    code = (
        "import sys\nfrom hepatica.engine import shipped_system\ns = shipped_system()\np = s.typical()[None]\n"
        "import numpy as np\nfrom hepatica.engine import Events, Problem\n"
        "x = Problem(p, s.healthy(p), np.array([1.0]), ('inr',), Events.none(1), np.full((1, 1, 8), np.inf))\n"
        "assert s.solve(x).status[0] == 0\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'sympy', 'pint', 'pandas', 'xarray', 'scipy', 'matplotlib', 'statsmodels'}))"
    )
    printed = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() for _ in range(2)
    ]
    assert "sympy" in printed[0] and printed[1] == "[]"
