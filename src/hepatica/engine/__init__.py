"""Engines: one problem, one solution, two ways to get from the first to the second."""

from hepatica.engine.problem import Events, Problem, Solution
from hepatica.engine.system import ENGINES, System

__all__ = ["ENGINES", "Events", "Problem", "Solution", "System"]
