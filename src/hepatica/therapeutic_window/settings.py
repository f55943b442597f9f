"""Doses and sizes of a therapeutic window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.harms import HARMS
from hepatica.errors import InputError
from hepatica.study import Study
from hepatica.therapeutic_window.variations import Group
from hepatica.therapy import Regimen
from hepatica.therapy.regimen import MAX_INFUSIONS

Floats = NDArray[np.float64]
MAX_POINTS = 40
RELEVANT_REASON = (
    "Assumed: three quality-adjusted days in half a year, about what an infusion with its days in hospital costs."
)


@dataclass(frozen=True, kw_only=True)
class WindowSettings:
    """Doses and sizes of a window.

    Attributes
    ----------
    low, high : float, cell/kg
        Range of one infusion of the base schedule.
    points : int
        Doses of the grid, each the same factor above the last.
    relevant : float, day
        Gain in quality-adjusted days from which on a dose counts as effective.
    draws : int
        Parameter draws of the base window; 0 is all that there are.
    per_draw : int
        Patients that share a draw.
    varied_draws : int
        Parameter draws of each variation, spread over those of the base window.
    central_patients : int
        Patients of the one central draw, over whom patients alone differ.
    groups : tuple of Group
        What is varied.
    limits : mapping of harm to float
        Limits that take the place of the study's, and these of the window's own.
    """

    low: float = 1e4
    high: float = 3e7
    points: int = 9
    relevant: float = 3.0
    draws: int = 0
    per_draw: int = 2
    varied_draws: int = 40
    central_patients: int = 100
    groups: tuple[Group, ...] = tuple(Group)
    limits: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse doses that no regimen has, and sizes that leave nothing to compare."""
        for dose in (self.low, self.high):
            Regimen(dose)
        if not 0 < self.low < self.high:
            raise InputError("--doses", (self.low, self.high), "a dose above 0 cells/kg, then a higher one")
        sizes = (("points", 4, MAX_POINTS), ("per_draw", 2, 1000), ("varied_draws", 10, 100_000))
        for name, least, most in (*sizes, ("central_patients", 10, 100_000)):
            if not least <= getattr(self, name) <= most:
                raise InputError(f"window.{name}", getattr(self, name), f"a whole number from {least} to {most}")
        if self.draws and self.draws < 10:
            raise InputError("window.draws", self.draws, "0 for all that there are, or 10 at least")
        if not 0 < self.relevant < np.inf:
            raise InputError("--relevant", self.relevant, "a number of days above 0")
        names = [h.name for h in HARMS]
        for name, limit in self.limits.items():
            if name not in names:
                raise InputError("--limit", name, f"one of {', '.join(names)}")
            if not 0 < limit <= 1:
                raise InputError("--limit", limit, "a probability above 0, at most 1")

    def log_doses(self, infusions: int) -> Floats:
        """Decimal logarithms of the cells per kg in all, (points,)."""
        return np.linspace(np.log10(self.low * infusions), np.log10(self.high * infusions), self.points)


def base_regimen(study: Study) -> Regimen:
    """Schedule of the base window: the most infusions of the study's grid, its first interval and route, 1 cell/kg.

    Raises
    ------
    InputError
        If the grid gives no cells.
    """
    grid = study.grid
    infusions = max(grid.infusions)
    if infusions < 1:
        raise InputError("grid.infusions", list(grid.infusions), f"a number of infusions from 1 to {MAX_INFUSIONS}")
    return Regimen(
        1.0,
        infusions=infusions,
        interval=grid.interval[0],
        route=grid.route[0],
        duration=grid.duration,
        start=grid.start,
    )
