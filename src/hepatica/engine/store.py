"""Stored models: what of a model can be read from the cache instead of being made by SymPy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from hepatica import __version__
from hepatica.engine import cache
from hepatica.engine.initial import Chains, Step, chains
from hepatica.model import record
from hepatica.model.structure import Model

# folder, endings of the files in it that decide what a stored model says
SOURCES = (
    ("model", (".py",)),
    ("model/modules", (".py", ".toml")),
    ("", ("units.py", "units.toml")),
    ("engine", ("generate.py", "initial.py", "store.py")),
)


def python_source_of(model: Model) -> str:
    """Python source of a model's functions for the reference engine, from the cache or generated and kept there."""
    name = _digest(_sources(), model.hash) + ".python"
    content = cache.read(name)
    if content is None:
        from hepatica.engine.generate import python_source

        content = python_source(model).encode()
        cache.write(name, content)
    return content.decode()


def shipped() -> tuple[Model, Chains]:
    """The shipped model and its chains of initial states, from the cache or assembled and kept there."""
    name = _digest(_sources(), "shipped") + ".model"
    content = cache.read(name)
    if content is None:
        model = assemble_modules()
        made = chains(model)
        cache.write(name, json.dumps({"model": record.to_record(model), "chains": made}).encode())
        return model, made
    stored: dict[str, Any] = json.loads(content)
    made = {
        start: tuple(Step(quantity, tuple(needs), source) for quantity, needs, source in steps)
        for start, steps in stored["chains"].items()
    }
    return record.from_record(stored["model"], assemble_modules), made


def assemble_modules(names: Iterable[str] | None = None, constants: dict[str, float] | None = None) -> Model:
    """Assemble shipped modules, all unless named; imports SymPy."""
    from hepatica.model.assemble import assemble
    from hepatica.model.modules import MODULES

    return assemble([m for m in MODULES if names is None or m.__name__ in names], constants=constants)


def has_module(name: str) -> bool:
    """True of a module that ships."""
    return name.isidentifier() and files("hepatica").joinpath("model", "modules", f"{name}.toml").is_file()


def _sources() -> Iterable[bytes]:
    """Versions and texts that decide what is stored."""
    yield f"{__version__} sympy {version('sympy')}".encode()
    for folder, endings in SOURCES:
        for file in sorted(files("hepatica").joinpath(folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(endings):
                yield file.name.encode()
                yield file.read_bytes()


def _digest(sources: Iterable[bytes], *more: str) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in (*sources, *(m.encode() for m in more)):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
