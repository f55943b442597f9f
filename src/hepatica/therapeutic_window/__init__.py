"""Therapeutic window of a study: doses that matter, how they move, and what homing, route and splitting buy.

Modules, in reading order: `settings` (doses and sizes), `variations` (product, route and schedule one at a time),
`subgroups` (severity, cause, weight, shunt), `sampling` (patients and their courses), `estimates` (windows from
samples), `contrasts` (paired differences and dose ratios), `interactions` (cells with established treatments),
`answer` (results and their tables), `run` (all of it).
"""

from hepatica.therapeutic_window.answer import TherapeuticWindow
from hepatica.therapeutic_window.run import compute_window
from hepatica.therapeutic_window.settings import WindowSettings
from hepatica.therapeutic_window.variations import Group, Variation

__all__ = ["Group", "TherapeuticWindow", "Variation", "WindowSettings", "compute_window"]
