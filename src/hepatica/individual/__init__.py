"""Individual forecasts of real people, and their data as evidence.

In reading order: `person`, `readers`, `labs`, `people` (the data); `map_estimate` (one person's random effects);
`pool`, `weights`, `inflammation` (the model's posterior predictive distribution); `regressions`, `mixed_model`,
`discrepancy`, `predictors`, `out_of_fold` (what is fitted on other people); `scores`, `evaluation`, `forecast` (the
evaluation); `as_evidence` (the people as evidence).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HOME = {
    "Person": "person",
    "check_person": "readers.read",
    "read_person": "readers.read",
    "read_persons": "readers.read",
    "suggest_mapping": "readers.suggestion",
    "write_person": "readers.read",
}
__all__ = ["Person", "check_person", "read_person", "read_persons", "suggest_mapping", "write_person"]


def __getattr__(name: str) -> Any:
    """Public name, loaded when it is first asked for."""
    import importlib

    if name in _HOME:
        return getattr(importlib.import_module(f"hepatica.individual.{_HOME[name]}"), name)
    raise AttributeError(f"module 'hepatica.individual' has no attribute '{name}'")
