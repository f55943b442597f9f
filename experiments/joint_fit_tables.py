"""Fitted values into the TOML tables of modules and populations; comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit

from hepatica.files import write_text
from hepatica.model.structure import Model
from hepatica.units import internal


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _scale(table: Any, name: str, factor: float) -> None:
    """A number, or the distribution that stands in its place, times a factor."""
    value = table[name]
    if not hasattr(value, "keys"):
        table[name] = _rounded(float(value) * factor)
        return
    for part in value["parts"]:
        for end in ("mean", "sd", "low", "high", "median"):
            if end in part:
                part[end] = _rounded(float(part[end]) * factor)


def write_back(model: Model, factors: Mapping[str, float], own: Mapping[tuple[str, str], float]) -> None:
    """Write constants of biology into the modules' tables and populations' own quantities into their files.

    Parameters
    ----------
    model : Model
        Its parameters have the values that factors apply to.
    factors : mapping of str to float
        On constants of biology.
    own : mapping of (str, str) to float
        Factors on ``<table>.<name>`` of populations.
    """
    values = {n: model.parameters[n].value * f for n, f in factors.items()}
    for module in dict.fromkeys(model.parameters[n].module for n in values):
        path = Path(str(files("hepatica.model.modules") / f"{module}.toml"))
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        for name, value in values.items():
            if model.parameters[name].module == module:
                document[name]["value"] = _rounded(value / internal(model.parameters[name].entry.unit)[0])
        write_text(path, tomlkit.dumps(document))
    for key in dict.fromkeys(k for k, _ in own):
        path = Path(str(files("hepatica.patients") / "populations" / f"{key}.toml"))
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        for (k, quantity), factor in own.items():
            if k == key:
                table, _, name = quantity.partition(".")
                places: list[Any] = [document.get("fitted", {})] if table == "fitted" else [document.get(table, {})]
                if table == "fitted":
                    document["fitted"][name]["value"] = _rounded(float(document["fitted"][name]["value"]) * factor)
                    continue
                places += [c.get(table, {}) for c in document.get("causes", [])]
                for place in places:
                    if name in place:
                        _scale(place, name, factor)
        write_text(path, tomlkit.dumps(document))
