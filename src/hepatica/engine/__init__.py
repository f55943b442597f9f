"""Engines: one problem, one solution, and several ways from the first to the second.

In reading order: `interface`, `problem`, `checked`, `base`, `reference`, `compiled`, `sensitivities`,
`remote`, `system`; how a model becomes code: `generate`, `generate_c`, `initial`, `compile`, `cache`, `store`.
"""

from hepatica.engine.interface import EventKind, Status
from hepatica.engine.problem import Events, Problem, Solution
from hepatica.engine.system import ENGINES, System, shipped_system

__all__ = ["ENGINES", "EventKind", "Events", "Problem", "Solution", "Status", "System", "shipped_system"]
