"""Hepatica: find the dose of mesenchymal stromal cells for a failing liver. For research use."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Answer": "dose_study",
    "Arm": "simulation",
    "MODULES": "model.modules",
    "Product": "therapy",
    "Regimen": "therapy",
    "Study": "study",
    "System": "engine",
    "admit": "admission",
    "answer": "dose_study",
    "assemble": "model.assemble",
    "cards": "report",
    "check_study": "study",
    "decide": "dosing",
    "load_population": "patients",
    "load_study": "study",
    "shipped_system": "engine",
    "simulate": "simulation",
    "write_report": "report",
}
__all__ = [
    "MODULES",
    "Answer",
    "Arm",
    "Product",
    "Regimen",
    "Study",
    "System",
    "admit",
    "answer",
    "assemble",
    "cards",
    "check_study",
    "decide",
    "load_population",
    "load_study",
    "shipped_system",
    "simulate",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Public name, loaded when it is first asked for, so that importing Hepatica is quick."""
    import importlib

    if name in _HOME:
        return getattr(importlib.import_module(f"hepatica.{_HOME[name]}"), name)
    raise AttributeError(f"module 'hepatica' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Public names, whether loaded yet or not."""
    return [*__all__, "__version__"]
